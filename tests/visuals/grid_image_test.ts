import assert from "node:assert/strict";
import { type DecodedGrid, gridOn } from "../../lib/latent/manifold.ts";
import { planeOf } from "../../lib/latent/plane.ts";
import { RandomStream } from "../../lib/random.ts";
import { gridImage } from "../../lib/visuals/raster/grid_image.ts";
import { manifoldImage } from "../../lib/visuals/raster/manifold_image.ts";

const size = { height: 4, width: 4, channels: 1 } as const;

function decoded(latentDim: number): DecodedGrid {
  const plane = planeOf(latentDim, new RandomStream(1, "codes").normals(20 * latentDim));
  const grid = gridOn(plane, [-1, 0, 1], [1, -1]);
  return { ...grid, ...size, pixels: new Float32Array(grid.rows * grid.columns * 16) };
}

for (const latentDim of [2, 3, 10, 50]) {
  Deno.test(`gridImage() is the labelled plane for latentDim ${latentDim}`, () => {
    const grid = decoded(latentDim);
    const names = latentDim === 2 ? { xLabel: "z₁", yLabel: "z₂" } : {
      xLabel: "PC₁",
      yLabel: "PC₂",
    };
    const wanted = { ...size, scale: 2, x: [-1, 0, 1], y: [1, -1], ...names };
    assert.deepEqual(gridImage(grid), manifoldImage(grid.pixels, wanted));
  });
}

Deno.test("gridImage() is a strip for latentDim 1", () => {
  const grid = decoded(1);
  const wanted = { ...size, scale: 2, x: [-1, 0, 1], xLabel: "z₁" };
  assert.deepEqual(gridImage(grid), manifoldImage(grid.pixels, wanted));
});
