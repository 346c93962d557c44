import assert from "node:assert/strict";
import { bestGaussian } from "../../lib/latent/best_gaussian.ts";
import { divergenceOnGrid } from "../../lib/latent/grid_divergence.ts";
import { gridOn, linearGrid } from "../../lib/latent/manifold.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { posteriorWindow } from "../../lib/latent/posterior_window.ts";
import { linearSteps } from "../../lib/steps.ts";
import type { GridPosterior } from "../../lib/latent/true_posterior.ts";

const near = (value: number, wanted: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(value - wanted) < tolerance, `${value}, expected ${wanted}`);
const grid = linearGrid(coordinatePlane(2), { from: -6, to: 6, step: 0.1 });

/** A posterior N([0.5, −1], Λ⁻¹) of precisions [[a, c], [c, b]], and q beside it. */
function correlated([a, b, c]: number[], mean: number[], logVar: number[]): GridPosterior {
  const logDeterminant = Math.log(a * b - c * c);
  const logPosterior = Float64Array.from({ length: grid.codes.count }, (_, cell) => {
    const [x, y] = [grid.codes.row(cell)[0] - 0.5, grid.codes.row(cell)[1] + 1];
    return 0.5 * (logDeterminant - a * x * x - b * y * y - 2 * c * x * y) - Math.log(2 * Math.PI);
  });
  return {
    grid,
    mean,
    logVar,
    logPosterior,
    logQ: logPosterior,
    logEvidence: 0,
    gap: 0,
    massOfQ: 1,
  };
}

Deno.test("divergenceOnGrid() is the KL of two Gaussians", () => {
  const posterior = correlated([4, 1, 0], [0, 0], [0, 0]);
  // ½ Σ (var_q Λ + Λ (difference)² − 1 − log(var_q Λ))
  const wanted = 0.5 * (4 + 4 * 0.25 - 1 - Math.log(4)) + 0.5 * (1 + 1 - 1 - 0);
  const { kl, mass } = divergenceOnGrid(grid, posterior.logPosterior, posterior);
  near(kl, wanted);
  near(mass, 1);
});

Deno.test("bestGaussian() finds mean and precisions of a correlated posterior", () => {
  const best = bestGaussian(correlated([9, 4, 3], [0, 0], [-1, -1]));
  near(best.mean[0], 0.5, 1e-2);
  near(best.mean[1], -1, 1e-2);
  // Independent dimensions that minimise KL(q ‖ p) have the precisions on Λ's diagonal.
  near(best.logVar[0], -Math.log(9), 1e-2);
  near(best.logVar[1], -Math.log(4), 1e-2);
  near(best.gap, 0.5 * Math.log(9 * 4 / (9 * 4 - 3 * 3)), 1e-3);
});

Deno.test("bestGaussian() has nothing to gain where q is the posterior", () => {
  const best = bestGaussian(correlated([4, 4, 0], [0.5, -1], [-Math.log(4), -Math.log(4)]));
  near(best.gap, 0);
  near(best.mean[0], 0.5, 1e-3);
});

Deno.test("posteriorWindow() is the finer square that holds both densities", () => {
  const narrow = correlated([25, 25, 0], [0, 0], [0, 0]);
  const { xs, ys, rows, columns } = posteriorWindow(narrow, { size: 30 });
  assert.deepEqual([rows, columns], [30, 30]);
  // √(2 ln 10⁴) / 5 = 0.86 each way: the last step of 0.1 within, and one more.
  near(xs[0], 0.5 - 0.9, 1e-6);
  near(xs.at(-1)!, 0.5 + 0.9, 1e-6);
  near(ys[0], -1 - 0.9, 1e-6);
  const wide = { ...narrow, logQ: correlated([1, 25, 0], [0, 0], [0, 0]).logPosterior };
  near(posteriorWindow(wide, { size: 30 }).xs[0], 0.5 - 4.3, 1e-6);
});

Deno.test("posteriorWindow() is a strip for one dimension", () => {
  const line = gridOn(coordinatePlane(1), linearSteps(41, -2, 2), [0]);
  const logQ = Float64Array.from(line.xs, (x) => -50 * x * x);
  const { rows, columns, xs } = posteriorWindow({ grid: line, logPosterior: logQ, logQ }, {
    size: 9,
  });
  assert.deepEqual([rows, columns], [1, 9]);
  near(xs[0], -0.5, 1e-6);
});
