import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createVae } from "../../lib/models/create_model.ts";
import { preset } from "../../lib/models/presets.ts";
import { estimateTraining } from "../../lib/training/estimate.ts";
import { memoryText, trainingMemory } from "../../lib/training/memory.ts";
import { train } from "../../lib/training/train.ts";
import { smallData } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

Deno.test("trainingMemory() counts parameters, moments, gradients and activations", () => {
  const encoder = tf.sequential({
    layers: [flatten({ inputShape: [2, 2, 1] }), dense({ units: 2 })],
  });
  const decoder = tf.sequential({
    layers: [dense({ inputShape: [1], units: 4 }), reshape({ targetShape: [2, 2, 1] })],
  });
  const model = createVae({ encoder, decoder });
  // 10 + 8 parameters; 4 + 4 + 2 and 1 + 4 + 4 numbers for each image.
  const parameters = 18, numbers = 19;
  const of = (batch: number, workers: number) =>
    4 * (parameters * (3 + workers) + 4 * workers * parameters + 3 * batch * numbers) +
    (workers > 1 ? workers + 1 : 1) * 120e6;
  for (const [batch, workers] of [[8, 1], [32, 1], [32, 2]]) {
    assert.equal(trainingMemory(model, batch, workers), of(batch, workers));
  }
  model.dispose();
});

Deno.test("memoryText() is in megabytes, or gigabytes where there are", () => {
  assert.equal(memoryText(123_456_789), "130 MB");
  assert.equal(memoryText(2_140_000_000), "2.1 GB");
});

Deno.test("512 filters, as the tutorial suggests, are built, estimated beforehand, and take steps", async () => {
  const recipe = preset("conv-vae", { filters: [512, 512], batchSize: 4 });
  const few = { trainCount: 8, testCount: 4 };
  const estimate = await estimateTraining(recipe, smallData);
  assert.ok(estimate.secondsPerEpoch > 0 && Number.isFinite(estimate.secondsPerEpoch));
  assert.ok(estimate.memory > 4 * 12 * 5e6, "five million parameters and what training adds");
  const model = recipe.build();
  const losses: number[] = [];
  for await (const { test } of train(model, smallData, { ...recipe.training, ...few, epochs: 1 })) {
    losses.push(test.loss);
  }
  assert.ok(losses[1] < losses[0], `${losses}`);
  model.dispose();
});
