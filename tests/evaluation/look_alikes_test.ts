import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { Images } from "../../lib/data/images.ts";
import { lookAlikes } from "../../lib/evaluation/look_alikes.ts";

/** 2×1 pixels: left black, right white, of class 4; the reverse, of class 9. */
const set = createImageSet({
  name: "pairs",
  pixels: Uint8Array.of(0, 255, 10, 250, 255, 0, 250, 10),
  labels: Uint8Array.of(4, 4, 9, 9),
  shape: [2, 1, 1],
});

await useBackend({ engine: "cpu" });

Deno.test("lookAlikes() names each image by the set's nearest images", async () => {
  const images = new Images(Float32Array.of(0.1, 0.7, 0.6, 0.5, 0.45, 0.55), [2, 1, 1]);
  assert.deepEqual([...await lookAlikes(images, set, { k: 2 })], [4, 9, 4]);
});

Deno.test("lookAlikes() treats the set as it is asked, and looks at its first images", async () => {
  const greys = createImageSet({
    name: "greys",
    pixels: Uint8Array.of(120, 140, 20),
    labels: Uint8Array.of(1, 2, 3),
    shape: [
      1,
      1,
      1,
    ],
  });
  const image = new Images(Float32Array.of(0.48), [1, 1, 1]);
  assert.deepEqual([...await lookAlikes(image, greys, { treatment: "grey", k: 1 })], [1]);
  // By threshold 120, 140 and 20 are 0, 1 and 0.
  const light = new Images(Float32Array.of(0.6), [1, 1, 1]);
  assert.deepEqual([...await lookAlikes(light, greys, { k: 1 })], [2]);
  assert.deepEqual([...await lookAlikes(light, greys, { k: 1, count: 1 })], [1]);
});

Deno.test("lookAlikes() goes through many images in blocks, and leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  const pixels = Float32Array.from({ length: 1_200 }, (_, i) => Number(i % 4 === 1 || i % 4 === 2));
  const looks = await lookAlikes(new Images(pixels, [2, 1, 1]), set, { k: 2 });
  assert.deepEqual([...looks], Array.from({ length: 600 }, (_, i) => i % 2 ? 9 : 4));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("lookAlikes() refuses images of another size", async () => {
  await assert.rejects(lookAlikes(new Images(new Float32Array(3), [3, 1, 1]), set), {
    name: "OptionError",
    message: "nearestImages: among: expected images of 3×1×1, got 2×1×1",
  });
  await assert.rejects(lookAlikes(new Images(new Float32Array(2), [2, 1, 1]), set), {
    message: "nearestImages: k: expected at most 4, as many as are searched, got 5",
  });
});

Deno.test("lookAlikes() needs labels, and says so", async () => {
  const image = new Images(new Float32Array(2), [2, 1, 1]);
  await assert.rejects(lookAlikes(image, { ...set, labels: null }), {
    name: "OptionError",
    message: "lookAlikes: expected labels, got none",
  });
});

Deno.test("lookAlikes() compares coloured images by all their channels", async () => {
  const colours = createImageSet({
    name: "colours",
    pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
    labels: [0, 1, 2],
    classNames: ["red", "green", "blue"],
    shape: [1, 1, 3],
  });
  const images = new Images(Float32Array.of(0.1, 0.1, 0.8, 0.7, 0.2, 0.2), [1, 1, 3]);
  assert.deepEqual([...await lookAlikes(images, colours, { k: 1 })], [2, 0]);
});
