import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { preset } from "../../lib/models/presets.ts";
import { findOrTrain, trainingPlan } from "../../lib/training/find_or_train.ts";
import { maxDifference, smallChanges, smallData, weightsOf } from "./small_run.ts";

const config = preset("conv-vae", { ...smallChanges, epochs: 1 });

async function inFolder(body: (data: string) => Promise<void>) {
  await useBackend({ engine: "portable", threads: 1 });
  const data = await Deno.makeTempDir();
  try {
    await body(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("findOrTrain() trains where nothing fits, and finds its run later", () =>
  inFolder(async (data) => {
    let reports = 0;
    const first = await findOrTrain(config, smallData, { data, progress: () => reports++ });
    assert.equal(first.origin, "trained");
    assert.equal(first.run.history.length, 2);
    assert.match(first.note, /^Weights: trained just now \(conv-vae, latentDim 2, 100 synthetic/);
    const seen = reports;
    assert.ok(seen > 0);

    const second = await findOrTrain(config, smallData, { data, progress: () => reports++ });
    assert.equal(second.origin, "run");
    assert.equal(reports, seen);
    assert.equal(maxDifference(await weightsOf(first.model), await weightsOf(second.model)), 0);
    first.model.dispose();
    second.model.dispose();
  }));

Deno.test("trainingPlan() names what findOrTrain would train, and for how long", () =>
  inFolder(async (data) => {
    const larger = { ...config, latentDim: 3, patience: 2 };
    const both = await trainingPlan([config, larger], smallData, { data, trainCount: 64 });
    const reason = "will be trained because no weights are there";
    const words = `${reason}: 1 epoch on 64 synthetic digits, `;
    assert.ok(both.lines[0].startsWith(`conv-vae, latentDim 2, ${words}`), both.lines[0]);
    assert.match(both.lines[1], /latentDim 3, .*: at most 1 epoch on .*, at most \d+ s here\.$/);
    assert.ok(both.minutes > 0 && both.minutes < 1 && both.imagesPerSecond! > 0);

    (await findOrTrain(config, smallData, { data })).model.dispose();
    const one = await trainingPlan([config], smallData, { data });
    assert.deepEqual(one, { minutes: 0, lines: [] });
    const again = await trainingPlan([config], smallData, { data, retrain: true });
    assert.match(again.lines[0], /will be trained as asked for/);
  }));

Deno.test("findOrTrain() trains again as asked for, with fewer images and more epochs", () =>
  inFolder(async (data) => {
    (await findOrTrain(config, smallData, { data })).model.dispose();
    const options = { data, retrain: true, epochs: 2, trainCount: 50, testCount: 10 };
    const { model, run, origin } = await findOrTrain(config, smallData, options);
    assert.equal(origin, "trained");
    assert.deepEqual(run.data, { source: "synthetic", trainCount: 50, testCount: 10 });
    assert.equal(run.history.at(-1)!.epoch, 2);
    model.dispose();
  }));

Deno.test("findOrTrain() leaves nothing behind of a run that is not kept", () =>
  inFolder(async (data) => {
    const { model, folder } = await findOrTrain(config, smallData, { data, keep: false });
    assert.deepEqual([...Deno.readDirSync(data)], []);
    assert.throws(() => Deno.statSync(folder), Deno.errors.NotFound);
    model.dispose();
  }));
