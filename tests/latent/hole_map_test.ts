import assert from "node:assert/strict";
import { decodeCodes } from "../../lib/latent/encode.ts";
import { holeMap } from "../../lib/latent/hole_map.ts";
import { linearGrid } from "../../lib/latent/manifold.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { createImageSet } from "../../lib/data/dataset.ts";
import { tinyModel, tinySet, withoutLeaks } from "./tiny_model.ts";

Deno.test("holeMap() equals plain loops over every pair, in blocks that do not fit", () =>
  withoutLeaks(async () => {
    const model = tinyModel(),
      set = tinySet(37),
      grid = linearGrid(coordinatePlane(2), { from: -2, to: 2 });
    const { distances } = await holeMap(model, grid, set, {
      treatment: "grey",
      count: 30,
      blockSize: 7,
    });
    const { pixels: decoded } = await decodeCodes(model, grid.codes);
    assert.equal(distances.length, 16);
    for (let point = 0; point < 16; point++) {
      let nearest = Infinity;
      for (let digit = 0; digit < 30; digit++) {
        let squared = 0;
        for (let p = 0; p < 16; p++) {
          squared += (decoded[point * 16 + p] - set.pixels[digit * 16 + p] / 255) ** 2;
        }
        nearest = Math.min(nearest, Math.sqrt(squared));
      }
      assert.ok(Math.abs(distances[point] - nearest) < 1e-5, `${distances[point]} ${nearest}`);
    }
  }));

Deno.test("holeMap() is 0 where the decoder draws a training digit", () =>
  withoutLeaks(async () => {
    // σ(0) = ½ nowhere among bytes, but a saturated code draws a white or black image exactly.
    const white = createImageSet("white", new Uint8Array(16).fill(255), new Uint8Array(1), [
      4,
      4,
      1,
    ]);
    const grid = linearGrid(coordinatePlane(2), { from: -40, to: 80, step: 80, upward: false });
    const { distances } = await holeMap(tinyModel(), grid, white, { treatment: "threshold" });
    assert.ok(distances[3] < 1e-3);
    assert.ok(Math.abs(distances[0] - 4) < 1e-5);
    assert.ok(Math.abs(distances[1] - Math.sqrt(8)) < 1e-5);
  }));
