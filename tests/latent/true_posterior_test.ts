import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { gatherPixels } from "../../lib/data/batches.ts";
import { linearGrid } from "../../lib/latent/manifold.ts";
import { cellArea } from "../../lib/latent/grid_divergence.ts";
import { truePosterior } from "../../lib/latent/true_posterior.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { bernoulli } from "../../lib/likelihoods/bernoulli.ts";
import { range } from "../../lib/steps.ts";
import { tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

const near = (value: number, wanted: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(value - wanted) < tolerance, `${value}, expected ${wanted}`);
const set = tinySet(4);
const plane = linearGrid(coordinatePlane(2), { from: -7, to: 7, step: 0.2 });

/** ½ (mean² + var − 1 − log var) a dimension: KL(N(mean, var) ‖ N(0, 1)). */
const klToPrior = (mean: readonly number[], logVar: readonly number[]) =>
  mean.reduce((sum, m, k) => sum + 0.5 * (m ** 2 + Math.exp(logVar[k]) - 1 - logVar[k]), 0);

for (const latentDim of [1, 2]) {
  Deno.test(`truePosterior() is the prior where the decoder looks at nothing, latentDim ${latentDim}`, () =>
    withoutLeaks(async () => {
      const model = tinyModel("vae", latentDim);
      // All logits 0: each of 16 pixels costs log 2, whatever z is.
      model.decode = (z) => tf.zeros([z.shape[0], 4, 4, 1]);
      const grid = linearGrid(coordinatePlane(latentDim), { from: -7, to: 7, step: 0.2 });
      const [one] = await truePosterior(model, grid, set, { indices: [2] });
      near(one.logEvidence, -16 * Math.log(2));
      near(one.gap, klToPrior(one.mean, one.logVar));
      near(one.massOfQ, 1);
      const atZero = one.logPosterior[Math.floor(one.logPosterior.length / 2)];
      const [x, y = 0] = grid.codes.row(Math.floor(one.logPosterior.length / 2));
      const squares = x ** 2 + (latentDim === 2 ? y ** 2 : 0);
      near(atZero, -0.5 * (latentDim * Math.log(2 * Math.PI) + squares));
    }));
}

Deno.test("truePosterior() is p(x|z) p(z) / p(x), cell by cell, for each image", () =>
  withoutLeaks(async () => {
    const model = tinyModel();
    const found = await truePosterior(model, plane, set, { indices: [0, 3], batchSize: 999 });
    assert.equal(found.length, 2);
    for (const [i, index] of [0, 3].entries()) {
      const x = tf.tensor4d(
        gatherPixels(set, range(index, index + 1), "threshold", { seed: 1, epoch: 0 }),
        [1, 4, 4, 1],
      );
      const cells = plane.codes.count;
      const nll = tf.tidy(() => {
        const z = tf.tensor2d(plane.codes.values, [cells, 2]);
        return bernoulli.nll(model.decode(z), x.tile([cells, 1, 1, 1])).dataSync();
      });
      x.dispose();
      const joint = Array.from(nll, (value, cell) => {
        const [a, b] = plane.codes.row(cell);
        return Math.exp(-value) * Math.exp(-(a * a + b * b) / 2) / (2 * Math.PI);
      });
      const evidence = joint.reduce((sum, value) => sum + value, 0) * 0.2 * 0.2;
      near(found[i].logEvidence, Math.log(evidence));
      const most = joint.indexOf(Math.max(...joint));
      near(Math.exp(found[i].logPosterior[most]), joint[most] / evidence);
    }
  }));

Deno.test("truePosterior() sums to one, and its gap is log p(x) less the ELBO", () =>
  withoutLeaks(async () => {
    const model = tinyModel();
    const [{ logPosterior, logQ, logEvidence, gap, massOfQ }] = await truePosterior(
      model,
      plane,
      set,
      { indices: [1] },
    );
    const area = cellArea(plane);
    near(logPosterior.reduce((sum, value) => sum + Math.exp(value) * area, 0), 1, 1e-9);
    near(massOfQ, 1);
    // ELBO = E_q[log p(x, z) − log q(z|x)], and log p(x, z) = log p(z|x) + log p(x).
    const elbo = logQ.reduce(
      (sum, value, cell) =>
        sum + Math.exp(value) * area * (logPosterior[cell] + logEvidence - value),
      0,
    );
    near(gap, logEvidence - elbo);
    assert.ok(gap > 0.1, `gap ${gap}`);
  }));

Deno.test("truePosterior() says by q's mass that a grid is too small", () =>
  withoutLeaks(async () => {
    const small = linearGrid(coordinatePlane(2), { from: -7, to: -6, step: 0.2 });
    const [{ massOfQ }] = await truePosterior(tinyModel(), small, set, { indices: [0] });
    assert.ok(massOfQ < 0.01, `mass ${massOfQ}`);
  }));

Deno.test("truePosterior() refuses what no grid covers, and images that are not there", async () => {
  const of = (...wish: Parameters<typeof tinyModel>) =>
    truePosterior(tinyModel(...wish), plane, set, { indices: [9] });
  const refused = (message: string) => ({ name: "OptionError", message });
  await assert.rejects(
    of("vae", 3),
    refused("truePosterior: latentDim: expected 1 or 2, which a grid can cover, got 3"),
  );
  await assert.rejects(
    of("ae"),
    refused('truePosterior: kind: expected "vae", which has a p(z|x), got "ae"'),
  );
  await assert.rejects(
    of(),
    refused("truePosterior: indices: expected integers below 4 (tiny), got 9"),
  );
});
