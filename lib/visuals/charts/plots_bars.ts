/** Bars: KL by latent dimension, digits by class, histograms. */
import * as Plot from "@observablehq/plot";
import { chart, type Figure, figure } from "./figure.ts";
import { rule, seriesColors } from "./palette.ts";

interface BarOptions {
  title?: string;
  xLabel: string;
  /** With the unit, as in `KL (nats per image)`. */
  yLabel: string;
  note?: string;
  width?: number;
  height?: number;
}

/**
 * A bar for each item, in the order given.
 *
 * @param items a muted bar is drawn grey, as for an inactive unit
 */
export function barChart(
  items: readonly { label: string; value: number; muted?: boolean }[],
  { title, xLabel, yLabel, note, width = 640, height = 280 }: BarOptions,
): Figure {
  const labels = items.map(({ label }) => label);
  // Fifty labels do not fit side by side: every second, or every fifth.
  const step = [1, 2, 5, 10, 20, 50].find((step) => labels.length / step <= width / 28) ?? 100;
  const body = chart({
    width,
    height,
    ...margins,
    x: { domain: labels, padding: labels.length > 25 ? 0.15 : 0.25 },
    y: { nice: true },
    marks: [
      ...axes(xLabel, yLabel, height, labels.filter((_, i) => i % step === 0)),
      Plot.barY(items, {
        x: "label",
        y: "value",
        fill: ({ muted }: { muted?: boolean }) => muted ? rule : seriesColors[0],
      }),
      Plot.ruleY([0]),
    ],
  });
  const values = items.map(({ label, value }) => `${label}: ${short(value)}`);
  return figure({
    title,
    body,
    note,
    alt: `${title ? `${title}. ` : ""}${yLabel} by ${xLabel}. ${values.join(", ")}.`,
  });
}

/** How many values fall into each of `bins` equal steps. */
export function histogram(
  values: ArrayLike<number>,
  { bins = 40, domain, ...options }: BarOptions & { bins?: number; domain?: [number, number] },
): Figure {
  const { title, xLabel, yLabel, note, width = 640, height = 260 } = options;
  const finite = Array.from(values).filter(Number.isFinite);
  const low = domain?.[0] ?? finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = domain?.[1] ?? finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const step = (high - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    const bin = Math.floor((value - low) / step);
    // The highest value belongs to the last bin.
    if (value >= low && value <= high) counts[Math.min(bins - 1, bin)]++;
  }
  const body = chart({
    width,
    height,
    ...margins,
    y: { nice: true },
    marks: [
      ...axes(xLabel, yLabel, height),
      Plot.rectY(
        counts.map((count, i) => ({ count, from: low + i * step, to: low + (i + 1) * step })),
        {
          x1: "from",
          x2: "to",
          y: "count",
          fill: seriesColors[0],
          insetLeft: 0.5,
          insetRight: 0.5,
        },
      ),
      Plot.ruleY([0]),
    ],
  });
  const most = counts.indexOf(Math.max(...counts));
  const peak = `most, ${counts[most]}, from ${short(low + most * step)} to ${
    short(low + (most + 1) * step)
  }`;
  return figure({
    title,
    body,
    note,
    alt: `${title ? `${title}. ` : ""}${yLabel} of ${finite.length} values by ${xLabel}, ` +
      `from ${short(low)} to ${short(high)}: ${peak}.`,
  });
}

const margins = { marginLeft: 58, marginRight: 14, marginTop: 28, marginBottom: 42 };

const short = (value: number) =>
  Number.isInteger(value)
    ? value.toLocaleString("en-US")
    : Number(value.toPrecision(3)).toLocaleString("en-US").replace("-", "−");

function axes(xLabel: string, yLabel: string, height: number, ticks?: string[]) {
  const x = { label: xLabel, labelArrow: "none", labelAnchor: "center", tickSize: 3 } as const;
  return [
    ticks ? Plot.axisX(ticks, x) : Plot.axisX({ ...x, ticks: 8 }),
    Plot.axisY({ label: yLabel, labelArrow: "none", ticks: Math.round(height / 55) }),
    Plot.gridY({ ticks: Math.round(height / 55) }),
  ];
}
