import assert from "node:assert/strict";
import { Images } from "../../lib/data/images.ts";
import { stretchContrast } from "../../lib/visuals/raster/contrast.ts";

Deno.test("stretchContrast() takes each image from 0 to 1 on its own", () => {
  const pixels = Float32Array.of(0.25, 0.375, 0.5, 0, 1, 0.5, 0.7, 0.7, 0.7);
  const stretched = stretchContrast(new Images(pixels, [1, 3, 1]));
  assert.deepEqual([...stretched.pixels], [0, 0.5, 1, 0, 1, 0.5, 0, 0, 0]);
  assert.deepEqual(stretched.shape, [1, 3, 1]);
});
