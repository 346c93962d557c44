import assert from "node:assert/strict";
import { createImageSet, type ImageSet, take } from "../../lib/data/image_set.ts";
import { fingerprintOf, sameImages } from "../../lib/data/fingerprint.ts";
import { loadMnist } from "../../lib/data/public_sets/mnist.ts";
import { dataFolder } from "../../lib/project.ts";
import { RandomStream } from "../../lib/random.ts";
import { readRun } from "../../lib/training/checkpoint.ts";

type Shape = [number, number, number];

/** 28×28 as MNIST has; the others are of 6, 3 and 75 bytes, which no word of four divides. */
const shapes: Shape[] = [[28, 28, 1], [2, 3, 1], [3, 1, 1], [5, 5, 3]];

function pixelsOf(count: number, shape: Shape, seed = 1): Uint8Array {
  const random = new RandomStream(seed, "fingerprint");
  const size = shape.reduce((a, b) => a * b);
  return Uint8Array.from({ length: count * size }, () => random.integer(256));
}

function setOf(pixels: Uint8Array, shape: Shape, label = 0): ImageSet {
  const count = pixels.length / shape.reduce((a, b) => a * b);
  return createImageSet({
    name: "noise",
    pixels,
    labels: new Uint8Array(count).fill(label),
    shape,
  });
}

/** The set with one byte changed; at −1 its last one. */
function changedAt(set: ImageSet, at: number): ImageSet {
  const pixels = set.pixels.slice();
  pixels[at < 0 ? pixels.length + at : at] ^= 1;
  return setOf(pixels, [set.height, set.width, set.channels]);
}

const same = (a: ImageSet, b: ImageSet) => {
  const [one, other] = [fingerprintOf(a), fingerprintOf(b)];
  assert.equal(sameImages(one, other), sameImages(other, one), "the same from both sides");
  return sameImages(one, other);
};

for (const shape of shapes) {
  const times = shape.join("×");
  const size = shape.reduce((a, b) => a * b);
  const set = setOf(pixelsOf(130, shape), shape);

  Deno.test(`sameImages() knows a set and its beginnings, ${times}`, () => {
    assert.equal(same(set, setOf(set.pixels.slice(), shape)), true);
    for (const count of [1, 2, 9, 10, 11, 99, 100, 129, 130]) {
      assert.equal(same(set, take(set, count)), true, `${count} images`);
      const copy = setOf(set.pixels.slice(0, count * size), shape);
      assert.deepEqual(fingerprintOf(copy), fingerprintOf(take(set, count)));
    }
  });

  Deno.test(`sameImages() sees one changed pixel, ${times}`, () => {
    for (const at of [0, size - 1, size, 10 * size - 1, 10 * size, 99 * size, 100 * size, -1]) {
      assert.equal(same(set, changedAt(set, at)), false, `byte ${at}`);
    }
    // In a beginning, too, as far as both have it.
    assert.equal(same(take(set, 100), changedAt(set, 0)), false);
    assert.equal(same(take(set, 100), changedAt(set, 100 * size - 1)), false);
    assert.equal(same(take(set, 100), changedAt(set, 100 * size)), true, "after what both have");
  });

  Deno.test(`fingerprintOf() is the same wherever the pixels lie in memory, ${times}`, () => {
    for (const offset of [1, 2, 3]) {
      const pixels = new Uint8Array(new SharedArrayBuffer(offset + set.pixels.length), offset);
      pixels.set(set.pixels);
      assert.deepEqual(fingerprintOf({ ...set, pixels }), fingerprintOf(set));
    }
  });
}

Deno.test("fingerprintOf() has one hash for each power of ten that the set reaches", () => {
  const set = setOf(pixelsOf(1000, [3, 1, 1]), [3, 1, 1]);
  for (
    const [count, beginnings] of [[0, 0], [1, 1], [9, 1], [10, 2], [99, 2], [100, 3], [1000, 4]]
  ) {
    const print = fingerprintOf(take(set, count));
    assert.equal(print.count, count);
    assert.deepEqual(print.shape, [3, 1, 1]);
    assert.deepEqual(print.beginnings, fingerprintOf(set).beginnings.slice(0, beginnings));
  }
});

Deno.test("fingerprintOf() tells counts apart, and the middle of a set from its beginning", () => {
  const shape: Shape = [2, 3, 1];
  const set = setOf(pixelsOf(130, shape), shape);
  assert.notEqual(fingerprintOf(take(set, 129)).whole, fingerprintOf(set).whole);
  assert.equal(same(set, setOf(set.pixels.slice(6), shape)), false, "without its first image");
  assert.equal(same(set, setOf(pixelsOf(129, shape, 2), shape)), false, "of other images");
});

Deno.test("sameImages() refuses the same bytes in another shape", () => {
  const pixels = pixelsOf(20, [4, 6, 1]);
  const set = setOf(pixels, [4, 6, 1]);
  for (const shape of [[6, 4, 1], [4, 2, 3], [2, 6, 1]] satisfies Shape[]) {
    assert.equal(same(set, setOf(pixels, shape)), false, shape.join("×"));
    // Over the very same memory, which has been read before.
    const [height, width, channels] = shape;
    const count = pixels.length / (height * width * channels);
    assert.equal(same(set, { ...set, count, height, width, channels }), false, shape.join("×"));
  }
});

Deno.test("fingerprintOf() does not look at labels or names", () => {
  const shape: Shape = [2, 2, 1];
  const pixels = pixelsOf(12, shape);
  assert.deepEqual(fingerprintOf(setOf(pixels, shape)), fingerprintOf(setOf(pixels, shape, 7)));
  const renamed = { ...setOf(pixels, shape), name: "other" };
  assert.deepEqual(fingerprintOf(renamed), fingerprintOf(setOf(pixels, shape)));
});

const mnistDir = Deno.env.get("MNIST_DIR");
Deno.test({
  name: "fingerprintOf() MNIST: that of the runs that are shipped" +
    (mnistDir ? "" : " (skipped: MNIST_DIR is not set)"),
  ignore: !mnistDir,
  async fn() {
    const { train, test, source } = await loadMnist({ source: "mnist", mirrors: [] });
    const { data } = await readRun(`${dataFolder}/pretrained/conv-vae-z2-seed1`);
    assert.deepEqual(data, { source, train: fingerprintOf(train), test: fingerprintOf(test) });
    assert.equal(sameImages(fingerprintOf(take(train, 2000)), data.train), true);
    assert.equal(sameImages(fingerprintOf(test), data.train), false);
  },
});
