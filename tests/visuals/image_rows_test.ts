import assert from "node:assert/strict";
import { imageGrid } from "../../lib/visuals/raster/image_grid.ts";
import { imageRows } from "../../lib/visuals/raster/image_rows.ts";

const size = { height: 2, width: 2 };

Deno.test("imageRows() is the grid with a row for each entry", () => {
  const a = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1), b = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
  const rows = imageRows({ first: a, second: b }, size);
  const grid = imageGrid(Float32Array.of(...a, ...b), {
    ...size,
    columns: 2,
    rowLabels: ["first", "second"],
  });
  assert.deepEqual(rows, grid);
});

Deno.test("imageRows() refuses rows of different lengths, by name", () => {
  assert.throws(
    () => imageRows({ AE: new Float32Array(8), VAE: new Float32Array(4) }, size),
    /"VAE": expected 8 values, as in "AE", got 4/,
  );
});
