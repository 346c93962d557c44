/** Codes as points of a figure, and what all such figures do with them. */
import { asCodes, type Codes } from "../../data/codes.ts";
import { formatNumber } from "../../numbers.ts";
import { OptionError } from "../../options.ts";
import { finiteOnly } from "./drawable.ts";

export interface Point {
  x: number;
  y: number;
  /** The class of the image; 0 for all where none are known. */
  label: number;
}

/**
 * The codes that can be drawn, and how many cannot.
 *
 * @param wanted how many numbers each code has to have; of one, y is 0
 * @throws OptionError where they have others
 */
export function pointsOf(codes: Codes, wanted: 1 | 2): { points: Point[]; left: number } {
  const { values, labels, latentDim, count } = asCodes("codes", codes);
  if (latentDim !== wanted) {
    throw new OptionError(`codes: expected ${wanted} numbers each, got ${latentDim}`);
  }
  return finiteOnly(Array.from({ length: count }, (_, i) => ({
    x: values[wanted * i],
    y: wanted === 2 ? values[2 * i + 1] : 0,
    label: labels?.[i] ?? 0,
  })));
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

/** Whether a point lies outside a domain; a strip asks for x alone. */
export const outside =
  ([low, high]: readonly [number, number], axes: ("x" | "y")[] = ["x", "y"]) => (point: Point) =>
    axes.some((axis) => point[axis] < low || point[axis] > high);

/** A note with what is cut off; as it was where nothing is. */
export function withOutside(note: string | undefined, count: number, of: number, upTo = "") {
  if (count === 0) return note;
  const [some, all] = [count, of].map((number) => formatNumber(number));
  const verb = count === 1 && !upTo ? "lies" : "lie";
  return [note, `${upTo}${some} of ${all} codes ${verb} outside the frame.`]
    .filter((part) => part).join(" ");
}

/** The median of the points of each class, in the order of `labels`. */
export function middles(points: readonly Point[], labels: readonly number[]): Point[] {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return labels.flatMap((label) => {
    const own = points.filter((point) => point.label === label);
    return own.length
      ? [{ label, x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) }]
      : [];
  });
}

/** Larger where there are few: shapes can be told from 4 pixels on. */
export const dotRadius = (count: number) => Math.min(4.5, Math.max(1.7, 110 / Math.sqrt(count)));

/** A coordinate as it is said. */
export const cut = (value: number) => formatNumber(value, { decimals: 1 });
