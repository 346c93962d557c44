import assert from "node:assert/strict";
import { createImageSet } from "../../lib/data/image_set.ts";
import { asImages, Images } from "../../lib/data/images.ts";

/** Three images of 1×2 pixels: 0 0.1, 0.2 0.3, 0.4 0.5. */
const three = new Images(Float32Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5), [1, 2, 1]);

Deno.test("Images knows its shape, and gives single images, slices and picks", () => {
  assert.deepEqual([three.count, three.height, three.width, three.channels], [3, 1, 2, 1]);
  assert.deepEqual([three.size, three.shape], [2, [1, 2, 1]]);
  assert.deepEqual(three.at(1), Float32Array.of(0.2, 0.3));
  assert.deepEqual(three.slice(1).pixels, Float32Array.of(0.2, 0.3, 0.4, 0.5));
  assert.equal(three.slice(1, 2).count, 1);
  assert.deepEqual(three.pick([2, 0, 2]).pixels, Float32Array.of(0.4, 0.5, 0, 0.1, 0.4, 0.5));
  assert.deepEqual(three.pick([1]).shape, [1, 2, 1]);
  assert.throws(() => three.at(3), {
    message: "Images.at: expected an integer from 0 to 2, got 3",
  });
});

Deno.test("Images.join() puts images one after the other, and refuses other shapes", () => {
  const joined = Images.join([three.slice(0, 1), three.slice(2)]);
  assert.deepEqual(joined.pixels, Float32Array.of(0, 0.1, 0.4, 0.5));
  const tall = new Images(new Float32Array(2), [2, 1, 1]);
  assert.throws(() => Images.join([three, tall]), /expected images of 1×2×1, got 2×1×1/);
  assert.throws(() => Images.join([]), /expected images, got none/);
});

Deno.test("Images takes bytes as 255ths, a canvas's too, in every channel", () => {
  for (const Bytes of [Uint8Array, Uint8ClampedArray]) {
    const { pixels, count } = new Images(Bytes.of(0, 51, 255), [1, 1, 3]);
    assert.deepEqual([...pixels], [0, Math.fround(0.2), 1]);
    assert.equal(count, 1);
  }
});

Deno.test("Images refuses numbers of another scale, and says what it wants", () => {
  const wrong = (pixels: unknown, message: string | RegExp) =>
    assert.throws(() => new Images(pixels as Float32Array, [1, 1, 1]), {
      name: "OptionError",
      message,
    });
  wrong(Float32Array.of(0, 255), "Images: pixels: expected numbers in [0, 1], got 255 (at 1)");
  wrong(Float32Array.of(-1, 1), "Images: pixels: expected numbers in [0, 1], got -1 (at 0)");
  wrong(Float32Array.of(NaN), "Images: pixels: expected numbers in [0, 1], got NaN (at 0)");
  wrong([0, 1], /expected a Float32Array .* or an array of bytes, got Array/);
  wrong(new Uint16Array(1), /got Uint16Array/);
  // A rounding error is none.
  assert.equal(new Images(Float32Array.of(1 + 1e-6), [1, 1, 1]).count, 1);
});

Deno.test("Images refuses pixels that are no whole images, and shapes that are none", () => {
  assert.throws(() => new Images(new Float32Array(5), [1, 2, 3]), {
    name: "OptionError",
    message: "Images: pixels: expected a multiple of 1·2·3 = 6 values, got 5",
  });
  assert.throws(
    () => new Images(new Float32Array(0), [0, 2, 1]),
    /shape: expected .* got \[0, 2, 1\]/,
  );
});

Deno.test("asImages() takes a set's bytes as they are", () => {
  const set = createImageSet({
    name: "two",
    pixels: Uint8Array.of(0, 255, 51),
    labels: new Uint8Array(1),
    shape: [1, 1, 3],
  });
  assert.deepEqual(asImages("test", set), new Images(set.pixels, [1, 1, 3]));
  assert.equal(asImages("test", three), three);
});
