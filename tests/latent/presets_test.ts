import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import type { Images } from "../../lib/data/images.ts";
import { disturbedCodes } from "../../lib/latent/disturbance.ts";
import { decodeCodes, encodeAll } from "../../lib/latent/encode.ts";
import { fixedSamples, renderFixedSamples } from "../../lib/film/fixed_samples.ts";
import { interpolate } from "../../lib/latent/interpolate.ts";
import { decodeGrid, manifoldGrid } from "../../lib/latent/manifold.ts";
import { planeOf } from "../../lib/latent/plane.ts";
import { traversal } from "../../lib/latent/traversal.ts";
import { preset, presetNames } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";

const random = new RandomStream(1, "test");
const noise = (shape: [number, number, number]) =>
  createImageSet({
    name: "noise",
    pixels: Uint8Array.from(
      { length: 5 * shape.reduce((a, b) => a * b) },
      () => random.integer(256),
    ),
    labels: new Uint8Array(5),
    shape,
  });

const arePixelMeans = ({ pixels, count }: Images, wanted: number) => {
  assert.equal(count, wanted);
  assert.ok(pixels.every((value) => value > 0 && value < 1));
};

// A conditional model's codes have a class each: tests/models/conditional_test.ts. The residual network's
// latentDim follows from its plane.
const others = ["conditional-vae", "residual-vae-cifar10"];
for (const name of presetNames.filter((name) => !others.includes(name))) {
  Deno.test(`lib/latent works for ${name} at every latentDim and leaves no tensor`, async () => {
    await useBackend({ engine: "portable" });
    for (const latentDim of [1, 2, 3, 10, 50]) {
      const model = preset(name, { latentDim }).build();
      const set = noise(model.config.inputShape);
      const before = tf.memory().numTensors;
      const codes = await encodeAll(model, set, { batchSize: 2 });
      assert.equal(codes.values.length, 5 * latentDim);
      assert.equal(codes.logVars?.length, model.config.kind === "vae" ? 5 * latentDim : undefined);

      const grid = await decodeGrid(model, manifoldGrid(planeOf(codes), { size: 3 }));
      arePixelMeans(grid.images, latentDim === 1 ? 3 : 9);

      arePixelMeans((await traversal(model, { dimensions: [0], values: [-1, 1] })).images, 2);
      const [a, b] = [codes.row(0), codes.row(1)];
      arePixelMeans(
        await decodeCodes(model, interpolate(a, b, { steps: 3, method: "spherical" })),
        3,
      );
      arePixelMeans(await decodeCodes(model, disturbedCodes(a)), 8);

      const fixed = fixedSamples(model, set, { count: 4 });
      const { reconstructions, prior } = await renderFixedSamples(model, fixed);
      arePixelMeans(reconstructions, 4);
      arePixelMeans(prior, 4);
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    }
  });
}
