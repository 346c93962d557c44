/** The residual networks: their plane of latents, a block by hand, and a step that learns. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { createImageSet } from "../../lib/data/image_set.ts";
import { createVae } from "../../lib/models/create_model.ts";
import { residualNetworks } from "../../lib/models/networks/residual_networks.ts";
import { preset } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";
import { train } from "../../lib/training/train.ts";
import { eachEngine } from "../each_engine.ts";

const small = { inputShape: [8, 12, 3], latentChannels: 2, planeFilters: 8, blocks: 1 } as const;
const build = () =>
  createVae({
    ...residualNetworks({ ...small, inputShape: [8, 12, 3] }),
    likelihood: "discretized-logistic",
  });

Deno.test("residualNetworks() has latents at a quarter of the image's height and width", () => {
  assert.equal(build().config.latentDim, 2 * 3 * 2);
  assert.equal(preset("residual-vae-cifar10", { latentChannels: 3 }).build().config.latentDim, 192);
  assert.throws(() => residualNetworks({ inputShape: [32, 30, 3] }), {
    name: "OptionError",
    message: "residualNetworks: inputShape: expected a height and width divisible by 4, got 32×30",
  });
});

await eachEngine(
  "a block of zeros adds nothing: residualNetworks() then is its other layers",
  () => {
    const model = build();
    tf.tidy(() => {
      // The two convolutions of the encoder's block are weights 4 to 7.
      const weights = model.encoder.getWeights();
      const nothing = weights.map((weight, i) => i >= 4 && i < 8 ? tf.zerosLike(weight) : weight);
      model.encoder.setWeights(nothing);
      const x = tf.randomUniform([2, 8, 12, 3], 0, 1, "float32", 3) as tf.Tensor4D;
      const [k1, , k2, , , , , , meanKernel] = nothing as tf.Tensor4D[];
      const first = tf.conv2d(x, k1, 2, "same").relu<tf.Tensor4D>();
      const h = tf.conv2d(first, k2, 2, "same").relu<tf.Tensor4D>();
      const wanted = tf.conv2d(h, meanKernel, 1, "valid").reshape([2, 12])
        .dataSync();
      const got = model.encode(x).mean.dataSync();
      got.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${i}`));
    });
    model.dispose();
  },
  ["onednn", "portable"],
);

await eachEngine("residualNetworks() train with a discretized logistic likelihood", async () => {
  const stream = new RandomStream(2, "tones");
  // Each image is of one tone, with little noise.
  const pixels = new Uint8Array(64 * 288);
  for (let image = 0; image < 64; image++) {
    const tone = stream.integer(200);
    for (let i = 0; i < 288; i++) pixels[288 * image + i] = tone + stream.integer(20);
  }
  const set = createImageSet({ name: "tones", pixels, shape: [8, 12, 3] });
  const options = {
    kl: "analytic",
    learningRate: 2e-3,
    batchSize: 8,
    epochs: 20,
    workers: 1,
  } as const;
  const dataset = { train: set, test: set, source: "tones", note: "" };
  const model = build();
  const records = await Array.fromAsync(train(model, dataset, options));
  const [first, last] = [records[0], records.at(-1)!].map(({ test }) => test.loss);
  assert.ok(last < first - 100, `${first} → ${last} nats`);
  assert.ok(records.at(-1)!.learned!.scale.every((scale) => scale < Math.exp(-2)));
  model.dispose();
}, ["onednn", "portable"]);
