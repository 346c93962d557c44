/** Several runs beside each other, each in a small chart of its own. */
import * as Plot from "@observablehq/plot";
import { z } from "zod";
import { aSeries, listOf, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { beside, chart, type Figure, figure, fontSize, stack, textPanel } from "./figure.ts";
import { finiteOnly, thinned, withRemark } from "./drawable.ts";
import { ink, rule, softInk } from "./palette.ts";
import { describeCurves, type Series, withColors } from "./plots_curves.ts";

const multiplesSchema = z.strictObject({
  title: z.string().optional(),
  xLabel: z.string(),
  yLabel: z.string(),
  columns: z.int().min(1).default(3),
  width: z.int().min(200).max(1200).default(680),
});
export type SmallMultiplesOptions = z.input<typeof multiplesSchema>;

/**
 * One small chart a run on common axes: its line in colour before the others in grey.
 *
 * @throws OptionError
 */
export function smallMultiples(
  runs: readonly Series[],
  options: SmallMultiplesOptions,
): Figure {
  requireArguments("smallMultiples", { runs: [listOf(aSeries), runs] });
  const { title, xLabel, yLabel, columns, width } = parseOptions(
    multiplesSchema,
    options,
    "smallMultiples",
  );
  const finite = runs.map(({ points }) => finiteOnly(points));
  const left = finite.reduce((sum, { left }) => sum + left, 0);
  const drawn = runs.map((run, i) => ({ ...run, points: thinned(finite[i].points) }));
  const all = drawn.flatMap(({ points }) => points);
  const range = (values: number[]) => [Math.min(...values), Math.max(...values)];
  const [xDomain, yDomain] = [range(all.map(({ x }) => x)), range(all.map(({ y }) => y))];
  const across = Math.min(columns, runs.length);
  const panelWidth = Math.floor((width - 16 * (across - 1)) / across);
  const panels = withColors(drawn).map(({ label, points, color }) =>
    stack([
      textPanel(label, panelWidth, { size: 13, weight: 600, color: ink }),
      chart({
        width: panelWidth,
        height: 170,
        marginLeft: 44,
        marginRight: 8,
        marginTop: 8,
        marginBottom: 28,
        x: { domain: xDomain, label: null, ticks: 4, tickFormat: "d" },
        y: { domain: yDomain, nice: true, label: null, ticks: 4, grid: true },
        marks: [
          ...drawn.map((run) => Plot.line(run.points, { x: "x", y: "y", stroke: rule })),
          Plot.line(points, { x: "x", y: "y", stroke: color, strokeWidth: 2.4 }),
        ],
      }),
    ], 2)
  );
  const rows = Array.from(
    { length: Math.ceil(panels.length / across) },
    (_, row) => beside(panels.slice(row * across, (row + 1) * across)),
  );
  const axes = textPanel(`${yLabel}, over ${xLabel}; grey: the other runs`, width, {
    size: fontSize,
    color: softInk,
  });
  return figure({
    title,
    body: stack([axes, ...rows], 12),
    note: withRemark(undefined, left, "point"),
    alt: describeCurves(runs, { title, xLabel, yLabel }),
  });
}
