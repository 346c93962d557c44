import assert from "node:assert/strict";
import { manifoldImage } from "../../lib/visuals/raster/manifold_image.ts";

Deno.test("manifoldImage() lays images edge to edge, first row above, between its axes", () => {
  const pixels = new Uint8Array(4 * 900); // 2 by 2 images of 30×30, each of one grey
  for (let i = 0; i < 4; i++) pixels.fill(10 * (i + 1), i * 900, (i + 1) * 900);
  const image = manifoldImage(pixels, {
    height: 30,
    width: 30,
    x: [-1, 1],
    y: [1, -1],
    density: 1,
  });
  const at = (x: number, y: number) => image.data[y * image.width + x];
  assert.deepEqual([at(64, 10), at(123, 10), at(64, 69), at(123, 69)], [10, 20, 30, 40]);
  assert.deepEqual([at(93, 39), at(94, 39), at(93, 40), at(94, 40)], [10, 20, 30, 40]);
  assert.deepEqual([at(63, 10), at(124, 10), at(64, 9), at(64, 70)], [255, 255, 255, 255]);
});

Deno.test("manifoldImage() writes values beside rows and columns, and nothing over the images", () => {
  const pixels = new Uint8Array(9 * 3600).fill(7);
  const image = manifoldImage(pixels, {
    height: 60,
    width: 60,
    x: [-1, 0, 1],
    y: [1, 0, -1],
    density: 1,
  });
  const darkest = (x0: number, x1: number, y0: number, y1: number) => {
    let least = 255;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) least = Math.min(least, image.data[y * image.width + x]);
    }
    return least;
  };
  for (const row of [0, 1, 2]) assert.ok(darkest(22, 60, 30 + 60 * row, 50 + 60 * row) < 90);
  for (const column of [0, 1, 2]) {
    assert.ok(darkest(74 + 60 * column, 114 + 60 * column, 192, 210) < 90);
  }
  for (let y = 10; y < 190; y++) {
    for (let x = 64; x < 244; x++) assert.equal(image.data[y * image.width + x], 7);
  }
});

Deno.test("manifoldImage() takes one row without a second coordinate", () => {
  const image = manifoldImage(new Uint8Array(3 * 4), {
    height: 2,
    width: 2,
    x: [0, 1, 2],
    scale: 10,
    density: 1,
  });
  assert.equal(image.width, 10 + 60 + 20);
  const options = { height: 2, width: 2, scale: 10, density: 1 };
  const same = manifoldImage(new Uint8Array(3 * 4), { ...options, x: [0, 1, 2], y: [0] });
  assert.deepEqual(same.data, image.data);
});

Deno.test("manifoldImage() refuses images that are not one for each pair", () => {
  assert.throws(
    () => manifoldImage(new Uint8Array(784), { height: 28, width: 28, x: [0, 1], y: [0, 1] }),
    /expected 2·2 images of 28×28, 3136 values, got 784/,
  );
});
