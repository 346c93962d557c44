import assert from "node:assert/strict";
import { decode } from "fast-png";
import { encodeAnimatedPng, encodePng, stillOf } from "../../lib/visuals/raster/png.ts";
import { readApng } from "./apng.ts";

for (const channels of [1, 3, 4] as const) {
  Deno.test(`encodePng() keeps every value of ${channels} channels (read back by fast-png)`, () => {
    const data = Uint8Array.from({ length: 5 * 7 * channels }, (_, i) => (i * 37) % 256);
    const image = decode(encodePng({ width: 5, height: 7, data, channels }), { checkCrc: true });
    assert.deepEqual([image.width, image.height, image.channels], [5, 7, channels]);
    assert.deepEqual([...image.data], [...data]);
  });
}

Deno.test("encodePng() refuses pixels that do not fill the picture", () => {
  assert.throws(
    () => encodePng({ width: 2, height: 2, data: new Uint8Array(3), channels: 1 }),
    /expected 4 bytes of pixels, got 3/,
  );
});

Deno.test("encodeAnimatedPng() keeps frames, durations and, for still viewers, one picture", () => {
  const palette = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]];
  const frames = [
    { indices: Uint8Array.of(0, 1), milliseconds: 100 },
    { indices: Uint8Array.of(2, 3), milliseconds: 2500 }, // 3 lets the frame before show through
  ];
  const file = encodeAnimatedPng(frames, {
    width: 2,
    height: 1,
    palette,
    transparent: 3,
    still: Uint8Array.of(2, 2),
  });
  const still = decode(file, { checkCrc: true });
  assert.deepEqual([...still.data], [2, 2]);
  assert.deepEqual(still.palette, palette.map((color, i) => [...color, i === 3 ? 0 : 255]));
  assert.deepEqual(readApng(file), [
    { milliseconds: 100, pixels: [0, 1] },
    { milliseconds: 2500, pixels: [2, 1] },
  ]);
});

Deno.test("stillOf() gives an animation's one picture, and nothing of a still file", () => {
  const frames = [0, 1].map((index) => ({ indices: Uint8Array.of(index, 1), milliseconds: 50 }));
  const palette = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
  const still = Uint8Array.of(2, 1);
  const layout = { width: 2, height: 1, palette, transparent: null };
  const file = stillOf(encodeAnimatedPng(frames, { ...layout, still }))!;
  assert.deepEqual(readApng(file), []);
  const { data, palette: colors } = decode(file, { checkCrc: true });
  assert.deepEqual([...data], [2, 1]);
  assert.deepEqual(colors, palette);
  assert.equal(
    stillOf(encodePng({ width: 1, height: 1, data: Uint8Array.of(9), channels: 1 })),
    null,
  );
});
