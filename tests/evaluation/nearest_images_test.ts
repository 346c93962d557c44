import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { Images } from "../../lib/data/images.ts";
import { nearestImages } from "../../lib/evaluation/nearest_images.ts";
import { RandomStream } from "../../lib/random.ts";

function random(count: number, seed: number) {
  const stream = new RandomStream(seed, "test");
  return new Images(Float32Array.from({ length: count * 12 }, () => stream.uniform()), [3, 4, 1]);
}

/** The plain way: all distances, sorted. */
function byHand(images: Images, among: Images, k: number) {
  return Array.from(
    { length: images.count },
    (_, i) =>
      Array.from({ length: among.count }, (_, index) => ({
        index,
        distance: Math.hypot(...images.at(i).map((p, at) => p - among.at(index)[at])),
      })).sort((a, b) => a.distance - b.distance).slice(0, k),
  ).flat();
}

Deno.test("nearestImages() equals plain loops over every pair, in blocks that do not fit", async () => {
  const [images, among] = [random(11, 1), random(23, 2)];
  const before = tf.memory().numTensors;
  const { distances, indices, k } = await nearestImages(images, among, { k: 3, blockSize: 7 });
  assert.equal(tf.memory().numTensors, before);
  const expected = byHand(images, among, 3);
  assert.equal(k, 3);
  assert.deepEqual([...indices], expected.map(({ index }) => index));
  expected.forEach(({ distance }, i) => {
    assert.ok(Math.abs(distances[i] - distance) < 1e-5, `${distances[i]} ${distance}`);
  });
});

Deno.test("nearestImages() finds an image that is there, at distance 0", async () => {
  const among = random(20, 3);
  const { distances, indices } = await nearestImages(among.pick([4, 17]), among);
  assert.deepEqual([...indices], [4, 17]);
  // Two large squares cancel: what is left is the root of their rounding.
  for (const distance of distances) assert.ok(distance < 2e-3, `${distance}`);
});

Deno.test("nearestImages() refuses images of another shape, and too few", async () => {
  const images = random(2, 4);
  await assert.rejects(nearestImages(images, new Images(new Float32Array(12), [2, 6, 1])), {
    message: "nearestImages: among: expected images of 3×4×1, got 2×6×1",
  });
  await assert.rejects(nearestImages(images, random(4, 5), { k: 5 }), {
    message: "nearestImages: k: expected at most 4, as many as are searched, got 5",
  });
});
