/** Codes of one number: a row of them for each class. */
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { parseOptions } from "../../options.ts";
import { textWidth } from "../text/text.ts";
import { classScales, looksOf } from "./classes.ts";
import { withRemark } from "./drawable.ts";
import { chart, type Figure, figure, fontSize } from "./figure.ts";
import {
  cut,
  dotRadius,
  middles,
  outside,
  type Point,
  pointsOf,
  withOutside,
} from "./latent_points.ts";
import { ink } from "./palette.ts";

const stripSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string().default("z"),
  width: z.int().min(200).max(1200).default(640),
  /** [from, to] of the axis; all codes by default. */
  domain: z.tuple([z.number(), z.number()]).optional(),
});

/** Room above the rows and below them, in CSS pixels. */
const marginTop = 26, marginBottom = 42;
/** Of each row: what ten need to be well apart, and what many must do with. */
const rowHeight = (rows: number) => rows <= 10 ? 26.2 : 15;

/**
 * For one latent dimension: a row of codes for each class, and one row where no labels are known.
 *
 * @throws OptionError, as for codes of other than one number
 */
export function latentStrip(codes: Codes, options: z.input<typeof stripSchema> = {}): Figure {
  const { title, xLabel, width, domain } = parseOptions(stripSchema, options, "latentStrip");
  const { points, left } = pointsOf(codes, 1);
  const looks = looksOf(codes), labels = looks.map(({ label }) => label);
  const rows = Math.max(1, looks.length);
  const row = new Map(labels.map((label, row) => [label, row]));
  const rowOf = ({ label }: Point) => row.get(label) ?? 0;
  const seen = (domain ? points.filter((point) => !outside(domain, ["x"])(point)) : points)
    // Spread within the row by the golden ratio: even, and the same each time.
    .map((point, i) => ({ ...point, y: rowOf(point) + 0.7 * ((i * 0.618034) % 1 - 0.5) }));
  const nameWidth = Math.max(0, ...looks.map(({ name }) => textWidth(name, fontSize)));
  const body = chart({
    width,
    height: Math.round(marginTop + marginBottom + Math.max(3, rows) * rowHeight(rows)),
    marginLeft: Math.max(44, Math.ceil(nameWidth) + 16),
    marginRight: 10,
    marginTop,
    marginBottom,
    x: { domain, label: xLabel, labelArrow: "none", labelAnchor: "center", nice: !domain },
    y: {
      axis: looks.length > 0 ? "left" : null,
      domain: [-0.5, rows - 0.5],
      reverse: true,
      label: "class",
      labelArrow: "none",
      ticks: [...looks.keys()],
      tickFormat: (row: number) => looks[row].name,
    },
    ...classScales(looks),
    marks: [
      Plot.gridX(),
      Plot.dot(seen, {
        x: "x",
        y: "y",
        fill: "label",
        symbol: "label",
        r: dotRadius(points.length),
        fillOpacity: 0.6,
      }),
      Plot.ruleX(middles(seen, labels), {
        x: "x",
        y1: (middle) => rowOf(middle) - 0.4,
        y2: (middle) => rowOf(middle) + 0.4,
        stroke: ink,
        strokeWidth: 2,
      }),
    ],
  });
  const medians = middles(points, labels).map((middle) =>
    `${looks[rowOf(middle)].name} at ${cut(middle.x)}`
  );
  const what = medians.length > 0
    ? `${points.length} points, one row a class. Medians: ${medians.join(", ")}.`
    : `${points.length} points.`;
  const note = looks.length > 0 ? "One row a class; black: the median of its codes." : undefined;
  return figure({
    title,
    body,
    alt: `${title ?? "Codes on the latent line"}: ${what}`,
    note: withRemark(withOutside(note, points.length - seen.length, points.length), left, "code"),
  });
}
