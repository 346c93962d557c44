import assert from "node:assert/strict";
import { disturbedCodes } from "../../lib/latent/disturb.ts";

const stepLength = (codes: Float32Array, step: number, d: number) =>
  Math.hypot(...Array.from({ length: d }, (_, i) => codes[step * d + i] - codes[i]));

Deno.test("disturbedCodes() begins at the code and moves away in equal steps of one direction", () => {
  for (const d of [1, 2, 3, 10, 50]) {
    const code = Float32Array.from({ length: d }, (_, i) => i - 1);
    const codes = disturbedCodes(code, { amount: 3.5, seed: 4 });
    assert.equal(codes.length, 8 * d);
    assert.deepEqual(codes.slice(0, d), code);
    for (let step = 1; step < 8; step++) {
      assert.ok(Math.abs(stepLength(codes, step, d) - 0.5 * step * Math.sqrt(d)) < 1e-4);
    }
  }
});

Deno.test("disturbedCodes() measures the noise in the codes' own deviations", () => {
  const plain = disturbedCodes([0, 0], { seed: 1 });
  const scaled = disturbedCodes([0, 0], { seed: 1, deviations: [10, 1] });
  for (let i = 2; i < 16; i++) {
    assert.ok(Math.abs(scaled[i] - plain[i] * (i % 2 ? 1 : 10)) < 1e-5);
  }
  assert.notDeepEqual(plain, disturbedCodes([0, 0], { seed: 2 }));
});

Deno.test("disturbedCodes() refuses deviations of another length", () => {
  assert.throws(() => disturbedCodes([0, 0], { deviations: [1] }), {
    message: "disturbedCodes: expected 2 deviations, one per dimension, got 1",
  });
});
