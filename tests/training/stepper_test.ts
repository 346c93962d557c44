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
  await eachEngine(`Stepper.gradients() plays the step to the bit: ${name}`, () => {
    const { build, training } = smallRecipe(changes);
    const model = build(), stepper = new Stepper(model, training);
    const variables = model.variables();
    const got = new Float32Array(stepper.parameterCount), wanted = got.slice();
    // An epoch's last batch is smaller; beta is under way in a warm-up.
    const sizes = [8, 8, 8, 8, 3, 8, 8, 3, 3, 3, 8];
    for (const [batch, size] of sizes.entries()) {
      const indices = Uint32Array.from({ length: 2 * size }, (_, i) => (7 * i + batch) % 100);
      const planned = { indices, epoch: 2, batch, klWeight: 0.1 * batch, step: batch + 1 };
      const part = { from: size, to: 2 * size };
      const sums = stepper.gradients(smallData.train, planned, part, got);
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
      // Another place for the next batch.
      tf.tidy(() => {
        for (const variable of variables) variable.assign(variable.mul(0.9).add(0.01));
      });
    }
    assert.deepEqual([8, 3].map((size) => stepper.played(size)), [true, true]);
    stepper.dispose();
    model.dispose();
  }, ["onednn", "portable"]);
}

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
