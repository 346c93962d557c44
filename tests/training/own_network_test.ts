/** Networks that a reader puts together train, stop, resume and are found like the tutorials' own. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { exportLayers } from "../../lib/latent/layer_export.ts";
import { concatenate, conv2d, conv2dTranspose, dense, flatten } from "../../lib/models/layers.ts";
import { add, reshape, upSampling2d } from "../../lib/models/layers.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset, type Recipe } from "../../lib/models/presets.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import { findModel, findRun, runFolder } from "../../lib/training/find_model.ts";
import { trainingPlan } from "../../lib/training/find_or_train.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { requestStop } from "../../lib/stop.ts";
import { train } from "../../lib/training/train.ts";
import { longData, maxDifference, smallData, weightsOf } from "./small_run.ts";
import { typedVae } from "./typed_network.ts";

await useBackend({ engine: "portable", threads: 2 });

type Layer = tf.layers.Layer;
const through = (x: tf.SymbolicTensor, ...layers: Layer[]) =>
  layers.reduce((h, layer) => layer.apply(h) as tf.SymbolicTensor, x);

/** A skip over two convolutions, average pooling, two outputs; an upsampling decoder with elu. */
function residual(): Model {
  const x = tf.input({ shape: [28, 28, 1] });
  const convolved = () => conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "elu" });
  const a = through(x, conv2d({ filters: 4, kernelSize: 5, strides: [2, 2], padding: "same" }));
  const b = add().apply([through(a, convolved(), convolved()), a]) as tf.SymbolicTensor;
  const h = through(b, tf.layers.averagePooling2d({ poolSize: 2 }), flatten());
  const [mean, logVar] = [0, 1].map(() => through(h, dense({ units: 3 })));
  const encoder = tf.model({ inputs: x, outputs: [mean, logVar] });

  const z = tf.input({ shape: [3] });
  const start = through(
    z,
    dense({ units: 98, activation: "tanh" }),
    reshape({ targetShape: [7, 7, 2] }),
  );
  const two = [1, 3].map((kernelSize) =>
    through(start, conv2d({ filters: 3, kernelSize, padding: "same", activation: "swish" }))
  );
  const logits = through(
    concatenate().apply(two) as tf.SymbolicTensor,
    upSampling2d({ size: [2, 2] }),
    conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, padding: "same", useBias: false }),
    tf.layers.leakyReLU(),
    conv2d({ filters: 1, kernelSize: 3, padding: "same" }),
  );
  return createVae({
    encoder,
    decoder: tf.model({ inputs: z, outputs: logits }),
    name: "residual",
  });
}

const training = { learningRate: 3e-3, batchSize: 16, epochs: 2 };

async function records(model: Model, options = {}): Promise<EpochRecord[]> {
  const all: EpochRecord[] = [];
  for await (const record of train(model, smallData, { ...training, ...options })) all.push(record);
  return all;
}

const losses = (records: EpochRecord[]) => records.map(({ train, test }) => ({ train, test }));

Deno.test("a network typed layer by layer gives the preset's numbers, to the bit", async () => {
  const options = { ...training, epochs: 1 };
  for (const workers of [1, 2]) {
    const own = await records(typedVae(), { ...options, workers });
    const tutorial = await records(preset("conv-vae").build(), { ...options, workers });
    assert.deepEqual(losses(own), losses(tutorial), `${workers} workers`);
  }
});

Deno.test("a residual network with two outputs trains the same on one and two workers", async () => {
  const runs = await Promise.all([1, 2].map(async (workers) => {
    const model = residual();
    return { records: await records(model, { workers }), weights: await weightsOf(model) };
  }));
  const [one, two] = runs;
  assert.ok(one.records[2].test.loss < 0.8 * one.records[0].test.loss, "it learns");
  for (const epoch of [0, 1, 2]) {
    const [a, b] = [one, two].map(({ records }) => records[epoch].test.loss);
    assert.ok(Math.abs(a - b) < 1e-3 * a, `epoch ${epoch}: ${a} and ${b}`);
  }
  assert.ok(maxDifference(one.weights, two.weights) < 0.02);
  const again = await records(residual(), { workers: 1 });
  assert.deepEqual(losses(again), losses(one.records), "one seed decides everything");
});

Deno.test("an own network's run is stopped, resumed, found and loaded like a tutorial's", async () => {
  const data = await Deno.makeTempDir();
  try {
    const recipe: Recipe = { build: residual, training };
    const folder = runFolder(recipe, longData, `${data}/runs`);
    const options = { ...training, folder, workers: 2 };
    const stopIn = ({ phase, epoch }: { phase: string; epoch: number }) => {
      if (phase === "training" && epoch === 1) requestStop();
    };
    for await (const _ of train(residual(), longData, { ...options, progress: stopIn }));
    assert.equal(await findRun(recipe, longData, { data }), null, "no epoch of it is done");
    const resumed = residual();
    for await (const _ of train(resumed, longData, options));
    const whole = residual();
    for await (const _ of train(whole, longData, { ...training, workers: 2 }));
    assert.equal(maxDifference(await weightsOf(resumed), await weightsOf(whole)), 0);

    const found = (await findModel(recipe, longData, { data }))!;
    assert.equal(maxDifference(await weightsOf(found.model), await weightsOf(whole)), 0);
    assert.deepEqual(found.model.config, whole.config);
    const { model } = await loadRun(folder);
    const x = tf.ones([2, 28, 28, 1]) as tf.Tensor4D;
    const [a, b] = await Promise.all([model, whole].map((m) => m.reconstruct(x).data()));
    assert.equal(maxDifference(a, b), 0);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("trainingPlan() names the layers of an own network that have no fast kernel", async () => {
  const data = await Deno.makeTempDir();
  const plan = await trainingPlan([{ build: residual, training }], smallData, { data });
  assert.match(plan.lines[0], /^residual, latentDim 3, .*; without a fast kernel: .*add_/);
  await Deno.remove(data, { recursive: true });
});

Deno.test("an autoencoder of own networks learns by its squared error", async () => {
  const encoder = tf.sequential({
    layers: [flatten({ inputShape: [28, 28, 1] }), dense({ units: 6 })],
  });
  const decoder = tf.sequential({
    layers: [dense({ inputShape: [6], units: 784 }), reshape({ targetShape: [28, 28, 1] })],
  });
  const model = createAutoencoder({ encoder, decoder });
  const [untrained, ...trained] = await records(model, { learningRate: 1e-2, epochs: 3 });
  assert.ok(trained.at(-1)!.test.loss < 0.5 * untrained.test.loss);
  assert.equal(untrained.test.kl, 0);
});

Deno.test("exportLayers() takes a typed network, and refuses a layer that the page lacks by its name", async () => {
  const model = typedVae();
  assert.equal((await exportLayers(model.decoder)).length > 0, true);
  await assert.rejects(
    exportLayers(residual().encoder),
    /exportLayers: expected one layer after "conv2d_/,
  );
});
