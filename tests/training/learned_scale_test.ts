/** A likelihood's learned scale is a weight like others: trained by whoever computes, saved, resumed, shown. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { differencesApartFromData, identityApartFromData } from "../../lib/models/identity.ts";
import type { Model } from "../../lib/models/model.ts";
import { loadWeights, saveModel } from "../../lib/models/save.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import { maxDifference, smallData, smallModel, smallTraining, weightsOf } from "./small_run.ts";

const greys = (likelihood: "gaussian" | "discretized-logistic" | "continuous-bernoulli") =>
  smallModel({ likelihood });
const short = { ...smallTraining, learningRate: 0.01, epochs: 2, workers: 1 };

async function run(model: Model, options: TrainOptions = {}): Promise<EpochRecord[]> {
  return await Array.fromAsync(train(model, smallData, { ...short, ...options }));
}

for (
  const [likelihood, name, initial] of [
    ["gaussian", "σ", Math.exp(-1)],
    ["discretized-logistic", "scale", Math.exp(-2)],
  ] as const
) {
  await eachEngine(
    `train() learns the ${name} of ${likelihood} and its records show it`,
    async () => {
      const model = greys(likelihood);
      const before = model.parameterCount;
      assert.equal(before, model.encoder.countParams() + model.decoder.countParams() + 1);
      const records = await run(model, { trainCount: 32, testCount: 10 });
      assertNear(records[0].learned![name], [initial], { relative: 1e-6 }, "untrained");
      const last = records.at(-1)!;
      assert.ok(
        Math.abs(Math.log(last.learned![name][0] / initial)) > 0.02,
        `${last.learned![name]}`,
      );
      assert.deepEqual(last.learned![name], await model.scale());
      assert.ok(last.test.loss < records[0].test.loss);
      model.dispose();
    },
  );
}

Deno.test("train() with two workers moves the scale as one does", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const [alone, crew] = [greys("discretized-logistic"), greys("discretized-logistic")];
  await run(alone);
  const records = await run(crew, { workers: 2 });
  assert.deepEqual(records.at(-1)!.learned, { scale: await crew.scale() });
  assert.ok(maxDifference((await alone.scale())!, (await crew.scale())!) < 1e-3);
  assert.notDeepEqual(await crew.scale(), [Math.exp(-2)]);
});

Deno.test("train() resumes with the scale that was saved, to the bit", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  const [whole, halves] = [greys("gaussian"), greys("gaussian")];
  const records = await run(whole, { epochs: 3 });
  await run(halves, { epochs: 2, folder });
  const resumed = await run(greys("gaussian"), { epochs: 3, folder, resume: true });
  assert.deepEqual(resumed.at(-1)!.learned, records.at(-1)!.learned);
  const loaded = await loadRun(folder);
  assert.deepEqual(await weightsOf(loaded.model), await weightsOf(whole));
  assert.deepEqual(loaded.run.history.at(-1)!.learned, records.at(-1)!.learned);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadWeights() brings the scale back, and refuses a model that learns another number of them", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  const model = greys("gaussian");
  model.logScale!.assign(tf.tensor1d([-1.234567]));
  await saveModel(model, folder, { float16: true });
  const other = greys("gaussian");
  await loadWeights(other, folder);
  assert.deepEqual(other.logScale!.dataSync(), Float32Array.of(-1.234567), "not halved");
  await assert.rejects(loadWeights(greys("continuous-bernoulli"), folder), {
    name: "WeightsMismatch",
    message: /likelihood.json: the model has no learned scale, saved is 1 learned scale$/,
  });
  await saveModel(greys("continuous-bernoulli"), folder);
  await assert.rejects(loadWeights(greys("gaussian"), folder), {
    message: /likelihood.json: the model has 1 learned scale, saved is no learned scale$/,
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("two runs of different likelihoods are different runs", () => {
  const [a, b] = [greys("gaussian"), greys("discretized-logistic")]
    .map((model) => identityApartFromData(model, smallTraining));
  assert.deepEqual(differencesApartFromData(a, b).map(({ words }) => words), [
    "likelihood gaussian (asked for: discretized-logistic)",
  ]);
});

Deno.test("initialize() gives the scale its first value again, or the one that was kept", () => {
  const model = greys("gaussian");
  model.logScale!.assign(tf.tensor1d([3]));
  model.initialize();
  assert.deepEqual(model.logScale!.dataSync(), Float32Array.of(-1));
});

Deno.test("a likelihood of greys brings grey pixels, and refuses those that are cut", () => {
  assert.equal(greys("gaussian").config.treatment, "grey");
  assert.throws(() => smallModel({ likelihood: "gaussian", treatment: "threshold" }), {
    name: "OptionError",
    message: 'preset "conv-vae": treatment: expected "grey", which the Gaussian is made for, ' +
      'got "threshold"',
  });
});
