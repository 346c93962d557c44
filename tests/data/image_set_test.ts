import assert from "node:assert/strict";
import { createImageSet, holdOut, type ImageSet, pick, take } from "../../lib/data/image_set.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Images of 1×4 pixels; image i is filled with `values[i]`. */
function filled(values: number[]): ImageSet {
  return createImageSet({
    name: "toy",
    pixels: Uint8Array.from(values.flatMap((value) => [value, value, value, value])),
    shape: [1, 4, 1],
    labels: values.map((_, i) => i % 10),
    classNames: [..."abcdefghij"],
  });
}

/** One image of 2×2 grey pixels, with what is given in place of its parts. */
const one = (options: Record<string, unknown>) =>
  createImageSet(
    { name: "own", shape: [2, 2, 1], pixels: Uint8Array.of(0, 9, 8, 255), ...options } as never,
  );

const refuses = (options: Record<string, unknown>, message: string) =>
  assert.throws(() => one(options), { name: "OptionError", message });

Deno.test("createImageSet() puts pixels and labels where workers can read them", () => {
  const set = filled([10, 20]);
  assert.ok(set.pixels.buffer instanceof SharedArrayBuffer);
  assert.ok(set.labels!.buffer instanceof SharedArrayBuffer);
  assert.deepEqual([set.count, set.height, set.width, set.channels], [2, 1, 4, 1]);
  const clone = structuredClone(set);
  set.pixels[1] = 9;
  assert.equal(clone.pixels[1], 9, "a clone must see the same memory");
  const again = createImageSet({ name: "same", pixels: set.pixels, shape: [1, 4, 1] });
  assert.equal(again.pixels, set.pixels, "what is shared is not copied");
});

Deno.test("createImageSet() needs no labels and no class names", () => {
  const { labels, classNames, count } = one({});
  assert.deepEqual([labels, classNames, count], [null, null, 1]);
  assert.deepEqual([one({ labels: null }).labels, one({ labels: undefined }).labels], [null, null]);
  assert.deepEqual([...one({ labels: [3] }).labels!], [3]);
});

Deno.test("createImageSet() takes a canvas's bytes, and three channels side by side", () => {
  const canvas = Uint8ClampedArray.of(0, 64, 128, 255);
  assert.deepEqual([...one({ pixels: canvas }).pixels], [0, 64, 128, 255]);
  const colour = one({ pixels: Uint8Array.from(upTo(12)), shape: [2, 2, 3] });
  assert.deepEqual([colour.count, colour.channels], [1, 3]);
});

Deno.test("createImageSet() makes bytes of numbers whose range is said", () => {
  const bytes = (pixels: ArrayLike<number>, range: readonly [number, number]) => [
    ...one({ pixels, range }).pixels,
  ];
  assert.deepEqual(bytes(Float32Array.of(0, 0.5, 0.9, 1), [0, 1]), [0, 128, 230, 255]);
  assert.deepEqual(bytes(Float64Array.of(-1, 0, 0.5, 1), [-1, 1]), [0, 128, 191, 255]);
  assert.deepEqual(bytes(Uint16Array.of(0, 257, 32768, 65535), [0, 65535]), [0, 1, 128, 255]);
  assert.deepEqual(bytes(Uint8Array.of(0, 1, 1, 0), [0, 1]), [0, 255, 255, 0]);
  const nearly = bytes(Float32Array.of(-1e-7, 1 + 1e-6, 0, 1), [0, 1]);
  assert.deepEqual(nearly, [0, 255, 0, 255], "rounding is no mistake");
  assert.ok(
    one({ pixels: new Float32Array(4), range: [0, 1] }).pixels.buffer instanceof
      SharedArrayBuffer,
  );
});

Deno.test("createImageSet() refuses pixels that would be silently wrong, with what was found", () => {
  const noRange = (found: string) =>
    "createImageSet: own: pixels: expected bytes, or a range that says what is black and what is " +
    `white, as in \`range: [0, 1]\`, got a ${found}`;
  refuses(
    { pixels: Float32Array.of(0, 0.5, 0.25, 1) },
    noRange("Float32Array of numbers from 0 to 1"),
  );
  refuses(
    { pixels: Uint16Array.of(0, 1, 2, 32768) },
    noRange("Uint16Array of numbers from 0 to 32768"),
  );
  const outside = (found: string) =>
    `createImageSet: own: pixels: expected numbers from 0 to 1, got ${found}`;
  const range = [0, 1];
  refuses({ range, pixels: Float32Array.of(0, 1, 1.5, 1) }, outside("1.5 (at 2)"));
  refuses({ range, pixels: Float32Array.of(0, NaN, 1, 1) }, outside("NaN (at 1)"));
  refuses({ range, pixels: Float32Array.of(0, 1, 1, -0.5) }, outside("-0.5 (at 3)"));
  refuses(
    { pixels: Uint8Array.of(0, 1, 1, 0) },
    "createImageSet: own: pixels: expected bytes from 0 to 255, got only 0 and 1, which are black " +
      "both; say `range: [0, 1]` where 1 is white",
  );
  const array = "expected bytes in a Uint8Array, or a Float32Array with its range, got";
  refuses({ pixels: [0, 1, 2, 3] }, `createImageSet: own: pixels: ${array} Array`);
  refuses({ pixels: undefined }, `createImageSet: own: pixels: ${array} undefined`);
  refuses(
    { pixels: new Uint8Array(7) },
    "createImageSet: own: pixels: expected a multiple of 2·2·1 = 4 numbers, got 7",
  );
  refuses(
    { range: [1, 0], pixels: Float32Array.of(0, 1, 1, 1) },
    "createImageSet: own: range: expected [black, white], black first, got [1,0]",
  );
  const channels =
    "createImageSet: own: shape: expected 1 channel (grey) or 3 (red, green, blue), got";
  refuses({ shape: [2, 2, 4] }, `${channels} 4; leave out the fourth, alpha`);
  refuses({ shape: [2, 2, 2] }, `${channels} 2`);
  refuses({ shape: [2, 2, 0] }, "createImageSet: shape.2: expected an integer >= 1, got 0");
});

Deno.test("createImageSet() refuses labels that are none, with what was found", () => {
  const labels = (labels: unknown, message: string, classNames: string[] | null = null) =>
    refuses(
      { labels, classNames, pixels: new Uint8Array(8) },
      `createImageSet: own: labels: ${message}`,
    );
  labels([1], "expected 2, one for each, got 1");
  labels(new Uint8Array(0), "expected 2, one for each, got 0");
  labels(
    [300, 0],
    "expected whole numbers from 0 to 255, at most 256 classes, got 300 (at 0)",
  );
  labels([0, -1], "expected whole numbers from 0 to 255, at most 256 classes, got -1 (at 1)");
  labels([0, 0.5], "expected whole numbers from 0 to 255, at most 256 classes, got 0.5 (at 1)");
  labels([0, NaN], "expected whole numbers from 0 to 255, at most 256 classes, got NaN (at 1)");
  labels([1, 2], "expected whole numbers from 0 to 1, as there are class names, got 2 (at 1)", [
    "cat",
    "dog",
  ]);
  labels(
    ["cat", "dog"],
    'expected class numbers, got "cat" (at 0); words belong into `classNames`',
  );
  labels(
    [[0, 1], [1, 0]],
    "expected class numbers, got one-hot rows; `labels.map((row) => row.indexOf(1))` turns them " +
      "into numbers",
  );
  labels(
    Float32Array.of(0, 1, 1, 0),
    "expected 2, one for each, got 4: are they one-hot rows of 2? The class is where a row's 1 stands",
  );
  labels(7, "expected a Uint8Array or an array of class numbers, got 7");
  refuses(
    { classNames: ["cat", "cat"] },
    'createImageSet: own: classNames: expected each name once, got "cat" twice',
  );
});

Deno.test("take() is the first images, without a copy", () => {
  const set = filled([10, 20, 30]);
  const part = take(set, 2);
  assert.deepEqual([part.count, ...part.labels!], [2, 0, 1]);
  assert.deepEqual([...part.pixels], [10, 10, 10, 10, 20, 20, 20, 20]);
  assert.equal(part.pixels.buffer, set.pixels.buffer);
  assert.equal(take({ ...set, labels: null }, 2).labels, null);
  assert.throws(() => take(set, 4), {
    name: "OptionError",
    message: "take: count: expected an integer from 0 to 3 (toy), got 4",
  });
});

Deno.test("holdOut() splits into two parts that share no image and miss none", () => {
  const set = filled(upTo(200));
  const { train, validation } = holdOut(set, 30, 1);
  assert.deepEqual([train.count, validation.count], [170, 30]);
  const firstPixels = (part: ImageSet) => upTo(part.count).map((i) => part.pixels[4 * i]);
  for (const part of [train, validation]) {
    assert.ok(part.pixels.buffer instanceof SharedArrayBuffer);
    assert.ok(part.labels!.buffer instanceof SharedArrayBuffer);
    assert.deepEqual([...part.labels!], firstPixels(part).map((value) => value % 10));
    assert.equal(part.classNames, set.classNames);
  }
  const all = [...firstPixels(train), ...firstPixels(validation)];
  assert.deepEqual(all.sort((a, b) => a - b), upTo(200));
  assert.notDeepEqual(firstPixels(validation), upTo(30), "drawn, not the first ones");
  assert.deepEqual(firstPixels(holdOut(set, 30, 1).validation), firstPixels(validation));
  assert.notDeepEqual(firstPixels(holdOut(set, 30, 2).validation), firstPixels(validation));
  assert.equal(holdOut({ ...set, labels: null }, 30, 1).validation.labels, null);
  assert.throws(() => holdOut(set, 201, 1), /holdOut: count: expected an integer from 0 to 200/);
});

Deno.test("pick() copies images and labels in the order asked for, and refuses what is not there", () => {
  const set = createImageSet({
    name: "four",
    pixels: Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31),
    shape: [1, 2, 1],
    labels: [0, 1, 2, 1],
    classNames: ["a", "b", "c"],
  });
  const two = pick(set, Uint32Array.of(3, 0));
  assert.deepEqual([...two.pixels], [30, 31, 0, 1]);
  assert.deepEqual([[...two.labels!], two.count, two.name], [[1, 0], 2, "four"]);
  two.pixels[0] = 99;
  assert.equal(set.pixels[6], 30);
  assert.throws(
    () => pick(set, Uint32Array.of(4)),
    /pick: expected indices below 4 \(four\), got 4/,
  );
});
