/** What is drawn on the latent plane, each thing by itself. */

import type { HalfAxes } from "./projection.ts";
import type { Theme } from "./theme.ts";

/** One sigma around a code. */
export interface Ellipse {
  x: number;
  y: number;
  axes: HalfAxes;
}

/** Where coordinates lie in pixels. */
export type Scale = ReturnType<typeof createScale>;

type Context = CanvasRenderingContext2D;

/**
 * Where coordinates lie in pixels. On a strip, y counts rows from the top: one per class.
 *
 * @param range shown each way from the middle
 * @param rows what is written at each row; one that is empty where no classes are known
 */
export function createScale(
  range: number,
  strip: boolean,
  rows: readonly string[],
  [middleX, middleY]: readonly [number, number] = [0, 0],
) {
  const margin = { left: 30, right: 10, top: 10, bottom: 24 };
  let [width, height] = [0, 0];
  const toX = (value: number) =>
    margin.left + (value - middleX + range) / (2 * range) * (width - margin.left - margin.right);
  const toY = (value: number) => {
    const part = strip ? value / rows.length : (range - value + middleY) / (2 * range);
    return margin.top + part * (height - margin.top - margin.bottom);
  };
  /** Coordinates of a pixel, within the plane. */
  const coordinatesOf = ([px, py]: number[]) => {
    const within = (part: number) => Math.max(-range, Math.min(range, (2 * part - 1) * range));
    const x = middleX + within((px - margin.left) / (width - margin.left - margin.right));
    const y = middleY + within(1 - (py - margin.top) / (height - margin.top - margin.bottom));
    return strip ? [x] : [x, y];
  };
  return {
    range,
    middle: [middleX, middleY] as const,
    strip,
    rows,
    toX,
    toY,
    coordinatesOf,
    /** @param nameWidth of the widest row's name, in pixels */
    resize(w: number, h: number, nameWidth = 0) {
      [width, height] = [w, h];
      if (strip) margin.left = Math.max(30, nameWidth + 14);
    },
    /** The edges of the plane itself, its margins left out. */
    edges: () => ({
      west: margin.left,
      east: width - margin.right,
      north: margin.top,
      south: height - margin.bottom,
    }),
  };
}

/** Grid lines with their numbers, and the names of the axes. */
export function drawGrid(
  context: Context,
  scale: Scale,
  theme: Theme,
  names: string[],
  font: string,
): void {
  const { range, middle, strip, rows, toX, toY } = scale;
  const { west, east, north, south } = scale.edges();
  const step = [1, 2, 5, 10, 20, 50].find((s) => range / s <= 6) ?? 100;
  context.font = `11px ${font}`;
  context.fillStyle = context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  const line = ([x0, y0, x1, y1]: number[], strong: boolean) => {
    context.globalAlpha = strong ? 0.4 : 0.1;
    context.beginPath();
    context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
    context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    context.stroke();
    context.globalAlpha = 0.75;
  };
  const ticks = (middle: number) => {
    const [first, last] = [Math.ceil((middle - range) / step), Math.floor((middle + range) / step)];
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  };
  const words = (value: number) => String(value).replace("-", "−");
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of ticks(middle[0])) {
    line([toX(value), north, toX(value), south], value === 0);
    context.fillText(words(value), toX(value), south + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of strip ? [] : ticks(middle[1])) {
    line([west, toY(value), east, toY(value)], value === 0);
    context.fillText(words(value), west - 6, toY(value));
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  if (strip) rows.forEach((name, row) => context.fillText(name, west - 8, toY(row + 0.5)));
  context.globalAlpha = 0.9;
  context.textBaseline = "bottom";
  // Beside their axes where those are in sight, else at the edge.
  const within = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  context.fillText(names[0], east - 2, (strip ? south : within(toY(0), north + 14, south)) - 3);
  context.textAlign = "left";
  context.textBaseline = "top";
  if (!strip) context.fillText(names[1], within(toX(0), west, east - 70) + 5, north + 1);
}

/** One and two sigma around a code. */
export function drawEllipse(context: Context, scale: Scale, theme: Theme, ellipse: Ellipse): void {
  const { x, y, axes: [first, second] } = ellipse;
  const { strip, toX, toY } = scale;
  const { north, south } = scale.edges();
  const unit = toX(1) - toX(0);
  for (const sigmas of [2, 1]) {
    context.beginPath();
    if (strip) {
      context.rect(
        toX(x - sigmas * first[0]),
        north,
        2 * sigmas * first[0] * unit,
        south - north,
      );
    } else {
      context.ellipse(
        toX(x),
        toY(y),
        sigmas * unit * Math.hypot(...first),
        sigmas * unit * Math.hypot(...second),
        -Math.atan2(first[1], first[0]),
        0,
        7,
      );
    }
    context.globalAlpha = 0.25;
    context.fillStyle = theme.paper;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.paper;
    context.lineWidth = 4;
    context.stroke();
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.5;
    context.setLineDash(sigmas === 2 ? [3, 2] : []);
    context.stroke();
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
}

/** A disc in ink with a rim of paper, in pixels. */
function drawDisc(
  context: Context,
  theme: Theme,
  [x, y]: number[],
  radius: number,
  rim: number,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = theme.ink;
  context.fill();
  context.strokeStyle = theme.paper;
  context.lineWidth = rim;
  context.stroke();
}

/** Draws of q(z|x), as dots at pixels. */
export function drawCloud(context: Context, theme: Theme, pixels: number[][]): void {
  for (const pixel of pixels) drawDisc(context, theme, pixel, 2, 1);
}

/** A mark with its letter, at a pixel. */
export function drawMark(
  context: Context,
  theme: Theme,
  [x, y]: number[],
  name: string,
  font: string,
): void {
  drawDisc(context, theme, [x, y], 9, 2);
  context.fillStyle = theme.paper;
  context.font = `700 11px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(name, x, y + 0.5);
}
