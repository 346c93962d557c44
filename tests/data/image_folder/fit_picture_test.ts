import assert from "node:assert/strict";
import { fitPicture } from "../../../lib/data/image_folder/fit_picture.ts";
import { RandomStream } from "../../../lib/random.ts";
import { painted } from "./picture_files.ts";

const picture = (...args: Parameters<typeof painted>) => {
  const { width, height, data } = painted(...args);
  return { width, height, rgba: data };
};
const greys = (rows: number[][]) =>
  picture(rows[0].length, rows.length, (x, y) => [rows[y][x], rows[y][x], rows[y][x]]);

Deno.test("fitPicture() leaves a picture of the right size as it is", () => {
  const random = new RandomStream(1, "pixels");
  const same = picture(5, 4, () => [random.integer(256), random.integer(256), random.integer(256)]);
  const rgb = [...same.rgba].filter((_, i) => i % 4 !== 3);
  for (const fit of ["crop", "pad", "stretch"] as const) {
    assert.deepEqual([...fitPicture(same, [4, 5, 3], fit, 0)], rgb, fit);
  }
});

Deno.test("fitPicture() takes the mean over the area that a pixel covers", () => {
  const halved = greys([[0, 10, 100, 200], [20, 30, 0, 100]]);
  assert.deepEqual([...fitPicture(halved, [1, 2, 1], "stretch", 0)], [15, 100]);
  // Three pixels become two: each covers one and a half.
  const thirds = greys([[0, 90, 240]]);
  assert.deepEqual([...fitPicture(thirds, [1, 2, 1], "stretch", 0)], [30, 190]);
  const column = greys([[0], [90], [240]]);
  assert.deepEqual([...fitPicture(column, [2, 1, 1], "stretch", 0)], [30, 190]);
});

Deno.test("fitPicture() enlarges to what pixels cover", () => {
  const two = greys([[10, 250]]);
  assert.deepEqual([...fitPicture(two, [1, 4, 1], "stretch", 0)], [10, 10, 250, 250]);
  assert.deepEqual([...fitPicture(two, [1, 3, 1], "stretch", 0)], [10, 130, 250]);
});

Deno.test("fitPicture() keeps the mean of any picture, whatever the sizes", () => {
  const random = new RandomStream(2, "pixels");
  for (const [width, height, to] of [[7, 5, 3], [64, 48, 10], [33, 100, 32], [3, 3, 17]]) {
    const any = picture(width, height, () => {
      const value = random.integer(256);
      return [value, value, value];
    });
    const mean = (values: ArrayLike<number>) => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[i];
      return sum / values.length;
    };
    const before = mean([...any.rgba].filter((_, i) => i % 4 === 0));
    const after = mean(fitPicture(any, [to, to, 1], "stretch", 0));
    assert.ok(Math.abs(before - after) < 0.5, `${width}×${height} to ${to}: ${before}, ${after}`);
  }
});

Deno.test("fitPicture() crops to the middle, pads on both sides, stretches out of proportion", () => {
  const wide = greys([[10, 20, 30, 40], [10, 20, 30, 40]]);
  assert.deepEqual([...fitPicture(wide, [2, 2, 1], "crop", 0)], [20, 30, 20, 30]);
  assert.deepEqual([...fitPicture(wide, [2, 2, 1], "stretch", 0)], [15, 35, 15, 35]);
  const padded = fitPicture(wide, [4, 4, 1], "pad", 255);
  const line = [10, 20, 30, 40], white = [255, 255, 255, 255];
  assert.deepEqual([...padded], [...white, ...line, ...line, ...white]);
  const high = greys([[10], [20], [30]]);
  assert.deepEqual([...fitPicture(high, [1, 1, 1], "crop", 0)], [20]);
  assert.deepEqual([...fitPicture(high, [3, 3, 1], "pad", 0)], [0, 10, 0, 0, 20, 0, 0, 30, 0]);
});

Deno.test("fitPicture() gives a line of a picture a pixel at least, and images that are no squares", () => {
  const line = picture(1000, 1, () => [90, 90, 90]);
  const padded = fitPicture(line, [8, 8, 1], "pad", 0);
  assert.equal(padded.filter((value) => value === 90).length, 8);
  assert.deepEqual([...fitPicture(line, [2, 4, 1], "crop", 0)], new Array(8).fill(90));
  assert.equal(fitPicture(line, [3, 5, 3], "stretch", 0).length, 45);
});

Deno.test("fitPicture() shows the background where a picture is transparent, by its opacity", () => {
  const glass = picture(2, 1, (x) => [200, 0, 0, x === 0 ? 0 : 51]);
  assert.deepEqual([...fitPicture(glass, [1, 2, 3], "crop", 255)], [255, 255, 255, 244, 204, 204]);
  assert.deepEqual([...fitPicture(glass, [1, 2, 3], "crop", 0)], [0, 0, 0, 40, 0, 0]);
  // The colour of what is not there does not bleed into the mean.
  assert.deepEqual([...fitPicture(glass, [1, 1, 3], "stretch", 0)], [20, 0, 0]);
});

Deno.test("fitPicture() makes grey of colour by its brightness", () => {
  const colours = picture(
    4,
    1,
    (x) => [[255, 0, 0], [0, 255, 0], [0, 0, 255], [77, 77, 77]][x] as [number, number, number],
  );
  assert.deepEqual([...fitPicture(colours, [1, 4, 1], "crop", 0)], [76, 150, 29, 77]);
});
