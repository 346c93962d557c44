import assert from "node:assert/strict";
import {
  blankRaster,
  convert,
  enlarge,
  fewerGreys,
  paste,
  type Raster,
  shownWidth,
} from "../../lib/visuals/raster/raster.ts";

const raster = (width: number, channels: 1 | 3 | 4, ...values: number[]): Raster => ({
  width,
  height: values.length / width / channels,
  data: Uint8Array.from(values),
  channels,
});

Deno.test("enlarge() makes each pixel a square of one value", () => {
  const { data, width, height } = enlarge(raster(2, 1, 1, 2, 3, 4), 2);
  assert.deepEqual([width, height], [4, 4]);
  assert.deepEqual([...data], [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
});

Deno.test("enlarge() keeps the channels of a pixel together", () => {
  const { data } = enlarge(raster(1, 3, 1, 2, 3), 2);
  assert.deepEqual([...data], [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
});

Deno.test("enlarge() refuses a factor that would blur", () => {
  assert.throws(() => enlarge(raster(1, 1, 0), 1.5), /factor: expected an integer >= 1, got 1.5/);
});

Deno.test("paste() copies into place and widens grey to colour", () => {
  const target = blankRaster(2, 2, { channels: 3, grey: 9 });
  paste(target, raster(1, 1, 5), 1, 1);
  assert.deepEqual([...target.data], [9, 9, 9, 9, 9, 9, 9, 9, 9, 5, 5, 5]);
  const wide = blankRaster(3, 2, { grey: 0 });
  paste(wide, raster(1, 1, 7), 2, 0);
  paste(wide, raster(1, 1, 8), 0, 1);
  assert.deepEqual([...wide.data], [0, 0, 7, 8, 0, 0]);
});

Deno.test("paste() refuses what does not fit", () => {
  assert.throws(() => paste(blankRaster(2, 2), raster(2, 1, 1, 2), 1, 0), /2×1 at \(1, 0\)/);
});

Deno.test("convert() takes luma, drops opacity, and adds it opaque", () => {
  assert.deepEqual([...convert(raster(1, 4, 255, 0, 0, 7), 1).data], [76]);
  assert.deepEqual([...convert(raster(1, 4, 1, 2, 3, 7), 3).data], [1, 2, 3]);
  assert.deepEqual([...convert(raster(1, 1, 8), 4).data], [8, 8, 8, 255]);
});

Deno.test("blankRaster() is opaque, and shownWidth() half a bitmap of density 2", () => {
  assert.deepEqual([...blankRaster(1, 1, { channels: 4, grey: 0 }).data], [0, 0, 0, 255]);
  assert.equal(shownWidth(blankRaster(10, 1, { density: 2 })), 5);
  assert.equal(shownWidth(raster(2, 1, 1, 2)), 2);
});

Deno.test("fewerGreys() keeps black and white and moves no grey by more than half a step", () => {
  const data = Uint8Array.from({ length: 256 }, (_, grey) => grey);
  const fewer = fewerGreys({ width: 256, height: 1, channels: 1, data }).data;
  assert.equal(new Set(fewer).size, 64);
  assert.deepEqual([fewer[0], fewer[255]], [0, 255]);
  assert.ok(data.every((grey) => Math.abs(grey - fewer[grey]) <= 2));
});
