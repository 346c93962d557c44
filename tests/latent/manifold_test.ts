import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { Codes } from "../../lib/data/codes.ts";
import { decodeGrid, linearGrid, manifoldGrid } from "../../lib/latent/manifold.ts";
import { normalQuantile } from "../../lib/latent/normal_quantile.ts";
import { coordinatePlane, planeOf } from "../../lib/latent/plane.ts";
import { sigmoid, tinyModel, withoutLeaks } from "./tiny_model.ts";

Deno.test("manifoldGrid() puts z = [x_j, y_i], rising to the right and upward, as a scatter does", () => {
  const { codes, rows, columns, xs, ys } = manifoldGrid(coordinatePlane(2));
  assert.deepEqual([rows, columns, codes.count], [20, 20, 400]);
  const low = Math.fround(normalQuantile(0.05)), high = Math.fround(normalQuantile(0.95));
  const cell = (row: number, column: number) => [...codes.row(row * 20 + column)];
  assert.deepEqual(cell(0, 0), [low, high]);
  assert.deepEqual(cell(0, 19), [high, high]);
  assert.deepEqual(cell(19, 0), [low, low]);
  assert.deepEqual(cell(3, 7), [Math.fround(xs[7]), Math.fround(ys[3])]);
});

Deno.test("manifoldGrid() puts TensorFlow's rows from low to high where `upward` is false", () => {
  const flat = coordinatePlane(2);
  const { codes, ys } = manifoldGrid(flat, { upward: false });
  const low = Math.fround(normalQuantile(0.05));
  assert.deepEqual([...codes.row(0)], [low, low]);
  assert.deepEqual(ys, manifoldGrid(flat).ys.toReversed());
});

Deno.test("manifoldGrid() is a strip for one dimension and a plane for many", () => {
  const strip = manifoldGrid(coordinatePlane(1));
  assert.deepEqual([strip.rows, strip.columns, strip.codes.count], [1, 20, 20]);
  for (const latentDim of [3, 10, 50]) {
    const values = Float32Array.from({ length: 40 * latentDim }, (_, i) => Math.sin(i * i));
    const grid = manifoldGrid(planeOf(new Codes(values, latentDim)), { size: 5 });
    assert.deepEqual([grid.rows, grid.columns, grid.codes.count], [5, 5, 25]);
    assert.ok(grid.codes.values.every(Number.isFinite));
  }
});

Deno.test("linearGrid() goes from −5 to 4 by 1, the end left out", () => {
  const flat = coordinatePlane(2);
  const { codes, rows, columns, xs } = linearGrid(flat);
  assert.deepEqual(xs, [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4]);
  assert.deepEqual([rows, columns], [10, 10]);
  assert.deepEqual([...codes.slice(0, 2).values], [-5, 4, -4, 4]);
  assert.deepEqual([...codes.row(99)], [4, -5]);
  const { ys, codes: falling } = linearGrid(flat, { upward: false });
  assert.deepEqual(ys, xs);
  assert.deepEqual([...falling.row(0)], [-5, -5]);
  // 2.1 / 0.7 is a little above 3 as a double.
  assert.equal(linearGrid(flat, { from: 0, to: 2.1, step: 0.7 }).columns, 3);
  for (const step of [0, -1]) {
    assert.throws(() => linearGrid(flat, { step }), {
      name: "OptionError",
      message: `linearGrid: step: expected one that leads from -5 to 5, got ${step}`,
    });
  }
  assert.throws(() => linearGrid(flat, { step: NaN }), {
    message: "linearGrid: step: expected a number, got NaN",
  });
});

Deno.test("decodeGrid() decodes every cell in one batch", () =>
  withoutLeaks(async () => {
    const model = tinyModel();
    const shapes: number[][] = [];
    const pixelMeans = model.pixelMeans;
    model.pixelMeans = (z: tf.Tensor2D) => {
      shapes.push(z.shape);
      return pixelMeans(z);
    };
    const grid = await decodeGrid(model, manifoldGrid(coordinatePlane(2), { size: 25 }));
    assert.deepEqual(shapes, [[625, 2]]);
    assert.deepEqual([grid.images.count, ...grid.images.shape], [625, 4, 4, 1]);
    assert.ok(Math.abs(grid.images.at(30)[0] - sigmoid(grid.codes.row(30)[0])) < 1e-6);
  }));

Deno.test("manifoldGrid() refuses probabilities whose quantiles are infinite", () => {
  assert.throws(() => manifoldGrid(coordinatePlane(2), { from: 0, to: 1 }), {
    name: "OptionError",
    message: "manifoldGrid: from: expected a number > 0, got 0; to: expected a number < 1, got 1",
  });
});
