/**
 * The loop for a backend whose numbers can only be read later. Here it has tfjs's `cpu` backend under it, so
 * that it is tested where there is no GPU.
 */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import { RandomStream } from "../../lib/random.ts";
import { planEpoch } from "../../lib/training/epoch_loop.ts";
import { onDevice } from "../../lib/training/gpu_executor.ts";
import { RunMemory } from "../../lib/training/run_memory.ts";
import { assertNear } from "../assert_near.ts";
import { plainRun, tinyData, tinyModel } from "./plain_loop.ts";

const tolerance = { absolute: 2e-4, relative: 2e-4 };
const position = { epoch: 1, batch: 0, step: 0, epochSums: [0, 0, 0], seconds: 0 };

async function jobOf(settings: Record<string, unknown>) {
  await useBackend({ engine: "cpu" });
  const training = trainingSchema.parse({ learningRate: 0.02, epochs: 1, ...settings });
  const model = tinyModel("vae", "threshold");
  const weights = model.variables().flatMap((variable) => [...variable.dataSync()]);
  const memory = RunMemory.allocate({
    workers: 1,
    parameterCount: weights.length,
    images: tinyData.train.count,
    evaluationBatches: 3,
  });
  memory.weights.set(weights);
  memory.order.set(new RandomStream(3, "shuffle", 1).permutation(tinyData.train.count));
  const job = { model, training, ...tinyData, memory };
  return { job, plan: planEpoch(training, position, tinyData.train.count) };
}

for (const optimizer of ["adam", "rmsprop"] as const) {
  Deno.test(`onDevice() takes the plain loop's steps by ${optimizer}, its sums fetched in parts`, async () => {
    // 23 batches, more than are fetched at once.
    const { job, plan } = await jobOf({ optimizer, batchSize: 1 });
    const { memory, model, training } = job;
    const wanted = plainRun(model, training, tinyData);
    const before = tf.memory().numTensors;
    const executor = onDevice(job);
    assert.deepEqual(await executor.epoch(plan), { reason: "complete" });
    assertNear(memory.weights, wanted.w, tolerance, "weights");
    assertNear(memory.m, wanted.m, tolerance, "first moments");
    assertNear(memory.v, wanted.v, { absolute: 1e-6, relative: 1e-3 }, "second moments");
    const { reconstruction, kl } = wanted.records[1].train!;
    assertNear(memory.epochSums, [23 * reconstruction, 23 * kl, 23], tolerance, "sums");
    assert.equal(memory.batchesDone, 23);
    const sums = (await executor.evaluate())!;
    const { test } = wanted.records[1];
    const means = [sums.reconstruction / sums.count, sums.kl / sums.count];
    assertNear(means, [test.reconstruction, test.kl], tolerance, "evaluation");
    assert.equal(tf.memory().numTensors, before, "tensors left behind");
    model.dispose();
  });
}

Deno.test("onDevice() stops after a batch where it is told to, and goes on from there", async () => {
  const { job, plan } = await jobOf({ batchSize: 5 });
  const { memory, model, training } = job;
  const wanted = plainRun(model, training, tinyData);
  const executor = onDevice(job);
  memory.stopRequested = true;
  assert.deepEqual(await executor.epoch(plan), { reason: "stopped" });
  assert.deepEqual([memory.batchesDone, memory.epochSums[2]], [1, 5]);
  memory.stopRequested = false;
  const rest = planEpoch(training, { ...position, batch: 1, step: 1 }, tinyData.train.count);
  assert.deepEqual(await executor.epoch(rest), { reason: "complete" });
  assertNear(memory.weights, wanted.w, tolerance, "weights");
  model.dispose();
});

Deno.test("onDevice() names the batch and the term that is not finite, and keeps the weights before it", async () => {
  const { job, plan } = await jobOf({ batchSize: 5, learningRate: 1e30 });
  const end = await onDevice(job).epoch(plan);
  assert.equal(end.reason, "not finite");
  assert.ok(end.reason === "not finite" && end.batch >= 1 && end.term !== "gradient");
  assert.ok(job.memory.weights.every(Number.isFinite));
  job.model.dispose();
});
