/** A thread's part of a step, played: to the bit what the step gives as it stands. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { copyInto } from "../../lib/compute/transfer.ts";
import type { PresetChanges } from "../../lib/models/presets.ts";
import { batchGradient, termWeights, trainingBatch } from "../../lib/training/step.ts";
import { Stepper } from "../../lib/training/stepper.ts";
import { eachEngine } from "../each_engine.ts";
import { smallData, smallRecipe } from "./small_run.ts";

const grey = { treatment: "grey" } as const;
const recipes: Record<string, PresetChanges> = {
  "thresholded": {},
  "denoising": { inputNoise: 0.3, kl: "analytic" },
  "continuous Bernoulli": { ...grey, likelihood: "continuous-bernoulli" },
  "learned sigma": { ...grey, likelihood: "gaussian" },
  "learned scale": { ...grey, likelihood: "discretized-logistic" },
};

for (const [name, changes] of Object.entries(recipes)) {
  await eachEngine(`Stepper.gradients() plays the step to the bit: ${name}`, async () => {
    const { build, training } = smallRecipe(changes);
    const model = build(), stepper = new Stepper(model, training);
    const weights = new Float32Array(new SharedArrayBuffer(4 * stepper.parameterCount));
    await stepper.readWeights(weights);
    const got = new Float32Array(stepper.parameterCount), wanted = got.slice();
    // An epoch's last batch is smaller; beta is under way in a warm-up.
    const sizes = [8, 8, 8, 8, 3, 8, 8, 3, 3, 3, 8];
    for (const [batch, size] of sizes.entries()) {
      const indices = Uint32Array.from({ length: 2 * size }, (_, i) => (7 * i + batch) % 100);
      const planned = { indices, epoch: 2, batch, klWeight: 0.1 * batch, step: batch + 1 };
      const part = { from: size, to: 2 * size };
      // Another place for each batch.
      weights.forEach((value, i) => weights[i] = value * 0.9 + 0.01);
      stepper.follow(weights);
      const sums = stepper.gradients(smallData.train, planned, part, got.fill(NaN));
      stepper.toModel();
      const plain = tf.tidy(() => {
        const tensors = trainingBatch(model, training, smallData.train, planned, part);
        const step = batchGradient(model, training, tensors, termWeights(planned));
        let offset = 0;
        for (const gradient of step.gradients) {
          copyInto(gradient, wanted, offset);
          offset += gradient.size;
        }
        return [...step.sums.dataSync()];
      });
      assert.deepEqual([sums.reconstruction, sums.kl, sums.count], [...plain, size], `${batch}`);
      assert.deepEqual(got, wanted, `gradient of batch ${batch}`);
    }
    assert.deepEqual([8, 3].map((size) => stepper.played(size)), [true, true]);
    stepper.dispose();
    model.dispose();
  }, ["onednn", "portable"]);
}

await eachEngine(
  "Stepper.follow(): the weights count, whether the variables lag behind or not",
  async (engine) => {
    const { build, training } = smallRecipe();
    const model = build(), stepper = new Stepper(model, training);
    const weights = new Float32Array(stepper.parameterCount);
    await stepper.readWeights(weights);
    const planned = { indices: Uint32Array.of(0, 1, 2), epoch: 1, batch: 0, klWeight: 1, step: 1 };
    const part = { from: 0, to: 3 }, out = new Float32Array(weights.length);
    const [first] = model.variables();
    const lags: boolean[] = [], sums: number[] = [];
    for (let run = 0; run < 5; run++) {
      weights[0] = run;
      stepper.follow(weights);
      sums.push(stepper.gradients(smallData.train, planned, part, out).reconstruction);
      lags.push(first.dataSync()[0] !== run);
    }
    assert.equal(new Set(sums).size, 5, "each weight has its own loss");
    assert.deepEqual(lags, [false, false, false, engine === "onednn", engine === "onednn"]);
    stepper.toModel();
    assert.equal(first.dataSync()[0], 4);
    stepper.dispose();
    model.dispose();
  },
  ["onednn", "portable"],
);

await eachEngine("Stepper: nothing is left behind, played or not", () => {
  const before = { data: tf.backend().numDataIds(), tensors: tf.memory().numTensors };
  const { build, training } = smallRecipe();
  const model = build(), stepper = new Stepper(model, training);
  const out = new Float32Array(stepper.parameterCount);
  for (let batch = 0; batch < 6; batch++) {
    const indices = Uint32Array.from({ length: batch === 5 ? 4 : 16 }, (_, i) => i);
    const planned = { indices, epoch: 1, batch, klWeight: 1, step: batch + 1 };
    stepper.gradients(smallData.train, planned, { from: 0, to: indices.length }, out);
  }
  stepper.dispose();
  model.dispose();
  const after = { data: tf.backend().numDataIds(), tensors: tf.memory().numTensors };
  assert.deepEqual(after, before);
}, ["onednn", "portable"]);
