import assert from "node:assert/strict";
import { imageGrid, toBytes } from "../../lib/visuals/raster/image_grid.ts";

const at = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) =>
  data[y * width + x];

Deno.test("imageGrid() puts images in rows, enlarged, with gaps between", () => {
  const pixels = Float32Array.of(0, 1, 0.5, 0.2, 0.4); // five images of one pixel
  const grid = imageGrid(pixels, {
    height: 1,
    width: 1,
    columns: 3,
    scale: 2,
    gap: 1,
    density: 1,
    background: 7,
  });
  assert.deepEqual([grid.width, grid.height, grid.channels], [8, 5, 1]);
  assert.deepEqual([...grid.data], [
    ...[0, 0, 7, 255, 255, 7, 128, 128],
    ...[0, 0, 7, 255, 255, 7, 128, 128],
    ...[7, 7, 7, 7, 7, 7, 7, 7],
    ...[51, 51, 7, 102, 102, 7, 7, 7],
    ...[51, 51, 7, 102, 102, 7, 7, 7],
  ]);
});

Deno.test("imageGrid() takes bytes as they are, and a square grid by default", () => {
  const grid = imageGrid(Uint8Array.of(1, 2, 3, 4), {
    height: 1,
    width: 1,
    scale: 1,
    gap: 0,
    density: 1,
  });
  assert.deepEqual([grid.width, [...grid.data]], [2, [1, 2, 3, 4]]);
});

Deno.test("imageGrid() keeps colours", () => {
  const grid = imageGrid(Uint8Array.of(1, 2, 3), {
    height: 1,
    width: 1,
    channels: 3,
    scale: 1,
    density: 1,
  });
  assert.deepEqual([grid.channels, [...grid.data]], [3, [1, 2, 3]]);
});

Deno.test("imageGrid() draws labels beside the images, never over them", () => {
  const options = { height: 10, width: 10, columns: 2, scale: 2, gap: 0, density: 1 };
  const plain = imageGrid(new Uint8Array(400).fill(9), options);
  const labelled = imageGrid(new Uint8Array(400).fill(9), {
    ...options,
    rowLabels: ["original", "reconstruction"],
    columnLabels: ["a", "b"],
  });
  const left = labelled.width - plain.width, top = labelled.height - plain.height;
  assert.ok(left > 80 && top > 20);
  let ink = 0;
  for (let y = 0; y < labelled.height; y++) {
    for (let x = 0; x < labelled.width; x++) {
      const value = at(labelled, x, y);
      if (x >= left && y >= top) assert.equal(value, 9);
      else if (x < left && value < 100) ink++;
    }
  }
  assert.ok(ink > 100, `row labels have ${ink} dark pixels`);
  for (let y = 0; y < labelled.height; y++) assert.equal(at(labelled, 0, y), 255); // not cut off
});

Deno.test("imageGrid() doubles the bitmap at density 2 and says so", () => {
  const grid = imageGrid(new Uint8Array(4), { height: 2, width: 2, scale: 3 });
  assert.deepEqual([grid.width, grid.density], [12, 2]);
});

Deno.test("imageGrid() names what does not fit", () => {
  assert.throws(
    () => imageGrid(new Uint8Array(785), { height: 28, width: 28 }),
    /expected a multiple of 28·28·1 = 784 pixels, got 785/,
  );
  assert.throws(
    () => imageGrid(new Uint8Array(4), { height: 2, width: 2, scale: 1.5 }),
    /imageGrid: scale: expected an integer, got 1.5/,
  );
});

Deno.test("toBytes() rounds, cuts off, and refuses NaN", () => {
  assert.deepEqual([...toBytes(Float32Array.of(0, 0.5, 1, -1, 2))], [0, 128, 255, 0, 255]);
  assert.throws(() => toBytes(Float32Array.of(0, NaN)), /pixel 1: expected .* got NaN/);
});

Deno.test("imageGrid() keeps as many shades as asked for, black and white among them", () => {
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  const size = { height: 16, width: 16, scale: 1, density: 1 };
  const { data } = imageGrid(ramp, { ...size, levels: 5 });
  assert.deepEqual([...new Set(data)], [0, 64, 128, 191, 255]);
  assert.equal(data[100], 128);
  assert.deepEqual(imageGrid(ramp, size).data, ramp);
});
