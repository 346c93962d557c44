/** The latent plane coloured by a number, as the distance to the nearest digit. */
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { aPlaneMap, listOf, requireArguments } from "../../kinds.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { withRemark } from "./drawable.ts";
import { beside, chart, type Figure, figure, type Panel, stack, textPanel } from "./figure.ts";
import { rampLegend } from "./legend.ts";
import { ink, ramp, rule } from "./palette.ts";

/** A number at each place of a grid over the plane. */
export interface PlaneValues {
  title?: string;
  /** [rows · columns], the first row at `y[0]`. */
  values: ArrayLike<number>;
  /** Coordinates of the columns and rows, in equal steps. */
  x: readonly number[];
  y: readonly number[];
  /** `z₁` and `z₂` by default; a single row has no second one. */
  xLabel?: string;
  yLabel?: string;
  /** Places to mark: codes of two numbers, as `ontoPlane` gives them. */
  codes?: Codes;
}

const mapsSchema = z.strictObject({
  title: z.string().optional(),
  /** Quantity and unit of the values, as in `L2 distance to the nearest training digit`. */
  label: z.string(),
  /** [from, to] of the colours; the range of all values by default. */
  domain: z.tuple([z.number(), z.number()]).optional(),
  /** Side of each map in CSS pixels. */
  size: z.int().min(150).max(1000).default(330),
  note: z.string().optional(),
});
export type PlaneMapsOptions = z.input<typeof mapsSchema>;

/**
 * Maps of the plane side by side on one colour scale.
 *
 * @throws OptionError, as where values and coordinates do not fit
 */
export function planeMaps(
  maps: readonly PlaneValues[],
  options: PlaneMapsOptions,
): Figure {
  requireArguments("planeMaps", { maps: [listOf(aPlaneMap), maps] });
  const { title, label, domain, size, note } = parseOptions(mapsSchema, options, "planeMaps");
  const all = maps.flatMap(({ values }) => Array.from(values));
  const range = domain ?? rangeOf(all);
  const left = all.filter((value) => !Number.isFinite(value)).length;
  const panels = maps.map((map) => {
    const plot = planeChart(map, range, size);
    return map.title
      ? stack([textPanel(map.title, size, { size: 13, weight: 600, color: ink }), plot], 2)
      : plot;
  });
  const parts = maps.map((map, i) => {
    const values = Array.from(map.values).filter(Number.isFinite);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const [low, high] = rangeOf(values);
    if (values.length === 0) return `${map.title ?? `map ${i + 1}`}: no finite value`;
    return `${map.title ?? `map ${i + 1}`}: ${low.toFixed(2)} to ${high.toFixed(2)}, mean ${
      mean.toFixed(2)
    }`;
  });
  return figure({
    title,
    legend: rampLegend(label, range),
    body: beside(panels),
    note: withRemark(note, left, "value"),
    alt: `${title ?? "The latent plane"}, coloured by ${label}. ${parts.join("; ")}.`,
  });
}

/** Of the finite values; [0, 1] where there is none. */
function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** One plane of coloured cells between its axes; `low` and `high` are the ends of the colours. */
export function planeChart(
  { values, x, y, xLabel = "z₁", yLabel = "z₂", codes }: PlaneValues,
  [low, high]: readonly [number, number],
  size: number,
): Panel {
  if (values.length !== x.length * y.length) {
    throw new OptionError(
      `planeMaps: values: expected ${y.length}·${x.length}, one for each pair of coordinates, got ${values.length}`,
    );
  }
  const half = (places: readonly number[]) =>
    (places.at(-1)! - places[0]) / (places.length - 1 || 1) / 2 || 0.5;
  const [halfX, halfY] = [half(x), half(y)];
  const cells = Array.from(values, (value, i) => ({
    x: x[i % x.length],
    y: y[Math.floor(i / x.length)],
    fill: Number.isFinite(value) ? ramp((value - low) / (high - low || 1)) : rule,
  }));
  const marks = Array.from({ length: codes?.count ?? 0 }, (_, i) => {
    const [x, y] = codes!.row(i);
    return { x, y };
  });
  // One dimension is a strip: what is above or below it means nothing.
  const strip = y.length === 1;
  const ticks = Math.round(size / 75);
  return chart({
    width: size,
    height: strip ? 128 : size,
    marginLeft: 48,
    marginRight: 20,
    marginTop: 26,
    marginBottom: 42,
    x: {
      domain: [x[0] - halfX, x.at(-1)! + halfX],
      label: xLabel,
      labelArrow: "none",
      labelAnchor: "center",
      ticks,
    },
    y: {
      axis: strip ? null : "left",
      domain: rangeOf([y[0] - halfY, y.at(-1)! + halfY, y[0] + halfY, y.at(-1)! - halfY]),
      label: yLabel,
      labelArrow: "none",
      ticks,
    },
    marks: [
      // Plot.raster needs a canvas; rectangles do not.
      Plot.rect(cells, {
        x1: (cell) => cell.x - halfX,
        x2: (cell) => cell.x + halfX,
        y1: (cell) => cell.y - halfY,
        y2: (cell) => cell.y + halfY,
        fill: (cell) => cell.fill,
        shapeRendering: "crispEdges",
      }),
      Plot.dot(marks, {
        x: "x",
        y: "y",
        r: 1.3,
        fill: "white",
        stroke: ink,
        strokeWidth: 0.4,
        clip: true,
      }),
    ],
  });
}
