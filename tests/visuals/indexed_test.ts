import assert from "node:assert/strict";
import { indexColors } from "../../lib/visuals/raster/indexed.ts";
import { blankRaster, type Raster } from "../../lib/visuals/raster/raster.ts";

/** 40 × 50 pixels: 250 greys and some 1,700 colours, as a photograph beside a digit. */
function manyColors(): Raster {
  const raster = blankRaster(40, 50, { channels: 3 });
  for (let i = 0; i < 2_000; i++) {
    const rgb = i < 250 ? [i, i, i] : [i % 256, (7 * i) % 256, (i >> 3) % 256];
    raster.data.set(rgb, 3 * i);
  }
  return raster;
}

Deno.test("indexColors() tints no grey, however many colours there are", () => {
  const raster = manyColors();
  const { palette, indices: [indices] } = indexColors([raster]);
  assert.ok(
    palette.length < 256,
    `${palette.length} colours leave no index for what does not change`,
  );
  for (let i = 0; i < 250; i++) {
    const [red, green, blue] = palette[indices[i]];
    assert.ok(red === green && green === blue, `grey ${i} became ${red}, ${green}, ${blue}`);
    assert.ok(Math.abs(red - i) <= 2, `grey ${i} became ${red}`);
  }
});

Deno.test("indexColors() keeps up to 256 colours exact", () => {
  const raster = blankRaster(2, 1, { channels: 3 });
  raster.data.set([10, 20, 30, 128, 128, 128]);
  const { palette, indices: [indices] } = indexColors([raster]);
  assert.deepEqual([...indices].map((place) => palette[place]), [[10, 20, 30], [128, 128, 128]]);
});
