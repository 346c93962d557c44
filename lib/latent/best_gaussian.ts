/** The best that a Gaussian with independent dimensions can do for one image. */
import { aPosterior, requireArguments } from "../kinds.ts";
import { divergenceOnGrid, type Gaussian } from "./grid_divergence.ts";
import type { GridPosterior } from "./true_posterior.ts";

/**
 * The Gaussian nearest to p(z|x), found from q(z|x) on: argmin KL(N(mean, exp(logVar)) ‖ p(z|x)). What is
 * left of the gap is due to q's family; what is gone, to the encoder, which answers for all images with one
 * network: the approximation and the amortization gap (Cremer et al. 2018, arXiv 1801.03558, eq. 3).
 *
 * A search by steps: each number is tried higher and lower, and steps halve where nothing is gained. It
 * finds the nearest valley, as gradients would.
 */
export function bestGaussian(posterior: GridPosterior): Gaussian & { gap: number } {
  requireArguments("bestGaussian", { posterior: [aPosterior, posterior] });
  const { grid, logPosterior, mean, logVar } = posterior;
  const dimensions = mean.length;
  const asGaussian = (numbers: readonly number[]): Gaussian => ({
    mean: numbers.slice(0, dimensions),
    logVar: numbers.slice(dimensions),
  });
  const gapOf = (numbers: readonly number[]) => {
    const { kl, mass } = divergenceOnGrid(grid, logPosterior, asGaussian(numbers));
    // Narrower than a cell, or off the grid: sums over cells mean nothing there.
    return Math.abs(mass - 1) < 0.01 ? kl : Infinity;
  };
  let best = [...mean, ...logVar], gap = gapOf(best);
  for (let scale = 1; scale > 1e-3;) {
    const before = gap;
    for (let i = 0; i < best.length; i++) {
      // A mean moves in units of its standard deviation.
      const unit = i < dimensions ? Math.exp(best[dimensions + i] / 2) : 1;
      for (const sign of [1, -1]) {
        const tried = best.with(i, best[i] + sign * scale * unit);
        const found = gapOf(tried);
        if (found < gap) [best, gap] = [tried, found];
      }
    }
    if (!(gap < before - 1e-9)) scale /= 2;
  }
  return { ...asGaussian(best), gap };
}
