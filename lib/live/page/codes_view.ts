/** The codes of the test digits, moving over the latent plane as the encoder learns. */
import type { PageClass } from "../../visuals/explorer/contents.ts";
import { element } from "../../visuals/explorer/page/dom.ts";
import { createMarks } from "../../visuals/explorer/page/marks.ts";
import { createScale, drawGrid } from "../../visuals/explorer/page/plane_drawing.ts";
import type { CodesPicture } from "../contents.ts";
import { readTheme } from "./theme.ts";

const ranges = [2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000];

/** A square window on the plane: its middle, and how far it goes each way. */
export interface Window {
  middle: [number, number];
  range: number;
}

/**
 * The smallest window of a round size that holds 99 % of the codes, about the origin where that is no larger than
 * the next size; the one there is while it still fits, so that the plane stands still.
 *
 * @param points [n · 2]
 */
export function fitWindow(points: Float32Array, now: Window | null): Window {
  const edges = [0, 1].map((k) => {
    const sorted = points.filter((_, i) => i % 2 === k).sort();
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    return [at(0.005), at(0.995)];
  });
  const roundUp = (size: number) => ranges.find((range) => range >= 1.05 * size) ?? ranges.at(-1)!;
  const around = ([x, y]: [number, number]) =>
    Math.max(...edges.flatMap(([low, high], k) => [low, high].map((v) => Math.abs(v - [x, y][k]))));
  const origin: Window = { middle: [0, 0], range: roundUp(around([0, 0])) };
  const own = edges.map(([low, high]) => Math.round((low + high) / 2)) as [number, number];
  const best = roundUp(around(own)) < 0.7 * origin.range
    ? { middle: own, range: roundUp(around(own)) }
    : origin;
  const fits = now !== null && around(now.middle) <= now.range;
  return fits && best.range >= 0.6 * now.range ? now : best;
}

export function createCodesView(classes: readonly PageClass[]) {
  const drawMark = createMarks(classes);
  const rows = classes.map(({ name }) => name);
  const canvas = element("canvas", { role: "img" });
  const node = element("div", { class: "plane" }, canvas);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let shown: CodesPicture | null = null;
  let from = new Float32Array(0);
  let [began, lasts, only] = [0, 1, null as number | null];
  let view: Window = { middle: [0, 0], range: 3 };
  let prior = false;
  let frame: number[][] | null = null;
  let waiting = false;

  const schedule = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };
  /** The way is shown in some twenty frames a second: the processor is there for training. */
  const goOn = () => setTimeout(schedule, 40);
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
    const scale = createScale(view.range, strip, rows, view.middle);
    scale.resize(width, height);
    drawGrid(context, scale, theme, names, font);
    context.save();
    clipTo(context, scale);
    if (!strip && prior) drawPrior(context, scale, theme.ink);
    if (!strip && frame) drawFrame(context, scale, theme.ink, frame);
    const points = placeNow();
    for (let i = 0; i < labels.length; i++) {
      // On a strip a code stands in its label's row, shaken by a golden ratio so that none hides.
      const row = labels[i] + 0.15 + 0.7 * ((i * 0.618034) % 1);
      context.globalAlpha = only === null || only === labels[i] ? 0.9 : 0.08;
      const [x, y] = [scale.toX(points[2 * i]), scale.toY(strip ? row : points[2 * i + 1])];
      drawMark(context, labels[i], x, y);
    }
    context.restore();
    if (way() < 1) goOn();
  }

  return {
    node,
    redraw: schedule,
    /** Draws the edge of the manifold's window: coordinates of its columns and rows. */
    frame(xs: number[], ys: number[]) {
      frame = [xs, ys];
      schedule();
    },
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
      view = fitWindow(codes.points, same ? view : null);
      node.classList.toggle("strip", codes.names.length === 1);
      canvas.setAttribute(
        "aria-label",
        `The codes of ${codes.labels.length} test digits, coloured by digit, along ` +
          `${codes.names.join(" and ")}, ${2 * view.range} units wide`,
      );
      schedule();
    },
  };
}

type Scale = ReturnType<typeof createScale>;

function clipTo(context: CanvasRenderingContext2D, scale: Scale): void {
  const { west, east, north, south } = scale.edges();
  context.beginPath();
  context.rect(west, north, east - west, south - north);
  context.clip();
}

function drawFrame(
  context: CanvasRenderingContext2D,
  scale: Scale,
  ink: string,
  [xs, ys]: number[][],
): void {
  const [left, right] = [xs[0], xs.at(-1)!].map(scale.toX);
  const [top, bottom] = [ys[0], ys.at(-1)!].map(scale.toY);
  context.strokeStyle = ink;
  context.globalAlpha = 0.6;
  context.strokeRect(left, top, right - left, bottom - top);
}

function drawPrior(
  context: CanvasRenderingContext2D,
  scale: Scale,
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
