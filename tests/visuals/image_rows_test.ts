import assert from "node:assert/strict";
import { Images } from "../../lib/data/images.ts";
import { OptionError } from "../../lib/options.ts";
import { imageGrid } from "../../lib/visuals/raster/image_grid.ts";
import { imageRows } from "../../lib/visuals/raster/image_rows.ts";

for (const channels of [1, 3]) {
  Deno.test(`imageRows() is the grid with a row for each entry, ${channels} channels`, () => {
    const pixels = (phase: number) =>
      Float32Array.from({ length: 2 * 4 * channels }, (_, i) => Math.sin(i + phase) ** 2);
    const rows = [0, 1].map((phase) => new Images(pixels(phase), [2, 2, channels]));
    const picture = imageRows({ first: rows[0], second: rows[1] });
    const grid = imageGrid(Images.join(rows), { columns: 2, rowLabels: ["first", "second"] });
    assert.deepEqual(picture, grid);
    assert.equal(picture.channels, channels);
  });
}

Deno.test("imageRows() refuses rows that do not match, by name", () => {
  const images = (count: number, height = 2) =>
    new Images(new Float32Array(count * height * 2), [height, 2, 1]);
  assert.throws(() => imageRows({ AE: images(2), VAE: images(1) }), {
    name: "OptionError",
    message: 'imageRows: "VAE": expected 2 images of 2×2×1, as in "AE", got 1 images of 2×2×1',
  });
  assert.throws(() => imageRows({ AE: images(2), VAE: images(1, 4) }), /got 1 images of 4×2×1/);
  assert.throws(() => imageRows({}), OptionError);
});
