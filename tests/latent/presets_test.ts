import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/dataset.ts";
import { disturbedCodes } from "../../lib/latent/disturb.ts";
import { decodeCodes, encodeAll } from "../../lib/latent/encode.ts";
import { fixedSamples, renderFixedSamples } from "../../lib/latent/fixed_samples.ts";
import { holeMap } from "../../lib/latent/hole_map.ts";
import { interpolate } from "../../lib/latent/interpolate.ts";
import { decodeGrid, manifoldGrid } from "../../lib/latent/manifold.ts";
import { planeOf } from "../../lib/latent/plane.ts";
import { traversal } from "../../lib/latent/traversal.ts";
import { preset, presetNames } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";

const random = new RandomStream(1, "test");
const set = createImageSet(
  "noise",
  Uint8Array.from({ length: 5 * 784 }, () => random.integer(256)),
  new Uint8Array(5),
  [28, 28, 1],
);

const arePixelMeans = (pixels: Float32Array, count: number) => {
  assert.equal(pixels.length, count * 784);
  assert.ok(pixels.every((value) => value > 0 && value < 1));
};

for (const name of presetNames) {
  Deno.test(`lib/latent works for ${name} at every latentDim and leaves no tensor`, async () => {
    await useBackend({ engine: "portable" });
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const model = preset(name, { latentDim }).build();
      const { treatment } = model.config;
      const before = tf.memory().numTensors;
      const codes = await encodeAll(model, set, { treatment, batchSize: 2 });
      assert.equal(codes.means.length, 5 * latentDim);
      assert.equal(codes.logVars?.length, model.config.kind === "vae" ? 5 * latentDim : undefined);

      const plane = planeOf(latentDim, codes.means);
      const grid = await decodeGrid(model, manifoldGrid(3, latentDim, { plane }));
      arePixelMeans(grid.pixels, latentDim === 1 ? 3 : 9);
      const { distances } = await holeMap(model, grid, set, { treatment });
      assert.ok(distances.every((distance) => distance > 0 && distance < 28));

      arePixelMeans((await traversal(model, { dimensions: [0], values: [-1, 1] })).pixels, 2);
      const [a, b] = [0, 1].map((i) => codes.means.slice(i * latentDim, (i + 1) * latentDim));
      arePixelMeans(await decodeCodes(model, interpolate(a, b, 3, "spherical")), 3);
      arePixelMeans(await decodeCodes(model, disturbedCodes(a)), 8);

      const fixed = fixedSamples(set, { treatment, latentDim, seed: 1, count: 4 });
      const { reconstructions, prior } = await renderFixedSamples(model, fixed);
      arePixelMeans(reconstructions, 4);
      arePixelMeans(prior, 4);
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    }
  });
}
