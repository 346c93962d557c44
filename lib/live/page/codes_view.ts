/** The codes of the test digits, moving over the latent plane as the encoder learns. */
import type { PageClass } from "../../visuals/explorer/contents.ts";
import { element } from "../../visuals/explorer/page/dom.ts";
import { createMarks } from "../../visuals/explorer/page/marks.ts";
import { createScale, drawGrid } from "../../visuals/explorer/page/plane_drawing.ts";
import type { CodesPicture } from "../contents.ts";
import { readTheme } from "./theme.ts";

const ranges = [2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000];

/** The smallest range that holds nearly all, kept while it still fits, so that the plane stands still. */
export function fitRange(points: ArrayLike<number>, now: number): number {
  const sizes = Float32Array.from(points, Math.abs).sort();
  const most = sizes[Math.floor(0.99 * (sizes.length - 1))] ?? 0;
  const best = ranges.find((range) => range >= 1.05 * most) ?? ranges.at(-1)!;
  return best > now || best < 0.6 * now ? best : now;
}

export function createCodesView(classes: readonly PageClass[]) {
  const drawMark = createMarks(classes);
  const rows = classes.map(({ name }) => name);
  const canvas = element("canvas", { role: "img" });
  const node = element("div", { class: "plane" }, canvas);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let shown: CodesPicture | null = null;
  let from = new Float32Array(0);
  let [began, lasts, range, only] = [0, 1, 3, null as number | null];
  let prior = false;
  let waiting = false;

  const schedule = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };
  /** How far the dots are on their way, 0 to 1. */
  const way = () => still.matches ? 1 : Math.min(1, (performance.now() - began) / lasts);
  const placeNow = () => {
    const t = way(), to = shown!.points;
    return to.map((value, i) => from[i] + t * (value - from[i]));
  };

  function draw() {
    waiting = false;
    const [width, height] = [node.clientWidth, node.clientHeight];
    const context = canvas.getContext("2d");
    if (!shown || !context || width === 0) return;
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.clearRect(0, 0, width, height);
    const { labels, names } = shown, strip = names.length === 1;
    const theme = readTheme(), font = getComputedStyle(node).fontFamily;
    const scale = createScale(range, strip, rows);
    scale.resize(width, height);
    drawGrid(context, scale, theme, names, font);
    if (prior && !strip) drawPrior(context, scale, theme.ink);
    const points = placeNow();
    for (let i = 0; i < labels.length; i++) {
      // On a strip a code stands in its label's row, shaken by a golden ratio so that none hides.
      const row = labels[i] + 0.15 + 0.7 * ((i * 0.618034) % 1);
      context.globalAlpha = only === null || only === labels[i] ? 0.9 : 0.08;
      const [x, y] = [scale.toX(points[2 * i]), scale.toY(strip ? row : points[2 * i + 1])];
      drawMark(context, labels[i], x, y);
    }
    context.globalAlpha = 1;
    if (way() < 1) schedule();
  }

  return {
    node,
    redraw: schedule,
    /** One label in full colour, or all. */
    highlight(label: number | null) {
      only = label;
      schedule();
    },
    /**
     * Lets the dots go to where the codes are now.
     *
     * @param withPrior whether one and two standard deviations of N(0, I) are drawn
     */
    show(codes: CodesPicture, withPrior: boolean, milliseconds: number) {
      const same = shown?.points.length === codes.points.length &&
        shown.names.join() === codes.names.join();
      from = same ? placeNow() : codes.points.slice();
      shown = codes;
      prior = withPrior;
      [began, lasts] = [performance.now(), Math.max(1, milliseconds)];
      const seen = codes.names.length === 1
        ? codes.points.filter((_, i) => i % 2 === 0)
        : codes.points;
      range = fitRange(seen, same ? range : 0);
      node.classList.toggle("strip", codes.names.length === 1);
      canvas.setAttribute(
        "aria-label",
        `The codes of ${codes.labels.length} test digits, coloured by digit, from ` +
          `−${range} to ${range} along ${codes.names.join(" and ")}`,
      );
      schedule();
    },
  };
}

function drawPrior(
  context: CanvasRenderingContext2D,
  scale: ReturnType<typeof createScale>,
  ink: string,
): void {
  context.strokeStyle = ink;
  context.globalAlpha = 0.45;
  context.setLineDash([4, 4]);
  const unit = scale.toX(1) - scale.toX(0);
  for (const sigmas of [1, 2]) {
    context.beginPath();
    context.arc(scale.toX(0), scale.toY(0), sigmas * unit, 0, 7);
    context.stroke();
  }
  context.setLineDash([]);
}
