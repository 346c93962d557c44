import assert from "node:assert/strict";
import type { Codes } from "../../lib/data/codes.ts";
import { meanSquaredError } from "../../lib/evaluation/metrics.ts";
import { disturbance, disturbedCodes } from "../../lib/latent/disturbance.ts";
import { reconstructions } from "../../lib/latent/samples.ts";
import { tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

const stepLength = (codes: Codes, step: number) =>
  Math.hypot(...codes.row(step).map((value, i) => value - codes.row(0)[i]));

Deno.test("disturbedCodes() begins at the code and moves away in equal steps of one direction", () => {
  for (const d of [1, 2, 3, 10, 50]) {
    const code = Float32Array.from({ length: d }, (_, i) => i - 1);
    const codes = disturbedCodes(code, { amount: 3.5, seed: 4 });
    assert.deepEqual([codes.count, codes.latentDim], [8, d]);
    assert.deepEqual(codes.row(0), code);
    for (let step = 1; step < 8; step++) {
      assert.ok(Math.abs(stepLength(codes, step) - 0.5 * step * Math.sqrt(d)) < 1e-4);
    }
  }
});

Deno.test("disturbedCodes() measures the noise in the codes' own deviations", () => {
  const plain = disturbedCodes([0, 0], { seed: 1 }).values;
  const scaled = disturbedCodes([0, 0], { seed: 1, deviations: [10, 1] }).values;
  for (let i = 2; i < 16; i++) {
    assert.ok(Math.abs(scaled[i] - plain[i] * (i % 2 ? 1 : 10)) < 1e-5);
  }
  assert.notDeepEqual(plain, disturbedCodes([0, 0], { seed: 2 }).values);
});

Deno.test("disturbedCodes() refuses deviations of another length", () => {
  assert.throws(() => disturbedCodes([0, 0], { deviations: [1] }), {
    message: "disturbedCodes: deviations: expected 2, one for each dimension, got 1",
  });
});

for (const latentDim of [1, 2, 10]) {
  Deno.test(`disturbance() begins with the plain reconstruction's error, latentDim ${latentDim}`, () =>
    withoutLeaks(async () => {
      const model = tinyModel("vae", latentDim), set = tinySet(30);
      const { originals, reconstructions: rebuilt } = await reconstructions(model, set, {
        count: 30,
      });
      const { amounts, errors } = await disturbance(model, set, {
        count: 30,
        steps: 3,
        amount: 4,
      });
      assert.deepEqual(amounts, [0, 2, 4]);
      assert.ok(Math.abs(errors[0] - meanSquaredError(originals.pixels, rebuilt.pixels)) < 1e-9);
      // The tiny model's codes are its pixels, so that noise cannot but do harm.
      assert.ok(errors[0] < errors[1] && errors[1] < errors[2], String(errors));
    }));
}
