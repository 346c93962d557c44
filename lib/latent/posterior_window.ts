/** Where on a grid an image's posteriors lie. */
import { z } from "zod";
import { aPosterior, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { linearSteps } from "../steps.ts";
import { gridOn, type LatentGrid } from "./manifold.ts";
import { coordinatePlane } from "./plane.ts";
import type { GridPosterior } from "./true_posterior.ts";

/** Below this part of its peak a density is nothing to see: 4.3 standard deviations of a Gaussian. */
const faint = 1e-4;

const windowSchema = z.strictObject({
  /** Columns, and rows where there are two dimensions. */
  size: z.int().min(2).default(60),
});

/**
 * A finer grid over the square in which p(z|x) or q(z|x) is more than a ten-thousandth of its peak: to look
 * at both, or to sum again.
 *
 * @throws OptionError
 */
export function posteriorWindow(
  posterior: Pick<GridPosterior, "grid" | "logPosterior" | "logQ">,
  options: z.input<typeof windowSchema> = {},
): LatentGrid {
  const { size } = parseOptions(windowSchema, options, "posteriorWindow");
  requireArguments("posteriorWindow", { posterior: [aPosterior, posterior] });
  const { grid, logPosterior, logQ } = posterior;
  const { xs, ys, codes: { values, latentDim } } = grid;
  const seen = new Set([logPosterior, logQ].flatMap((logDensity) => {
    const least = logDensity.reduce((most, value) => Math.max(most, value)) + Math.log(faint);
    return Array.from(logDensity.keys()).filter((cell) => logDensity[cell] >= least);
  }));
  const spans = Array.from({ length: latentDim }, (_, k) => {
    const places = [...seen].map((cell) => values[cell * latentDim + k]);
    return [Math.min(...places), Math.max(...places)];
  });
  // A cell's neighbours belong to it: the density goes on between two codes of the grid.
  const step = Math.max(...[xs, ys].map((places) => Math.abs((places[1] ?? 0) - (places[0] ?? 0))));
  const half = Math.max(...spans.map(([low, high]) => (high - low) / 2)) + step;
  const [across, along = [0]] = spans.map(([low, high]) =>
    linearSteps(size, (low + high) / 2 - half, (low + high) / 2 + half)
  );
  return gridOn(coordinatePlane(latentDim), across, along);
}
