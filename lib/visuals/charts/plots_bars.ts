/** Bars: KL by latent dimension, digits by class. */
import { formatNumber } from "../../numbers.ts";
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import { aBar, listOf, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { textWidth } from "../text/text.ts";
import { withRemark } from "./drawable.ts";
import { chart, type Figure, figure, fontSize } from "./figure.ts";
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
  requireArguments("barChart", { items: [listOf(aBar), items] });
  const { title, xLabel, yLabel, note, width, height } = parseOptions(
    barSchema,
    options,
    "barChart",
  );
  const drawn = items.filter(({ value }) => Number.isFinite(value));
  const labels = items.map(({ label }) => label);
  // Words that do not fit side by side are turned; of fifty numbers every second or fifth is written.
  const widest = Math.max(...labels.map((label) => textWidth(label, fontSize)), 0);
  const band = (width - margins.marginLeft - margins.marginRight) / labels.length;
  const turned = labels.some((label) => isNaN(Number(label))) && widest + 8 > band;
  const room = turned ? 15 : 28;
  const step = [1, 2, 5, 10, 20, 50].find((step) => labels.length / step <= width / room) ?? 100;
  const below = turned ? Math.ceil(widest * slope) : 0;
  const body = chart({
    width,
    height: height + below,
    ...margins,
    marginBottom: margins.marginBottom + below,
    x: { domain: labels, padding: labels.length > 25 ? 0.15 : 0.25 },
    y: { nice: true },
    marks: [
      Plot.axisX(labels.filter((_, i) => i % step === 0), {
        label: xLabel,
        labelArrow: "none",
        labelAnchor: "center",
        tickSize: 3,
        tickRotate: turned ? -turn : 0,
      }),
      Plot.axisY({ label: yLabel, labelArrow: "none", ticks: Math.round(height / 55) }),
      Plot.gridY({ ticks: Math.round(height / 55) }),
      Plot.barY(drawn, {
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
    note: withRemark(note, items.length - drawn.length, "value"),
    alt: `${title ? `${title}. ` : ""}${yLabel} by ${xLabel}. ${values.join(", ")}.`,
  });
}

/** Degrees by which long labels are turned, and how much lower their far end is for their width. */
const turn = 40, slope = Math.sin(turn * Math.PI / 180);

const margins = { marginLeft: 58, marginRight: 14, marginTop: 28, marginBottom: 42 };

const short = (value: number) =>
  formatNumber(value, { digits: Number.isInteger(value) ? undefined : 3 });
