import assert from "node:assert/strict";
import { indexColors } from "../../lib/visuals/raster/indexed.ts";
import { blankRaster, type Raster } from "../../lib/visuals/raster/raster.ts";

/** White paper with 250 greys and some 1,700 colours on it, a pixel each: a drawing with soft edges. */
function drawing(): Raster {
  const raster = blankRaster(200, 100, { channels: 3 });
  for (let i = 0; i < 2_000; i++) {
    const rgb = i < 250 ? [i, i, i] : [i % 256, (7 * i) % 256, (i >> 3) % 256];
    raster.data.set(rgb, 3 * i);
  }
  return raster;
}

Deno.test("indexColors() tints no grey of a drawing, however many colours there are", () => {
  const { palette, indices: [indices] } = indexColors([drawing()]);
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

Deno.test("indexColors() gives a photograph's colours the palette, the commonest most of it", () => {
  // A dim brown field of 100 × 80 shades, a strip of bright colours, shades near paper's, and paper.
  const raster = blankRaster(100, 100, { channels: 3, grey: 252 });
  for (let i = 0; i < 9_500; i++) {
    const x = i % 100, y = Math.floor(i / 100);
    const field = [100 + x / 2, 80 + y / 2, 70 + x / 4], strip = [2.5 * x, 25 * (y - 80), 255 - x];
    const near = [248 + i % 4, 248 + (i >> 2) % 4, 248 + (i >> 4) % 4];
    raster.data.set(y < 80 ? field : y < 90 ? strip : near, 3 * i);
  }
  const { palette, indices: [indices] } = indexColors([raster]);
  assert.ok(palette.length < 256, `${palette.length} colours`);
  assert.deepEqual(palette[indices[9_999]], [252, 252, 252], "paper keeps its shade");
  const error = (from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      palette[indices[i]].forEach((value, c) => sum += Math.abs(value - raster.data[3 * i + c]));
    }
    return sum / (3 * (to - from));
  };
  assert.ok(error(0, 8_000) < 2, `mean error of the field: ${error(0, 8_000)}`);
  assert.ok(error(8_000, 9_000) < 2, `mean error of the strip: ${error(8_000, 9_000)}`);
});

Deno.test("indexColors() keeps up to 256 colours exact", () => {
  const raster = blankRaster(2, 1, { channels: 3 });
  raster.data.set([10, 20, 30, 128, 128, 128]);
  const { palette, indices: [indices] } = indexColors([raster]);
  assert.deepEqual([...indices].map((place) => palette[place]), [[10, 20, 30], [128, 128, 128]]);
});
