import assert from "node:assert/strict";
import { createImageSet } from "../../lib/data/dataset.ts";
import { Images } from "../../lib/data/images.ts";
import { lookAlikes } from "../../lib/evaluation/look_alikes.ts";

/** 2×1 pixels: left black, right white, of class 4; the reverse, of class 9. */
const set = createImageSet(
  "pairs",
  Uint8Array.of(0, 255, 10, 250, 255, 0, 250, 10),
  Uint8Array.of(4, 4, 9, 9),
  [2, 1, 1],
);

Deno.test("lookAlikes() names each image by the set's nearest images", () => {
  const images = new Images(Float32Array.of(0.1, 0.7, 0.6, 0.5, 0.45, 0.55), [2, 1, 1]);
  assert.deepEqual([...lookAlikes(images, set, { k: 2 })], [4, 9, 4]);
});

Deno.test("lookAlikes() treats the set as it is asked, and looks at its first images", () => {
  const greys = createImageSet("greys", Uint8Array.of(120, 140, 20), Uint8Array.of(1, 2, 3), [
    1,
    1,
    1,
  ]);
  const image = new Images(Float32Array.of(0.48), [1, 1, 1]);
  assert.deepEqual([...lookAlikes(image, greys, { treatment: "grey", k: 1 })], [1]);
  // By threshold 120, 140 and 20 are 0, 1 and 0.
  const light = new Images(Float32Array.of(0.6), [1, 1, 1]);
  assert.deepEqual([...lookAlikes(light, greys, { k: 1 })], [2]);
  assert.deepEqual([...lookAlikes(light, greys, { k: 1, count: 1 })], [1]);
});

Deno.test("lookAlikes() refuses images of another size", () => {
  assert.throws(() => lookAlikes(new Images(new Float32Array(3), [3, 1, 1]), set), {
    name: "OptionError",
    message: "lookAlikes: images: expected 2×1×1, as in pairs, got 3×1×1",
  });
});
