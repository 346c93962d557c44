/** How far a Gaussian is from a density that is known on a grid. */
import type { LatentGrid } from "./manifold.ts";

/** N(mean, exp(logVar)) with independent dimensions, as q(z|x); [latentDim] each. */
export interface Gaussian {
  mean: readonly number[];
  logVar: readonly number[];
}

/** The length of one step, in units of z; 1 where there is none, as across a strip. */
const stepOf = (places: readonly number[]) =>
  places.length > 1 ? Math.abs(places.at(-1)! - places[0]) / (places.length - 1) : 1;

/** Of one cell, in units of z; the length of a step on a strip. */
export const cellArea = ({ xs, ys }: LatentGrid) => stepOf(xs) * stepOf(ys);

/** log N(z; mean, exp(logVar)) of one dimension. */
export const logNormalDensity = (z: number, mean: number, logVar: number) =>
  -0.5 * (Math.log(2 * Math.PI) + logVar + (z - mean) ** 2 * Math.exp(-logVar));

/** A dimension's share of the mass at each place that has any, divided by `mass`: they sum to one. */
function sharesOf(places: readonly number[], mean: number, logVar: number) {
  const step = stepOf(places);
  const shares = places
    .map((z, at) => ({ at, share: step * Math.exp(logNormalDensity(z, mean, logVar)) }))
    .filter(({ share }) => share > 1e-12);
  const mass = shares.reduce((sum, { share }) => sum + share, 0);
  return { mass, shares: shares.map(({ at, share }) => ({ at, share: share / mass })) };
}

/**
 * KL(q ‖ p) in nats, both as distributions over the grid's cells: never below zero. `mass` is what of q lies
 * on the grid; where it is not 1, the grid is too small or too coarse for q.
 *
 * @param logP log p at each code of the grid, [rows · columns]; p sums to one over the cells
 */
export function divergenceOnGrid(
  grid: LatentGrid,
  logP: ArrayLike<number>,
  { mean, logVar }: Gaussian,
): { kl: number; mass: number } {
  const across = sharesOf(grid.xs, mean[0], logVar[0]);
  const along = mean.length > 1
    ? sharesOf(grid.ys, mean[1], logVar[1])
    : { mass: 1, shares: [{ at: 0, share: 1 }] };
  const negativeEntropy = [across, along].reduce(
    (total, { shares }) => shares.reduce((sum, { share }) => sum + share * Math.log(share), total),
    0,
  );
  const logArea = Math.log(cellArea(grid)), columns = grid.xs.length;
  let crossEntropy = 0;
  for (const row of along.shares) {
    for (const column of across.shares) {
      crossEntropy -= row.share * column.share * (logP[row.at * columns + column.at] + logArea);
    }
  }
  return { kl: negativeEntropy + crossEntropy, mass: across.mass * along.mass };
}
