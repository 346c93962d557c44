import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { type DenseSpec, exportLayers } from "../../lib/latent/layer_export.ts";
import { preset } from "../../lib/models/presets.ts";

await tf.setBackend("cpu");

Deno.test("exportLayers() lists layers, shapes and activations in the order of execution", async () => {
  const model = preset("conv-vae").build();
  const layers = await exportLayers(model.decoder);
  assert.deepEqual(
    layers.map(({ kind, outputShape, activation }) => [kind, outputShape.join("×"), activation]),
    [
      ["dense", "1568", "relu"],
      ["reshape", "7×7×32", "linear"],
      ["conv2dTranspose", "14×14×64", "relu"],
      ["conv2dTranspose", "28×28×32", "relu"],
      ["conv2dTranspose", "28×28×1", "linear"],
    ],
  );
  model.dispose();
});

Deno.test("exportLayers() writes two heads as one dense layer: mean's columns, then log-variance's", async () => {
  const model = preset("dense-vae", { latentDim: 3, hiddenUnits: [5] }).build();
  const moments = (await exportLayers(model.encoder)).at(-1) as DenseSpec;
  assert.deepEqual(moments.kernel.shape, [5, 6]);
  const [mean, logVar] = ["mean", "log_variance"].map((name) =>
    model.encoder.getLayer(name).getWeights()[0].arraySync() as number[][]
  );
  const joined = mean.flatMap((row, i) => [...row, ...logVar[i]]);
  assert.deepEqual([...moments.kernel.data], joined);
  model.dispose();
});

Deno.test("exportLayers() copies, and leaves no tensor behind", async () => {
  const model = preset("conv-ae-2").build();
  const before = tf.memory().numTensors;
  const [first] = await exportLayers(model.encoder);
  assert.equal(tf.memory().numTensors, before);
  if (first.kind !== "conv2d") throw new Error(`expected conv2d, got ${first.kind}`);
  first.kernel.data.fill(7);
  const kept = model.encoder.getLayer("conv_1").getWeights()[0].dataSync();
  assert.ok(kept.every((value) => Math.abs(value) < 1));
  model.dispose();
});

Deno.test("exportLayers() leaves out what a trained network does not do", async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [2] }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.activation({ activation: "tanh" }),
    ],
  });
  const layers = await exportLayers(model);
  assert.deepEqual(layers.map(({ kind, activation }) => [kind, activation]), [
    ["dense", "linear"],
    ["activation", "tanh"],
  ]);
});

Deno.test("exportLayers() names the layer that has no plain form", async () => {
  const pooled = tf.sequential({
    layers: [tf.layers.maxPooling2d({ name: "pool", inputShape: [4, 4, 1], poolSize: 2 })],
  });
  await assert.rejects(exportLayers(pooled), /layer "pool": expected a conv.*, got "MaxPooling2D"/);
  const soft = tf.sequential({
    layers: [tf.layers.dense({ name: "odd", units: 2, inputShape: [2], activation: "softmax" })],
  });
  await assert.rejects(exportLayers(soft), /layer "odd": expected linear or .*, got "softmax"/);
});

Deno.test("exportLayers() refuses branches that nothing joins as heads", async () => {
  const input = tf.input({ shape: [2] });
  const [a, b] = [1, 2].map(() => tf.layers.dense({ units: 2 }).apply(input) as tf.SymbolicTensor);
  const sum = tf.layers.add().apply([a, b]) as tf.SymbolicTensor;
  await assert.rejects(
    exportLayers(tf.model({ inputs: input, outputs: sum, name: "forked" })),
    /dense heads that a concatenate joins, got 2 in model "forked"/,
  );
});
