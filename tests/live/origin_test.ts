import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createDataset } from "../../lib/data/dataset.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { modelOf } from "../../lib/live/origin.ts";
import { Session } from "../../lib/live/session.ts";
import { preset, type PresetChanges, type PresetName } from "../../lib/models/presets.ts";
import { packRun } from "../../lib/training/run_file.ts";
import { smallData, weightsOf } from "../training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const images = (side: number) =>
  createImageSet({
    name: "dark",
    pixels: new Uint8Array(4 * side * side),
    labels: new Uint8Array(4),
    shape: [side, side, 1],
  });

/** A model's file, and its weights; the model itself is released. */
async function packed(changes: PresetChanges, side = 28, name: PresetName = "dense-vae") {
  const { build, training } = preset(name, { hiddenUnits: [4], ...changes });
  const model = build();
  const own = createDataset({ train: images(side), test: images(side), source: "dark" });
  const session = await Session.begin(model, training, own);
  const bytes = await packRun(model, session.record());
  const weights = await weightsOf(model);
  model.dispose();
  return { origin: { name: "my.zip", bytes }, weights };
}

Deno.test("modelOf() gives the model of a file, with its training", async () => {
  const { origin, weights } = await packed({ learningRate: 0.5 });
  const { model, training } = await modelOf(origin, smallData);
  assert.deepEqual(await weightsOf(model), weights);
  assert.equal(training.learningRate, 0.5);
  model.dispose();
});

Deno.test("modelOf() refuses what the page cannot show, and leaves no model behind", async () => {
  const cases: [PresetChanges, number, string, PresetName?][] = [
    [{ likelihood: "mse", kind: "ae" }, 28, "with a likelihood in nats, .*, got mse"],
    [{ inputShape: [8, 8, 1] }, 8, "of images of 28×28×1, got 8×8×1"],
    [{}, 28, "that is told no classes, got one that is told one of 10", "conditional-vae"],
  ];
  for (const [changes, side, words, name] of cases) {
    const { origin } = await packed(changes, side, name);
    const before = tf.memory().numTensors;
    await assert.rejects(modelOf(origin, smallData), {
      name: "OptionError",
      message: new RegExp(`^my\\.zip: expected a model ${words}$`),
    });
    assert.equal(tf.memory().numTensors, before);
  }
});
