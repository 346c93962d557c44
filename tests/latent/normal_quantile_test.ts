import assert from "node:assert/strict";
import { normalQuantile, normalQuantiles } from "../../lib/latent/normal_quantile.ts";

/** Python's statistics.NormalDist().inv_cdf. */
const known: [number, number][] = [
  [1e-300, -37.0470962993612],
  [1e-15, -7.941345326170995],
  [1e-10, -6.361340902404056],
  [0.001, -3.090232306167813],
  [0.05, -1.6448536269514726],
  [0.075, -1.4395314709384557],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.9, 1.2815515655446008],
  [0.975, 1.9599639845400536],
  [1 - 1e-10, 6.361340889697421],
];

Deno.test("normalQuantile() equals known values in all three regions", () => {
  for (const [p, x] of known) {
    const error = Math.abs(normalQuantile(p) - x);
    assert.ok(error <= 1e-13 * Math.max(1, Math.abs(x)), `p = ${p}: error ${error}`);
  }
});

Deno.test("normalQuantile() inverts the normal distribution function", () => {
  // Φ by Simpson's rule from 0, independent of the rational functions.
  const phi = (x: number) => {
    const steps = 2000, h = x / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
      sum += weight * Math.exp(-((i * h) ** 2) / 2);
    }
    return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
  };
  for (let p = 0.0005; p < 1; p += 0.0237) {
    assert.ok(Math.abs(phi(normalQuantile(p)) - p) < 1e-11, `p = ${p}`);
  }
});

Deno.test("normalQuantile() is infinite at the ends and refuses what is no probability", () => {
  assert.equal(normalQuantile(0), -Infinity);
  assert.equal(normalQuantile(1), Infinity);
  for (const p of [-0.1, 1.1, NaN]) {
    assert.throws(() => normalQuantile(p), {
      message: `normalQuantile: p: expected a number in [0, 1], got ${p}`,
    });
  }
});

Deno.test("normalQuantiles() is symmetric, rising, with the ends asked for", () => {
  const values = normalQuantiles(20);
  assert.equal(values.length, 20);
  assert.equal(values[0], normalQuantile(0.05));
  assert.equal(values[19], normalQuantile(0.95));
  for (let i = 0; i < 20; i++) {
    assert.ok(Math.abs(values[i] + values[19 - i]) < 1e-12);
    if (i) assert.ok(values[i] > values[i - 1]);
  }
  assert.deepEqual(normalQuantiles(1), [0]);
});
