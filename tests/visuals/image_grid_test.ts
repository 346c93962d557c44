import assert from "node:assert/strict";
import { createImageSet } from "../../lib/data/image_set.ts";
import { Images } from "../../lib/data/images.ts";
import { imageGrid } from "../../lib/visuals/raster/image_grid.ts";

const at = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) =>
  data[y * width + x];

/** `count` images of one grey. */
const plain = (grey: number, count: number, side: number) =>
  new Images(new Uint8Array(count * side * side).fill(grey), [side, side, 1]);

Deno.test("imageGrid() puts images in rows, enlarged, with gaps between", () => {
  const images = new Images(Float32Array.of(0, 1, 0.5, 0.2, 0.4), [1, 1, 1]);
  const grid = imageGrid(images, { columns: 3, scale: 2, gap: 1, density: 1, background: 7 });
  assert.deepEqual([grid.width, grid.height, grid.channels], [8, 5, 1]);
  // deno-fmt-ignore
  assert.deepEqual([...grid.data], [
    0, 0, 7, 255, 255, 7, 128, 128,
    0, 0, 7, 255, 255, 7, 128, 128,
    7, 7, 7, 7, 7, 7, 7, 7,
    51, 51, 7, 102, 102, 7, 7, 7,
    51, 51, 7, 102, 102, 7, 7, 7,
  ]);
});

Deno.test("imageGrid() keeps every byte of a set as it is; a square grid by default", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const set = createImageSet({
    name: "bytes",
    pixels: bytes,
    labels: new Uint8Array(256),
    shape: [1, 1, 1],
  });
  const grid = imageGrid(set, { scale: 1, gap: 0, density: 1 });
  assert.deepEqual([grid.width, grid.data], [16, bytes]);
});

Deno.test("imageGrid() keeps colours", () => {
  const red = [255, 0, 0], blue = [0, 0, 255];
  const bytes = Uint8Array.from([red, red, blue, blue].flat());
  const grid = imageGrid(new Images(bytes, [2, 2, 3]), { scale: 1, density: 1 });
  assert.deepEqual([grid.width, grid.height, grid.channels], [2, 2, 3]);
  assert.deepEqual(grid.data, bytes);
});

Deno.test("imageGrid() draws labels beside the images, never over them", () => {
  const options = { columns: 2, scale: 2, gap: 0, density: 1 };
  const images = plain(9, 4, 10);
  const bare = imageGrid(images, options);
  const labelled = imageGrid(images, {
    ...options,
    rowLabels: ["original", "reconstruction"],
    columnLabels: ["a", "b"],
  });
  const left = labelled.width - bare.width, top = labelled.height - bare.height;
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
  const grid = imageGrid(plain(0, 1, 2), { scale: 3 });
  assert.deepEqual([grid.width, grid.density], [12, 2]);
});

Deno.test("imageGrid() names what does not fit", () => {
  // deno-lint-ignore no-explicit-any
  const grid = (images: any, options: any = {}) => () => imageGrid(images, options);
  const one = plain(0, 1, 2);
  assert.throws(grid(one, { scale: 1.5 }), /imageGrid: scale: expected an integer, got 1.5/);
  assert.throws(grid(one, { colums: 1 }), /colums: no such option; did you mean `columns`/);
  assert.throws(grid(one, { height: 2 }), /height: no such option/);
  assert.throws(grid(new Images(new Uint8Array(4), [1, 2, 2])), {
    name: "OptionError",
    message: "imageGrid: images: expected 1 channel (grey) or 3 (RGB), got 2",
  });
  assert.throws(grid(one.slice(0, 0)), /images: expected one or more, got none/);
  assert.throws(grid(new Uint8ClampedArray(4)), {
    name: "OptionError",
    message: "imageGrid: images: expected Images or an ImageSet, got Uint8ClampedArray; of plain " +
      "pixels make them with `new Images(pixels, [height, width, channels])`",
  });
});

Deno.test("imageGrid() keeps as many shades as asked for, black and white among them", () => {
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  const images = new Images(ramp, [16, 16, 1]);
  const { data } = imageGrid(images, { scale: 1, density: 1, levels: 5 });
  assert.deepEqual([...new Set(data)], [0, 64, 128, 191, 255]);
  assert.equal(data[100], 128);
  assert.deepEqual(imageGrid(images, { scale: 1, density: 1 }).data, ramp);
});

Deno.test("imageGrid() shows images of any size about as large", () => {
  const grid = (height: number, width: number, channels = 1) =>
    imageGrid(new Images(new Float32Array(height * width * channels), [height, width, channels]), {
      density: 1,
    });
  const sizes = [[28, 28], [4, 4], [8, 8], [32, 32], [3, 50], [128, 96]] as const;
  assert.deepEqual(sizes.map(([height, width]) => grid(height, width, 3).width), [
    84,
    84,
    88,
    96,
    100,
    96,
  ]);
});
