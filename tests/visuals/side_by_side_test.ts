import assert from "node:assert/strict";
import { blankRaster } from "../../lib/visuals/raster/raster.ts";
import { sideBySide } from "../../lib/visuals/raster/side_by_side.ts";

const picture = (grey: number, width = 40, density = 2) => ({
  raster: blankRaster(width, 60, { grey, density }),
  caption: `grey ${grey}`,
});

Deno.test("sideBySide() leaves each picture as it is, captions above, white between", () => {
  const sheet = sideBySide([picture(10), picture(90, 100)]);
  assert.equal(sheet.density, 2);
  // Margins of 8 and a gap of 24 CSS pixels.
  assert.equal(sheet.width, 2 * 8 + 40 + 2 * 24 + 100 + 2 * 8);
  assert.equal(sheet.height, 2 * 26 + 60 + 2 * 8);
  const at = (x: number, y: number) => sheet.data[y * sheet.width + x];
  assert.equal(at(16, 52), 10);
  assert.equal(at(55, 111), 10);
  assert.equal(at(56, 60), 255);
  assert.equal(at(16 + 40 + 48, 52), 90);
  const captions = sheet.data.subarray(0, 52 * sheet.width);
  assert.ok(captions.some((value) => value < 100), "captions are written");
});

Deno.test("sideBySide() refuses nothing, and pictures that do not match", () => {
  assert.throws(() => sideBySide([]), /pictures: expected one or more, got none/);
  assert.throws(
    () => sideBySide([picture(10), picture(20, 40, 1)]),
    /pictures: expected density 2, got 1 \("grey 20"\)/,
  );
});
