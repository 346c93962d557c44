/** An image's true posterior above the Gaussian that stands for it, as heat maps. */
import { z } from "zod";
import { aPosterior, requireArguments, someOf } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { beside, type Figure, figure, type Panel, stack, textPanel } from "./figure.ts";
import { rampLegend } from "./legend.ts";
import { ink } from "./palette.ts";
import { planeChart } from "./plots_planes.ts";

/** Two densities over one grid, as `truePosterior` gives them. */
export interface PosteriorPair {
  /** What stands above, as in `a 4 · KL 0.12`. */
  title: string;
  grid: { xs: readonly number[]; ys: readonly number[] };
  /** log p(z|x) at each code, [rows · columns]. */
  logPosterior: ArrayLike<number>;
  /** log q(z|x) there. */
  logQ: ArrayLike<number>;
}

const mapsSchema = z.strictObject({
  title: z.string().optional(),
  /** Side of each map in CSS pixels. */
  size: z.int().min(120).max(600).default(210),
  note: z.string().optional(),
});

/**
 * A column for each pair: p(z|x) above q(z|x), both in parts of the higher peak of the two, so that a pair
 * can be compared by colour. Each pair has axes of its own.
 *
 * @throws OptionError
 */
export function posteriorMaps(
  pairs: readonly PosteriorPair[],
  options: z.input<typeof mapsSchema> = {},
): Figure {
  const { title, size, note } = parseOptions(mapsSchema, options, "posteriorMaps");
  requireArguments("posteriorMaps", { pairs: [someOf(aPosterior), pairs] });
  const columns = pairs.map(({ title, grid: { xs, ys }, ...densities }) => {
    const { logPosterior, logQ } = densities;
    const peak = Math.max(highest(logPosterior), highest(logQ));
    const map = (logDensity: ArrayLike<number>) => {
      const values = Float64Array.from(logDensity, (value) => Math.exp(value - peak));
      return planeChart({ values, x: xs, y: ys }, [0, 1], size);
    };
    return stack([heading(title, size), map(logPosterior), map(logQ)], 2);
  });
  const { height } = columns[0];
  const chartHeight = (height - headingHeight - 4) / 2;
  const names = stack([
    { svg: "", width: nameWidth, height: headingHeight + chartHeight / 2 - 10 },
    textPanel("p(z|x)", nameWidth, { size: 13, weight: 600, color: ink }),
    { svg: "", width: nameWidth, height: chartHeight - 20 },
    textPanel("q(z|x)", nameWidth, { size: 13, weight: 600, color: ink }),
  ], 0);
  return figure({
    title,
    legend: rampLegend("density, in parts of the higher peak of each pair", [0, 1]),
    body: beside([names, ...columns], 4),
    note,
    alt: `${title ?? "p(z|x) above q(z|x)"}: ${pairs.map(({ title }) => title).join("; ")}.`,
  });
}

const nameWidth = 52, headingHeight = 20;

function heading(text: string, width: number): Panel {
  const words = textPanel(text, width, { size: 13, weight: 600, color: ink });
  return { svg: `<g transform="translate(48,0)">${words.svg}</g>`, width, height: headingHeight };
}

const highest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, value), -Infinity);
