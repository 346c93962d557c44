import assert from "node:assert/strict";
import { stretchContrast } from "../../lib/visuals/raster/contrast.ts";

Deno.test("stretchContrast() takes each image from 0 to 1 on its own", () => {
  const images = [2, 3, 4, -1, 3, 1, 5, 5, 5];
  assert.deepEqual([...stretchContrast(images, 3)], [0, 0.5, 1, 0, 1, 0.5, 0, 0, 0]);
});

Deno.test("stretchContrast() names what does not fit", () => {
  assert.throws(() => stretchContrast([1, 2, 3], 2), /expected images of 2 values, got 3 values/);
  assert.throws(() => stretchContrast([], 0), RangeError);
});
