/** Curves: the bound by epoch, its parts, runs beside each other, rates over settings. */
import { formatNumber } from "../../numbers.ts";
import type { CurvePoint } from "../../evaluation/curve.ts";
import type { LossTerms } from "../../objective.ts";
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import { anEpoch, aSeries, listOf, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { finiteOnly, thinned, withRemark } from "./drawable.ts";
import { chart, type Figure, figure, type Panel } from "./figure.ts";
import { itemLegend } from "./legend.ts";
import { seriesColors, softInk } from "./palette.ts";

/** One line of a chart. */
export interface Series {
  label: string;
  /** A point's label is written beside it, as the setting that it was measured with. */
  points: readonly { x: number; y: number; label?: string }[];
  dashed?: boolean;
  /** False: points alone, of a curve that is known only here and there. Default: true. */
  joined?: boolean;
  color?: string;
}

const curvesSchema = z.strictObject({
  title: z.string().optional(),
  /** With the unit, as in `−ELBO (nats per image)`. */
  xLabel: z.string(),
  yLabel: z.string(),
  xScale: z.enum(["linear", "log"]).default("linear"),
  yScale: z.enum(["linear", "log"]).default("linear"),
  /** The y axis begins at 0: for rates and sizes, which are compared by ratio. Linear axes only. */
  fromZero: z.boolean().default(false),
  /** A mark at each point: for few points. */
  dots: z.boolean().default(true),
  note: z.string().optional(),
  width: z.int().min(200).max(1200).default(640),
  height: z.int().min(120).max(1200).default(340),
});

/** Options of `curves`. */
export type CurvesOptions = z.input<typeof curvesSchema>;

/** Lines over one pair of axes, with a legend where there is more than one, or one is dashed. */
export function curves(series: readonly Series[], options: CurvesOptions): Figure {
  requireArguments("curves", { series: [listOf(aSeries), series] });
  const parsed = parseOptions(curvesSchema, options, "curves");
  const left = series.reduce((sum, { points }) => sum + finiteOnly(points).left, 0);
  const colored = withColors(series);
  const body = lineChart(colored, parsed);
  const legend =
    series.length > 1 || series.some(({ dashed, joined }) => dashed || joined === false)
      ? itemLegend(
        colored.map(({ joined = true, ...rest }) => ({ ...rest, path: joined ? undefined : dot })),
        parsed.width,
      )
      : undefined;
  return figure({
    title: parsed.title,
    legend,
    body,
    note: withRemark(parsed.note, left, "point"),
    alt: describeCurves(series, parsed),
  });
}

/** A dot as a path around (0, 0), for the legend. */
const dot = "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0";

/** Gives each series its colour, in order. */
export const withColors = (series: readonly Series[]) =>
  series.map((one, i) => ({ ...one, color: one.color ?? seriesColors[i % seriesColors.length] }));

type ChartOptions = Pick<
  z.infer<typeof curvesSchema>,
  "xLabel" | "yLabel" | "xScale" | "yScale" | "fromZero" | "dots" | "width" | "height"
>;

function lineChart(
  series: readonly (Series & { color: string })[],
  { xLabel, yLabel, xScale, yScale, fromZero, dots, width, height }: ChartOptions,
): Panel {
  const finite = series.map((one) => ({
    ...one,
    points: thinned(finiteOnly(one.points).points),
  }));
  const all = finite.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  // Settings such as 2, 5, 10, 20, 50 are ticks of their own; epochs are whole numbers.
  const few = xs.length <= 12 && (xScale === "log" || xs.every(Number.isInteger));
  const label = (value: number) => formatNumber(value);
  const xAxis = { label: xLabel, labelArrow: "none", labelAnchor: "center" } as const;
  const yAxis = { label: yLabel, labelArrow: "none" } as const;
  return chart({
    width,
    height,
    marginLeft: 58,
    marginRight: 14,
    marginTop: 28,
    marginBottom: 42,
    x: { type: xScale },
    y: { type: yScale, nice: yScale === "linear", zero: fromZero && yScale === "linear" },
    marks: [
      few
        ? Plot.axisX(xs, { ...xAxis, text: xs.map(label) })
        : Plot.axisX({ ...xAxis, ticks: Math.round(width / 80) }),
      ...(yScale === "log" ? logAxis(all.map(({ y }) => y), label, yAxis) : [
        Plot.axisY({ ...yAxis, ticks: Math.round(height / 55) }),
        Plot.gridY({ ticks: Math.round(height / 55) }),
      ]),
      ...finite.flatMap(({ points, color, dashed, joined = true }) => {
        const line = Plot.line(points, {
          x: "x",
          y: "y",
          stroke: color,
          strokeWidth: 2.2,
          strokeDasharray: dashed ? "5 4" : undefined,
        });
        const dot = Plot.dot(points, { x: "x", y: "y", fill: color, r: joined ? 2.8 : 4 });
        const dotted = !joined || (dots && points.length <= 60);
        return [...joined ? [line] : [], ...dotted ? [dot] : [], ...pointLabels(points, color, xs)];
      }),
    ],
  });
}

/** Names beside points, to their right; near the right edge to their left, where there is room. */
function pointLabels(points: Series["points"], color: string, xs: readonly number[]) {
  const edge = xs[0] + 0.9 * (xs[xs.length - 1] - xs[0]);
  return (["start", "end"] as const).flatMap((textAnchor) => {
    const named = points.filter(({ x, label }) => label && x > edge === (textAnchor === "end"));
    const dx = textAnchor === "end" ? 4 : 7;
    if (named.length === 0) return [];
    return [
      Plot.text(named, { x: "x", y: "y", text: "label", fill: color, dx, dy: -9, textAnchor }),
    ];
  });
}

/** Ticks at 1, 2 and 5 times powers of ten: Plot's own stand close and unlabelled. */
function logAxis(
  values: readonly number[],
  label: (value: number) => string,
  options: Plot.AxisYOptions,
) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const powers = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20));
  const ticks = powers.flatMap((power) => [power, 2 * power, 5 * power])
    .filter((tick) => tick >= low && tick <= high);
  return [Plot.axisY(ticks, { ...options, text: ticks.map(label) }), Plot.gridY(ticks)];
}

const number = (value: number) => formatNumber(value, { digits: 4 });

/** The alternative text: both ends of each line. */
export function describeCurves(
  series: readonly Series[],
  { title, xLabel, yLabel }: CurvesOptions,
): string {
  const lines = series.map(({ label, points }) => {
    const finite = points.filter(({ y }) => Number.isFinite(y));
    const first = finite[0], last = finite.at(-1);
    return first && last
      ? `${label}: ${number(first.y)} at ${number(first.x)}, ${number(last.y)} at ${number(last.x)}`
      : `${label}: no points`;
  });
  return `${title ? `${title}. ` : ""}${yLabel} over ${xLabel}. ${
    lines.join("; ") || "No points"
  }.`;
}

/** The untrained model's 543 nats would press all the rest together: curves begin with epoch 1. */
const trained = (records: readonly CurvePoint[]) => records.filter(({ epoch }) => epoch > 0);

function points(records: readonly CurvePoint[], part: "train" | "test", term: keyof LossTerms) {
  return trained(records).flatMap((record) => {
    const y = record[part]?.[term];
    return typeof y === "number" ? [{ x: record.epoch, y }] : [];
  });
}

const elboSchema = z.strictObject({
  /** The same number by epoch from elsewhere, under the same data treatment. */
  reference: z.strictObject({
    label: z.string(),
    points: z.array(z.looseObject({ x: z.number(), y: z.number() })),
    joined: z.boolean().optional(),
  }).optional(),
  yLabel: z.string().default("−ELBO (nats per image)"),
  title: z.string().default("Test and training loss by epoch"),
  note: z.string().optional(),
});
export type ElboCurveOptions = z.input<typeof elboSchema>;

/**
 * Test and training loss by epoch, beside a reference's where there is one. Without a trained epoch of
 * its own it draws no reference, which would look like the reader's run, and says so.
 *
 * @throws OptionError
 */
export function elboCurve(
  records: readonly CurvePoint[],
  options: ElboCurveOptions = {},
): Figure {
  requireArguments("elboCurve", { records: [listOf(anEpoch), records] });
  const { reference, yLabel, title, note } = parseOptions(elboSchema, options, "elboCurve");
  const untrained = records.find(({ epoch }) => epoch === 0)?.test.loss;
  const series: Series[] = [
    { label: "test", points: points(records, "test", "loss"), color: seriesColors[0] },
    {
      label: "training",
      points: points(records, "train", "loss"),
      color: seriesColors[1],
      dashed: true,
    },
  ].filter(({ points }) => points.length > 0);
  const none = series.length === 0;
  if (reference && !none) series.push({ ...reference, color: softInk, dashed: true });
  const before = untrained === undefined
    ? undefined
    : `Untrained (epoch 0, not drawn): ${number(untrained)}.`;
  const remark = none
    ? ["No epoch is finished yet.", before].filter(Boolean).join(" ")
    : note ?? before;
  return curves(series, { title, xLabel: "epoch", yLabel, note: remark });
}
