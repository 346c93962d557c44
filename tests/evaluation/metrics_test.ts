import assert from "node:assert/strict";
import {
  activeUnits,
  columnStatistics,
  klPerDimension,
  meanSquaredError,
} from "../../lib/evaluation/metrics.ts";
import { Codes } from "../../lib/data/codes.ts";
import { RandomStream } from "../../lib/random.ts";

const near = (a: number, b: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a} is not within ${tolerance} of ${b}`);

const codesOf = (means: ArrayLike<number>, logVars: ArrayLike<number>, latentDim: number) =>
  new Codes(means, latentDim, { logVars: Float32Array.from(logVars) });

Deno.test("columnStatistics() equals hand values", () => {
  const { mean, variance } = columnStatistics([1, 10, 3, 30], 2);
  assert.deepEqual([...mean], [2, 20]);
  assert.deepEqual([...variance], [1, 100]);
});

Deno.test("klPerDimension() equals hand values, mean over x", () => {
  // Dimension 0: means 1 and 3, variance 1 → (½ + 4½) / 2. Dimension 1: mean 0, variance e → ½ (e − 2).
  const kl = klPerDimension(codesOf([1, 0, 3, 0], [0, 1, 0, 1], 2));
  near(kl[0], 2.5);
  near(kl[1], (Math.E - 2) / 2);
});

Deno.test("klPerDimension() is 0 at the prior and positive elsewhere", () => {
  assert.deepEqual([...klPerDimension(codesOf(new Float32Array(6), new Float32Array(6), 3))], [
    0,
    0,
    0,
  ]);
  const random = new RandomStream(1, "test");
  const codes = codesOf(random.normals(50), random.normals(50), 50);
  for (const kl of klPerDimension(codes)) assert.ok(kl > 0);
});

Deno.test("klPerDimension() refuses an autoencoder's codes, and none", () => {
  assert.throws(() => klPerDimension(new Codes([1, 2], 1)), {
    name: "OptionError",
    message: "klPerDimension: codes: expected a VAE's, with their logVars, got codes without",
  });
  assert.throws(() => klPerDimension(codesOf([], [], 2)), /rows of 2 numbers, got 0 numbers/);
});

Deno.test("activeUnits() counts the dimensions whose mean varies by more than 0.01", () => {
  const random = new RandomStream(1, "test");
  const means: number[] = [];
  // Standard deviations 1, 0.2, 0.05 and a constant: variances 1, 0.04, 0.0025, 0.
  for (let i = 0; i < 2000; i++) {
    means.push(random.normal(), 0.2 * random.normal(), 0.05 * random.normal(), 7);
  }
  assert.equal(activeUnits(new Codes(means, 4)), 2);
  assert.equal(activeUnits(new Codes(means, 4), 0.5), 1);
});

Deno.test("meanSquaredError() equals a hand value and refuses arrays of two lengths", () => {
  assert.equal(meanSquaredError([0, 1, 1, 0], [0, 0.5, 1, 1]), 1.25 / 4);
  assert.throws(() => meanSquaredError([1], [1, 2]), /got 1 and 2/);
});
