/** What of some numbers can be drawn: finite ones, and no more of them than a picture shows. */
import { formatNumber } from "../../numbers.ts";

/** Points with finite coordinates, and how many had others. */
export function finiteOnly<P extends { x: number; y: number }>(
  points: readonly P[],
): { points: P[]; left: number } {
  const kept = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  return { points: kept, left: points.length - kept.length };
}

/** A remark on what is left out, after the reader's own; undefined where there is nothing to say. */
export function withRemark(note: string | undefined, left: number, what: string) {
  if (left === 0) return note;
  const verb = left === 1 ? "is no finite number" : "are no finite numbers";
  const remark = `${formatNumber(left)} ${what}${left === 1 ? "" : "s"} ${verb}: not drawn.`;
  return note ? `${note} ${remark}` : remark;
}

/** A line has at most so many points: more than its pixels, and Plot needs a minute for 100,000. */
const limit = 2_000;

/**
 * A long line with fewer points that looks the same: of each stretch the first, the lowest and the highest
 * point stay, and the last of all, in their order.
 */
export function thinned<P extends { y: number }>(points: readonly P[]): readonly P[] {
  if (points.length <= limit) return points;
  const stretches = Math.floor(limit / 3);
  const kept: P[] = [];
  for (let s = 0; s < stretches; s++) {
    const from = Math.floor(s * points.length / stretches);
    const to = Math.floor((s + 1) * points.length / stretches);
    let low = from, high = from;
    for (let i = from; i < to; i++) {
      if (points[i].y < points[low].y) low = i;
      if (points[i].y > points[high].y) high = i;
    }
    for (const i of [...new Set([from, low, high])].sort((a, b) => a - b)) kept.push(points[i]);
  }
  const last = points.at(-1)!;
  return kept.at(-1) === last ? kept : [...kept, last];
}
