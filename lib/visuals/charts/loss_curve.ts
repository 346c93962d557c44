/** The small curve under a progress bar: inline SVG, drawn anew several times a second. */

export interface LossPoint {
  /** Of the entire work, 0 to 1. */
  at: number;
  loss: number;
}

const width = 640;
const height = 48;
/** Of the curve's points, before and after thinning: an update stays under 3 kB. */
const mostPoints = 160;

/**
 * The running loss over the entire work: the line grows to the right as the work goes on.
 *
 * The first, steep fall would flatten all the rest, so the highest tenth of the values is cut off.
 */
export function lossCurve(points: readonly LossPoint[]): string {
  if (points.length < 2) return "";
  const thinned = thin(points);
  const sorted = thinned.map(({ loss }) => loss).sort((a, b) => a - b);
  const low = sorted[0];
  const high = sorted[Math.floor(0.9 * (sorted.length - 1))];
  const range = high - low || 1;
  const place = ({ at, loss }: LossPoint) => {
    const y = 2 + (height - 4) * (1 - Math.min(1, (loss - low) / range));
    return `${(at * width).toFixed(1)},${y.toFixed(1)}`;
  };
  const label = `running loss from ${points[0].loss.toFixed(3)} to ${
    points.at(-1)!.loss.toFixed(3)
  }`;
  return `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" ` +
    `width="100%" height="${height}" preserveAspectRatio="none">` +
    `<polyline points="${thinned.map(place).join(" ")}" fill="none" stroke-width="1.5" ` +
    `vector-effect="non-scaling-stroke" stroke="var(--jp-brand-color1,#1976d2)"/></svg>`;
}

/** At most `mostPoints` of them, evenly, the last always among them. */
function thin(points: readonly LossPoint[]): LossPoint[] {
  if (points.length <= mostPoints) return [...points];
  const step = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, i) => points[Math.round(i * step)]);
}
