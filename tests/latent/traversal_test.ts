import assert from "node:assert/strict";
import { largestDimensions, traversal, traversalGrid } from "../../lib/latent/traversal.ts";
import { sigmoid, tinyModel, withoutLeaks } from "./tiny_model.ts";

Deno.test("largestDimensions() orders by value and gives what there is", () => {
  assert.deepEqual(largestDimensions([0.1, 3, 0, 2], 2), [1, 3]);
  assert.deepEqual(largestDimensions(new Float64Array([1, 2]), 9), [1, 0]);
});

Deno.test("traversalGrid() changes one dimension per row and keeps the base", () => {
  const grid = traversalGrid(3, { base: [7, 8, 9], dimensions: [2, 0], values: [-1, 1] });
  assert.deepEqual([...grid.codes.values], [7, 8, -1, 7, 8, 1, -1, 8, 9, 1, 8, 9]);
  assert.deepEqual([grid.rows, grid.columns], [2, 2]);
  assert.deepEqual(grid.names, ["z3", "z1"]);
});

Deno.test("traversal() decodes its grid, for every latentDim", () =>
  withoutLeaks(async () => {
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const dimensions = [latentDim - 1];
      const { images, xs } = await traversal(tinyModel("vae", latentDim), { dimensions });
      assert.deepEqual(xs, [-3, -2, -1, 0, 1, 2, 3]);
      assert.equal(images.count, 7);
      const pixel = (latentDim - 1) % 16;
      const shown = latentDim <= 16 ? sigmoid(-3) : 0.5;
      assert.ok(Math.abs(images.pixels[pixel] - shown) < 1e-6);
    }
  }));

Deno.test("traversalGrid() refuses dimensions and bases that do not exist", () => {
  assert.throws(() => traversalGrid(2, { dimensions: [2] }), {
    name: "OptionError",
    message: "traversal: dimensions: expected integers from 0 to 1, got 2",
  });
  assert.throws(
    () => traversalGrid(2, { base: [1], dimensions: [0] }),
    /base: expected 2 numbers, got 1/,
  );
});
