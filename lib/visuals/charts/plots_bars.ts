/** Bars: KL by latent dimension, digits by class. */
import { formatNumber } from "../../numbers.ts";
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import { parseOptions } from "../../options.ts";
import { chart, type Figure, figure } from "./figure.ts";
import { rule, seriesColors } from "./palette.ts";

const barSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string(),
  /** With the unit, as in `KL (nats per image)`. */
  yLabel: z.string(),
  note: z.string().optional(),
  width: z.int().min(200).max(1200).default(640),
  height: z.int().min(120).max(1200).default(280),
});
export type BarOptions = z.input<typeof barSchema>;

/**
 * A bar for each item, in the order given.
 *
 * @param items a muted bar is drawn grey, as for an inactive unit
 * @throws OptionError
 */
export function barChart(
  items: readonly { label: string; value: number; muted?: boolean }[],
  options: BarOptions,
): Figure {
  const { title, xLabel, yLabel, note, width, height } = parseOptions(
    barSchema,
    options,
    "barChart",
  );
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

const margins = { marginLeft: 58, marginRight: 14, marginTop: 28, marginBottom: 42 };

const short = (value: number) =>
  formatNumber(value, { digits: Number.isInteger(value) ? undefined : 3 });

function axes(xLabel: string, yLabel: string, height: number, ticks: string[]) {
  const x = { label: xLabel, labelArrow: "none", labelAnchor: "center", tickSize: 3 } as const;
  return [
    Plot.axisX(ticks, x),
    Plot.axisY({ label: yLabel, labelArrow: "none", ticks: Math.round(height / 55) }),
    Plot.gridY({ ticks: Math.round(height / 55) }),
  ];
}
