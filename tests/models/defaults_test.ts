/** What holds where a reader says nothing: every default as a value. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import * as layers from "../../lib/models/layers.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import type { Model } from "../../lib/models/model.ts";
import { convSchema } from "../../lib/models/networks/conv_networks.ts";
import { denseSchema } from "../../lib/models/networks/dense_networks.ts";
import { upsamplingSchema } from "../../lib/models/networks/upsampling_networks.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";

await tf.setBackend("cpu");

Deno.test("trainingSchema has the defaults that a reader is told", () => {
  assert.deepEqual(trainingSchema.parse({}), {
    kl: "monte-carlo",
    beta: 1,
    klWarmupEpochs: 0,
    inputNoise: 0,
    optimizer: "adam",
    learningRate: 1e-3,
    batchSize: 32,
    dropRemainder: false,
    epochs: 10,
    patience: null,
    keepBest: false,
  });
});

Deno.test("convSchema, denseSchema and upsamplingSchema have their tutorials' sizes", () => {
  const mnist = { latentDim: 2, inputShape: [28, 28, 1], heads: "joint" };
  assert.deepEqual(convSchema.parse({}), { ...mnist, kind: "vae", filters: [32, 64] });
  assert.deepEqual(denseSchema.parse({}), { ...mnist, kind: "vae", hiddenUnits: [256] });
  assert.deepEqual(upsamplingSchema.parse({}), {
    ...mnist,
    kind: "ae",
    latentDim: 10,
    filters: [8, 8, 8, 8],
    decoderFilters: [64, 32],
  });
});

/** Two networks of the same shapes inside: 4 pixels ↔ 4 numbers. */
const networks = (units: number) => ({
  encoder: tf.sequential({
    layers: [layers.flatten({ inputShape: [2, 2, 1] }), layers.dense({ units })],
  }),
  decoder: tf.sequential({
    layers: [
      layers.dense({ inputShape: [2], units: 4 }),
      layers.reshape({ targetShape: [2, 2, 1] }),
    ],
  }),
});

Deno.test("createVae() and createAutoencoder() have defaults for all but the networks", () => {
  const shape = { inputShape: [2, 2, 1], latentDim: 2, seed: 1 };
  assert.deepEqual(createVae(networks(4)).config, {
    ...shape,
    name: "vae",
    kind: "vae",
    likelihood: "bernoulli",
    treatment: "threshold",
  });
  assert.deepEqual(createAutoencoder(networks(2)).config, {
    ...shape,
    name: "autoencoder",
    kind: "ae",
    likelihood: "mse",
    treatment: "grey",
  });
});

Deno.test("createVae() draws encoder and decoder, and each of their layers, apart", () => {
  const square = () =>
    tf.sequential({
      layers: [
        layers.flatten({ inputShape: [2, 2, 1] }),
        layers.dense({ units: 4 }),
        layers.dense({ units: 4 }),
      ],
    });
  const decoder = tf.sequential({
    layers: [
      layers.dense({ inputShape: [2], units: 4 }),
      layers.dense({ units: 4 }),
      layers.dense({ units: 4 }),
      layers.reshape({ targetShape: [2, 2, 1] }),
    ],
  });
  const kernels = (model: Model) =>
    model.variables().filter(({ shape }) => shape.join() === "4,4")
      .map((variable) => [...variable.dataSync()].join());
  const drawn = kernels(createVae({ encoder: square(), decoder }));
  assert.equal(drawn.length, 4);
  assert.equal(new Set(drawn).size, 4, "two layers of one draw");
});

Deno.test("dense(), conv2d() and conv2dTranspose() draw by Glorot and Bengio's uniform distribution", () => {
  const three = {
    dense: layers.dense({ units: 5, inputShape: [3] }),
    conv2d: layers.conv2d({ filters: 5, kernelSize: 3, inputShape: [4, 4, 3] }),
    conv2dTranspose: layers.conv2dTranspose({ filters: 5, kernelSize: 3, inputShape: [4, 4, 3] }),
  };
  for (const [name, layer] of Object.entries(three)) {
    const { kernelInitializer } = layer.getConfig() as {
      kernelInitializer: { className: string; config: Record<string, unknown> };
    };
    const { className, config: { scale, mode, distribution } } = kernelInitializer;
    assert.deepEqual(
      { className, scale, mode, distribution },
      { className: "VarianceScaling", scale: 1, mode: "fanAvg", distribution: "uniform" },
      name,
    );
  }
});
