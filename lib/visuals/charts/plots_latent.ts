/** Codes of digits in the latent space, coloured and shaped by label. */
import { formatNumber } from "../../numbers.ts";
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import { asCodes, type Codes } from "../../data/codes.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { finiteOnly, withRemark } from "./drawable.ts";
import { chart, type Figure, figure, figureRaster, type Panel } from "./figure.ts";
import type { Frame } from "../raster/gif.ts";
import { itemLegend } from "./legend.ts";
import { movedApart } from "./moved_apart.ts";
import { digitColors, ink } from "./palette.ts";
import { symbol, symbolPath } from "./symbols.ts";

const scatterSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string().default("z₁"),
  yLabel: z.string().default("z₂"),
  /** [from, to] of both axes; all codes by default, one scale for both axes. */
  domain: z.tuple([z.number(), z.number()]).optional(),
  /** Side of the square plot in CSS pixels. */
  size: z.int().min(200).max(1000).default(520),
  /** Write each digit at the middle of its codes. */
  names: z.boolean().default(true),
  note: z.string().optional(),
});

/** Options of `latentScatter`. */
export type ScatterOptions = z.input<typeof scatterSchema>;

interface Point {
  x: number;
  y: number;
  digit: number;
}

/**
 * A scatter of codes in the plane; both axes have one scale, so that distances can be compared. Codes
 * outside the frame are not drawn; the note says how many.
 *
 * @throws OptionError, as for codes without labels or of other than two numbers
 */
export function latentScatter(codes: Codes, options: ScatterOptions = {}): Figure {
  const parsed = parseOptions(scatterSchema, options, "latentScatter");
  const { points, left } = finiteOnly(pointsOf(codes, 2));
  const domain = parsed.domain ?? domainOf([codes]);
  const note = withOutside(parsed.note, points.filter(outside(domain)).length, points.length);
  return drawScatter(points, { ...parsed, domain, note: withRemark(note, left, "code") });
}

function drawScatter(
  points: Point[],
  { title, xLabel, yLabel, domain, size, names, note }: z.output<typeof scatterSchema> & {
    domain: [number, number];
  },
): Figure {
  const seen = points.filter((point) => !outside(domain)(point));
  const pixel = (domain[1] - domain[0]) / (size - marginLeft - marginRight);
  const body = chart({
    width: size,
    height: size,
    marginLeft,
    marginRight,
    marginTop: 26,
    marginBottom: 42,
    x: { domain, label: xLabel, labelArrow: "none", labelAnchor: "center", ticks: 6 },
    y: { domain, label: yLabel, labelArrow: "none", ticks: 6 },
    ...digitScales,
    marks: [
      Plot.gridX({ ticks: 6 }),
      Plot.gridY({ ticks: 6 }),
      Plot.dot(seen, {
        x: "x",
        y: "y",
        fill: "digit",
        symbol: "digit",
        r: dotRadius(points.length),
        fillOpacity: 0.75,
      }),
      ...(names ? [nameMark(movedApart(middles(seen), nameSpace * pixel))] : []),
    ],
  });
  const from = describe(points, ({ x, y }) => `(${cut(x)}, ${cut(y)})`);
  const alt = `${title ?? "Codes in the latent plane"}: ${points.length} points by digit. ${from}`;
  return figure({ title, legend: digitLegend(points, size), body, note, alt });
}

// Left and right together as top and bottom: a square, so that both axes have one scale.
const marginLeft = 48, marginRight = 20;
/** Pixels between the middles of two names: a digit with its white rim. */
const nameSpace = 20;

/** Whether a point lies outside a domain; a strip asks for x alone. */
const outside =
  ([low, high]: readonly [number, number], axes: ("x" | "y")[] = ["x", "y"]) => (point: Point) =>
    axes.some((axis) => point[axis] < low || point[axis] > high);

/** A note with what is cut off; as it was where nothing is. */
function withOutside(note: string | undefined, count: number, of: number, upTo = "") {
  if (count === 0) return note;
  const [some, all] = [count, of].map((number) => formatNumber(number));
  const verb = count === 1 && !upTo ? "lies" : "lie";
  return [note, `${upTo}${some} of ${all} codes ${verb} outside the frame.`]
    .filter((part) => part).join(" ");
}

const stripSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string().default("z"),
  width: z.int().min(200).max(1200).default(640),
  /** [from, to] of the axis; all codes by default. */
  domain: z.tuple([z.number(), z.number()]).optional(),
});

/**
 * For one latent dimension: a row of codes for each digit.
 *
 * @throws OptionError, as for codes without labels or of other than one number
 */
export function latentStrip(
  codes: Codes,
  options: z.input<typeof stripSchema> = {},
): Figure {
  const { title, xLabel, width, domain } = parseOptions(stripSchema, options, "latentStrip");
  const { points, left } = finiteOnly(pointsOf(codes, 1));
  const seen = domain ? points.filter((point) => !outside(domain, ["x"])(point)) : points;
  const body = chart({
    width,
    height: 330,
    marginLeft: 44,
    marginRight: 10,
    marginTop: 26,
    marginBottom: 42,
    x: { domain, label: xLabel, labelArrow: "none", labelAnchor: "center", nice: !domain },
    y: {
      domain: [-0.5, 9.5],
      reverse: true,
      label: "digit",
      labelArrow: "none",
      ticks: 10,
      tickFormat: "d",
    },
    ...digitScales,
    marks: [
      Plot.gridX(),
      Plot.dot(seen, {
        x: "x",
        y: "y",
        fill: "digit",
        symbol: "digit",
        r: dotRadius(points.length),
        fillOpacity: 0.6,
      }),
      Plot.ruleX(middles(seen), {
        x: "x",
        y1: ({ digit }) => digit - 0.4,
        y2: ({ digit }) => digit + 0.4,
        stroke: ink,
        strokeWidth: 2,
      }),
    ],
  });
  const from = describe(points, ({ x }) => cut(x));
  const alt = `${
    title ?? "Codes on the latent line"
  }: ${points.length} points, one row a digit. ${from}`;
  const rows = "One row a digit; black: the median of its codes.";
  const note = withRemark(
    withOutside(rows, points.length - seen.length, points.length),
    left,
    "code",
  );
  return figure({ title, body, alt, note });
}

const framesSchema = scatterSchema.extend({
  size: scatterSchema.shape.size.unwrap().default(420),
  /** Bitmap pixels per CSS pixel: 1 keeps the file small. */
  density: z.int().min(1).default(1),
});

/**
 * Frames of the same codes as they move, epoch by epoch, on axes that stay: for `encodeAnimation`.
 *
 * @throws OptionError
 */
export function scatterFrames(
  epochs: readonly { codes: Codes; caption: string }[],
  options: z.input<typeof framesSchema> = {},
): Frame[] {
  const { density, ...parsed } = parseOptions(framesSchema, options, "scatterFrames");
  const domain = parsed.domain ?? domainOf(epochs.map(({ codes }) => codes));
  const frames = epochs.map(({ codes }) => finiteOnly(pointsOf(codes, 2)).points);
  // All frames have one height, so they share one note.
  const most = Math.max(0, ...frames.map((points) => points.filter(outside(domain)).length));
  const note = withOutside(parsed.note, most, frames[0]?.length ?? 0, "Up to ");
  return frames.map((points, i) => ({
    raster: figureRaster(drawScatter(points, { ...parsed, domain, note }), density),
    caption: epochs[i].caption,
  }));
}

const digits = Array.from({ length: 10 }, (_, i) => i);
const digitScales: Plot.PlotOptions = {
  color: { type: "categorical", domain: digits, range: [...digitColors] },
  symbol: { domain: digits, range: digits.map(symbol) as unknown as Plot.SymbolType[] },
};

/** Larger where there are few: shapes can be told from 4 pixels on. */
const dotRadius = (count: number) => Math.min(4.5, Math.max(1.7, 110 / Math.sqrt(count)));

function pointsOf(codes: Codes, wanted: 1 | 2): Point[] {
  const { values, labels, latentDim } = asCodes("codes", codes);
  if (latentDim !== wanted) {
    throw new OptionError(`codes: expected ${wanted} numbers each, got ${latentDim}`);
  }
  if (!labels) throw new OptionError("codes: expected labels, got none");
  return Array.from(labels, (digit, i) => {
    if (wanted === 2) return { x: values[2 * i], y: values[2 * i + 1], digit };
    // Spread within the row by the golden ratio: even, and the same each time.
    return { x: values[i], y: digit + 0.7 * ((i * 0.618034) % 1 - 0.5), digit };
  });
}

/** The square that holds all codes but stragglers (one in 500 at each end). */
export function domainOf(sets: readonly Codes[]): [number, number] {
  const values = sets.flatMap(({ values }) => Array.from(values)).filter(Number.isFinite)
    .sort((a, b) => a - b);
  const at = (part: number) => values[Math.round(part * (values.length - 1))] ?? 0;
  const [low, high] = [at(0.002), at(0.998)];
  const margin = 0.04 * (high - low) || 1;
  return [Math.floor(low - margin), Math.ceil(high + margin)];
}

/** The median of each digit's codes. */
function middles(points: readonly Point[]): Point[] {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return digits.flatMap((digit) => {
    const own = points.filter((point) => point.digit === digit);
    return own.length
      ? [{ digit, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) }]
      : [];
  });
}

const nameMark = (names: Point[]) =>
  Plot.text(names, {
    x: "x",
    y: "y",
    text: "digit",
    fontSize: 17,
    fontWeight: 600,
    fill: ink,
    stroke: "white",
    strokeWidth: 5,
  });

function digitLegend(points: readonly Point[], width: number): Panel {
  const present = digits.filter((digit) => points.some((point) => point.digit === digit));
  const items = present.map((digit) => ({
    label: String(digit),
    color: digitColors[digit],
    path: symbolPath(digit, 95),
  }));
  return itemLegend(items, width);
}

const cut = (value: number) => formatNumber(value, { decimals: 1 });

function describe(points: readonly Point[], place: (point: Point) => string): string {
  const where = middles(points).map((middle) => `${middle.digit} at ${place(middle)}`);
  return `Medians: ${where.join(", ")}.`;
}
