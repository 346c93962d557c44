import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { decodeGrid, linearGrid, manifoldGrid } from "../../lib/latent/manifold.ts";
import { normalQuantile } from "../../lib/latent/normal_quantile.ts";
import { planeOf } from "../../lib/latent/plane.ts";
import { sigmoid, tinyModel, withoutLeaks } from "./tiny_model.ts";

Deno.test("manifoldGrid() puts z = [x_j, y_i], rising to the right and upward, as a scatter does", () => {
  const { codes, rows, columns, xs, ys } = manifoldGrid(20, 2);
  assert.deepEqual([rows, columns, codes.length], [20, 20, 800]);
  const low = Math.fround(normalQuantile(0.05)), high = Math.fround(normalQuantile(0.95));
  const cell = (
    row: number,
    column: number,
  ) => [...codes.subarray((row * 20 + column) * 2).slice(0, 2)];
  assert.deepEqual(cell(0, 0), [low, high]);
  assert.deepEqual(cell(0, 19), [high, high]);
  assert.deepEqual(cell(19, 0), [low, low]);
  assert.deepEqual(cell(3, 7), [Math.fround(xs[7]), Math.fround(ys[3])]);
});

Deno.test("manifoldGrid() puts TensorFlow's rows from low to high where `upward` is false", () => {
  const { codes, ys } = manifoldGrid(20, 2, { upward: false });
  const low = Math.fround(normalQuantile(0.05));
  assert.deepEqual([...codes.subarray(0, 2)], [low, low]);
  assert.deepEqual(ys, manifoldGrid(20, 2).ys.toReversed());
});

Deno.test("manifoldGrid() is a strip for one dimension and a plane for many", () => {
  const strip = manifoldGrid(20, 1);
  assert.deepEqual([strip.rows, strip.columns, strip.codes.length], [1, 20, 20]);
  for (const latentDim of [3, 10, 50]) {
    const means = Float32Array.from({ length: 40 * latentDim }, (_, i) => Math.sin(i * i));
    const grid = manifoldGrid(5, latentDim, { plane: planeOf(latentDim, means) });
    assert.deepEqual([grid.rows, grid.columns, grid.codes.length], [5, 5, 25 * latentDim]);
    assert.ok(grid.codes.every(Number.isFinite));
  }
});

Deno.test("linearGrid() goes from −5 to 4 by 1, the end left out", () => {
  const { codes, rows, columns, xs } = linearGrid(2);
  assert.deepEqual(xs, [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]);
  assert.deepEqual([rows, columns], [10, 10]);
  assert.deepEqual([...codes.subarray(0, 4)], [-5, 4, -4, 4]);
  assert.deepEqual([...codes.subarray(198)], [4, -5]);
  const { ys, codes: falling } = linearGrid(2, { upward: false });
  assert.deepEqual(ys, xs);
  assert.deepEqual([...falling.subarray(0, 2)], [-5, -5]);
  // 2.1 / 0.7 is a little above 3 as a double.
  assert.equal(linearGrid(2, { from: 0, to: 2.1, step: 0.7 }).columns, 3);
  for (const step of [0, -1, NaN]) {
    assert.throws(() => linearGrid(2, { step }), {
      message: `linearGrid: expected a step that leads from -5 to 5, got ${step}`,
    });
  }
});

Deno.test("decodeGrid() decodes every cell in one batch", () =>
  withoutLeaks(async () => {
    const model = tinyModel();
    const shapes: number[][] = [];
    const decode = model.decode;
    model.decode = (z: tf.Tensor2D, options) => {
      shapes.push(z.shape);
      return decode(z, options);
    };
    const grid = await decodeGrid(model, manifoldGrid(25, 2));
    assert.deepEqual(shapes, [[625, 2]]);
    assert.deepEqual([grid.height, grid.width, grid.channels], [4, 4, 1]);
    assert.equal(grid.pixels.length, 625 * 16);
    assert.ok(Math.abs(grid.pixels[30 * 16] - sigmoid(grid.codes[60])) < 1e-6);
  }));
