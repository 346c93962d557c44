/**
 * Three steps of every preset against Keras: the same weights, images, order and noise, and Keras's own
 * optimizers, see `tests/golden/`. By the step as it can be read, by a thread's part of it in flat memory,
 * and by `train`.
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import type { EngineName } from "../../lib/compute/engines.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset, type PresetName } from "../../lib/models/presets.ts";
import type { TrainingSettings } from "../../lib/models/training_settings.ts";
import { RandomStream } from "../../lib/random.ts";
import { optimizerStep } from "../../lib/training/optimizer.ts";
import { type PlannedBatch, trainingStep } from "../../lib/training/step.ts";
import { Stepper } from "../../lib/training/stepper.ts";
import { train } from "../../lib/training/train.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import {
  assignWeights,
  type Digest,
  type GoldenPreset,
  goldenPresets,
  imageBytes,
  readGolden,
} from "../golden/formula.ts";

/** tfjs's own `cpu` backend takes half a minute for three convolutional steps. */
const engines: EngineName[] = ["onednn", "portable"];
const batchSize = 3, steps = 3;

/** The preset with the formula's weights, and what Keras makes of it. */
function begin(name: PresetName) {
  const { build, training } = preset(name);
  const model = build();
  assignWeights(model);
  const golden = readGolden<GoldenPreset>(`presets/${name}.json`);
  const start = model.variables().map((variable) => variable.dataSync<"float32">().slice());
  const images = imageBytes(batchSize * steps, model.config.inputShape);
  return { model, training, golden, start, images };
}

/** The run's batches, as Keras had them. */
function batches({ seed }: Model["config"]): PlannedBatch[] {
  const order = new RandomStream(seed, "shuffle", 1).permutation(batchSize * steps);
  return Array.from({ length: steps }, (_, batch) => ({
    indices: order.subarray(batch * batchSize, (batch + 1) * batchSize),
    epoch: 1,
    batch,
    klWeight: 1,
    step: batch + 1,
  }));
}

/**
 * How far weights have moved. Both optimizers divide a gradient by its own size, so that a weight moves by
 * about the learning rate, whatever the gradient, and rounding shows where that is small.
 */
function assertMoved(
  model: Model,
  start: Float32Array[],
  wanted: Digest[],
  { learningRate }: TrainingSettings,
  what: string,
): void {
  for (const [k, variable] of model.variables().entries()) {
    const moved = variable.dataSync<"float32">().map((value, i) => value - start[k][i]);
    const { indexes, values, sumOfSquares, shape } = wanted[k];
    assert.deepEqual(variable.shape, shape);
    const tolerance = { absolute: 0.02 * learningRate, relative: 0.01 };
    assertNear(indexes.map((i) => moved[i]), values, tolerance, `${what}, weight ${k}`);
    const norm = Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0));
    assertNear([norm], [Math.sqrt(sumOfSquares)], { relative: 2e-3 }, `${what}, norm ${k}`);
  }
}

/** Nats, or a squared error, of a batch; after steps whose rounding differs. */
const termTolerance = { absolute: 2e-3, relative: 2e-4 };

for (const name of goldenPresets) {
  await eachEngine(`trainingStep() of ${name} walks Keras's way`, async () => {
    const { model, training, golden, start, images } = begin(name);
    const moments = model.variables().map(({ shape }) => ({
      m: tf.zeros(shape),
      v: tf.zeros(shape),
    }));
    for (const [i, planned] of batches(model.config).entries()) {
      const sums = trainingStep(model, training, images, planned, moments);
      const { reconstruction, kl, moved } = golden.steps[i];
      const means = (await sums.data()).map((sum) => sum / batchSize);
      assertNear(means, [reconstruction, kl], termTolerance, `terms before step ${i + 1}`);
      sums.dispose();
      assertMoved(model, start, moved, training, `after step ${i + 1}`);
    }
    for (const { m, v } of moments) tf.dispose([m, v]);
    model.dispose();
  }, engines);

  await eachEngine(`Stepper and optimizerStep() of ${name} walk Keras's way`, async () => {
    const { model, training, golden, start, images } = begin(name);
    const stepper = new Stepper(model, training), size = stepper.parameterCount;
    const [w, g, m, v] = Array.from({ length: 4 }, () => new Float32Array(size));
    await stepper.readWeights(w);
    for (const [i, planned] of batches(model.config).entries()) {
      const sums = stepper.gradients(images, planned, { from: 0, to: batchSize }, g);
      const { reconstruction, kl, moved } = golden.steps[i];
      const means = [sums.reconstruction / sums.count, sums.kl / sums.count];
      assertNear(means, [reconstruction, kl], termTolerance, `terms before step ${i + 1}`);
      const state = { kind: training.optimizer, m, v, step: planned.step };
      optimizerStep(state, training.learningRate, w, g);
      stepper.follow(w);
      stepper.toModel();
      assertMoved(model, start, moved, training, `after step ${i + 1}`);
    }
    model.dispose();
  }, engines);
}

for (const [name, workers] of [["conv-vae", 2], ["dense-vae", 1], ["conv-ae-2", 2]] as const) {
  Deno.test(`train() of ${name} ends an epoch where Keras does, ${workers} workers`, async () => {
    await useBackend({ engine: "portable", threads: 1 });
    const { model: { encoder, decoder, config }, training, golden, start, images } = begin(name);
    const { kind, likelihood, treatment, seed } = config;
    const own = { encoder, decoder, treatment, seed, keepWeights: true };
    const model = kind === "vae" ? createVae(own) : createAutoencoder({ ...own, likelihood });
    const dataset = { train: images, test: images, source: "formula", note: "" };
    const few = { ...training, keepBest: false, patience: null, batchSize, epochs: 1, workers };
    const [, { train: terms }] = await Array.fromAsync(train(model, dataset, few));
    const mean = (term: "reconstruction" | "kl") =>
      golden.steps.reduce((sum, step) => sum + step[term], 0) / steps;
    const wanted = [mean("reconstruction"), mean("kl")];
    assertNear([terms!.reconstruction, terms!.kl], wanted, termTolerance, "terms");
    assertMoved(model, start, golden.steps[steps - 1].moved, training, "after the epoch");
    model.dispose();
  });
}
