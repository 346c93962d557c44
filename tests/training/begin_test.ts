/** Where a run begins: what is resumed, what begins anew, what is refused. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { take } from "../../lib/data/image_set.ts";
import { differences, identityOf } from "../../lib/models/identity.ts";
import type { Model } from "../../lib/models/model.ts";
import { OptionError } from "../../lib/options.ts";
import { readRun } from "../../lib/training/checkpoint.ts";
import type { TrainEnd, TrainProgress } from "../../lib/training/progress.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { requestStop } from "../../lib/stop.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { inFolder } from "../in_folder.ts";
import { longData, smallData, smallModel, smallTraining } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 2 });

const settings = { ...smallTraining, epochs: 2, workers: 1 };

async function run(model: Model, options: TrainOptions, dataset: Dataset = smallData) {
  const records: EpochRecord[] = [];
  const origins = new Set<string | undefined>();
  const loop = train(model, dataset, {
    ...options,
    progress: (progress: TrainProgress) => {
      origins.add(progress.origin);
      options.progress?.(progress);
    },
  });
  for (;;) {
    const step = await loop.next();
    if (step.done) return { records, origins: [...origins], end: step.value as TrainEnd };
    records.push(step.value);
  }
}

const losses = (records: EpochRecord[]) =>
  records.map(({ epoch, train, test }) => ({ epoch, train, test }));

/** Ends a run in the middle of an epoch. */
const stopIn = (epoch: number) => (progress: TrainProgress) => {
  if (progress.phase === "training" && progress.epoch === epoch) requestStop();
};

Deno.test("differences() names initial weights that are others than the seed's", () => {
  const own = identityOf(smallModel(), smallTraining, smallData);
  const given = smallModel();
  given.variables()[0].assign(tf.ones(given.variables()[0].shape));
  given.keepWeights();
  const [difference, ...others] = differences(own, identityOf(given, smallTraining, smallData));
  assert.deepEqual([difference.field, others], ["initial weights", []]);
  assert.match(difference.words, /^initial weights seed \(asked for: weights [0-9a-f]{16}\)$/);
  given.initialize();
  assert.equal(given.variables()[0].dataSync()[0], 1, "that is where it begins");
});

Deno.test("train() called twice does the same twice: it begins from the seed", async () => {
  const model = smallModel();
  const first = await run(model, settings);
  const second = await run(model, settings);
  assert.deepEqual(losses(second.records), losses(first.records));
  assert.ok(second.records[0].test.loss > 500, "epoch 0 is an untrained model");
});

Deno.test("train() called twice with a folder replaces the run by the same one", () =>
  inFolder(async (folder) => {
    const model = smallModel();
    const first = await run(model, { ...settings, folder });
    const again = await run(model, { ...settings, folder });
    assert.deepEqual(losses(again.records), losses(first.records));
    assert.equal((await readRun(folder)).history.length, 3);
  }));

Deno.test("train() goes on by itself with the same run, unfinished, and says where", () =>
  inFolder(async (folder) => {
    const whole = await run(smallModel(), settings, longData);
    const stopped = await run(smallModel(), { ...settings, folder, progress: stopIn(2) }, longData);
    assert.equal(stopped.end.reason, "stopped");
    const model = smallModel();
    const rest = await run(model, { ...settings, folder }, longData);
    assert.match(rest.origins[0]!, /^goes on (in epoch 2 at \d+ %|with epoch 2)$/);
    assert.deepEqual(losses([...stopped.records, ...rest.records]), losses(whole.records));
  }));

Deno.test("train() goes on where more epochs are asked for than a finished run has", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, folder });
    const { records, origins } = await run(smallModel(), { ...settings, epochs: 3, folder });
    assert.deepEqual(records.map(({ epoch }) => epoch), [3]);
    assert.deepEqual(origins, ["goes on with epoch 3"]);
    const whole = await run(smallModel(), { ...settings, epochs: 3 });
    assert.deepEqual(losses(records), losses(whole.records.slice(3)));
  }));

Deno.test("train() with fresh begins anew, and keeps the old run until the new one has a checkpoint", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, folder });
    const before = await readRun(folder);
    await Deno.mkdir(`${folder}/images`);
    let during: unknown;
    const progress = ({ phase, epoch }: TrainProgress) => {
      const file = Deno.readTextFileSync(`${folder}/run.json`);
      if (phase === "evaluation" && epoch === 0) during = JSON.parse(file);
    };
    const options = { ...settings, folder, fresh: true, progress };
    const { records } = await run(smallModel(), options);
    assert.deepEqual(during, JSON.parse(JSON.stringify(before)), "kept until the first checkpoint");
    assert.deepEqual(records.map(({ epoch }) => epoch), [0, 1, 2]);
    assert.throws(() => Deno.statSync(`${folder}/images`), "the old run's pictures are gone");
  }));

Deno.test("train() of another run in the same folder begins anew", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, folder, progress: stopIn(1) }, longData);
    const { records } = await run(smallModel(), { ...settings, beta: 4, folder }, longData);
    assert.deepEqual(records.map(({ epoch }) => epoch), [0, 1, 2]);
    assert.equal((await readRun(folder)).training.beta, 4);
  }));

Deno.test("train() with resume begins anew where no checkpoint is yet, and says so", () =>
  inFolder(async (folder) => {
    const { records, origins } = await run(smallModel(), { ...settings, folder, resume: true });
    assert.equal(records.length, 3);
    assert.deepEqual(origins, ["no checkpoint was there yet: begins anew"]);
  }));

Deno.test("train() with resume keeps what is not named and records what is changed", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, beta: 2, folder });
    const { records } = await run(smallModel(), {
      folder,
      resume: true,
      epochs: 3,
      learningRate: 1e-3,
    });
    assert.deepEqual(records.map(({ epoch, learningRate }) => [epoch, learningRate]), [[3, 1e-3]]);
    const saved = await readRun(folder);
    assert.equal(saved.training.beta, 2);
    const slower = { epoch: 3, change: "learningRate 0.003 → 0.001" };
    assert.deepEqual(saved.changes, [slower]);
    await run(smallModel(), { folder, resume: true, epochs: 4, beta: 1 });
    const lighter = { epoch: 4, change: "beta 2 → 1" };
    assert.deepEqual((await readRun(folder)).changes, [slower, lighter]);
  }));

Deno.test("train() with resume refuses what would be another run, by name", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, folder });
    const refused = async (
      words: RegExp,
      changes: TrainOptions = {},
      model = smallModel(),
      dataset: Dataset = smallData,
    ) =>
      await assert.rejects(
        run(model, { ...settings, ...changes, folder, resume: true }, dataset),
        (error: Error) => {
          assert.ok(error instanceof OptionError, error.message);
          assert.match(error.message, words);
          return true;
        },
      );
    await refused(/batchSize 16 \(asked for: 8\)/, { batchSize: 8 });
    await refused(/optimizer adam \(asked for: rmsprop\)/, { optimizer: "rmsprop" });
    await refused(/inputNoise 0 \(asked for: 0.5\)/, { inputNoise: 0.5 });
    await refused(/klWarmupEpochs 0 \(asked for: 2\)/, { klWarmupEpochs: 2 });
    await refused(/keepBest false \(asked for: true\)/, { keepBest: true });
    await refused(/seed 1 \(asked for: 99\)/, {}, smallModel({ seed: 99 }));
    await refused(/treatment threshold \(asked for: grey\)/, {}, smallModel({ treatment: "grey" }));
    await refused(
      /encoder, layer 2: Conv2D .*filters 6.*filters 8/,
      {},
      smallModel({ filters: [4, 8] }),
    );
    await refused(/trainCount 100 \(asked for: 50\)/, { trainCount: 50 });
    const { train: set } = smallData;
    const inverted = { ...set, pixels: set.pixels.map((byte) => 255 - byte) };
    await refused(/other train images/, {}, smallModel(), { ...smallData, train: inverted });
    await refused(/source synthetic \(asked for: mnist\)/, {}, smallModel(), {
      ...smallData,
      source: "mnist",
    });
    await refused(/expected one of them to be true, got both/, { fresh: true });
  }));

Deno.test("train() with resume says why early stopping stays, and goes on with more patience", () =>
  inFolder(async (folder) => {
    const hasty = { ...settings, epochs: 40, learningRate: 0.05, patience: 1, folder };
    const first = await run(smallModel(), hasty);
    assert.equal(first.end.reason, "early stopping");
    const still = await run(smallModel(), { folder, resume: true, epochs: 50, workers: 1 });
    assert.equal(still.records.length, 0);
    assert.match(still.end.note, /stopped early: no better .*; a larger `patience` goes on$/);
    const more = await run(smallModel(), { folder, resume: true, patience: 3, workers: 1 });
    assert.ok(more.records.length > 0);
  }));

Deno.test("train() says that nothing is left to do", () =>
  inFolder(async (folder) => {
    await run(smallModel(), { ...settings, folder });
    const { end, records } = await run(smallModel(), { ...settings, folder, resume: true });
    assert.equal(records.length, 0);
    assert.equal(end.note, "nothing left to do; more `epochs` go on");
  }));

Deno.test("train() hears a Stop that comes before its workers have started", async () => {
  for (const workers of [1, 2]) {
    const training = run(smallModel(), { ...settings, epochs: 50, workers });
    requestStop();
    const { end, records } = await training;
    assert.equal(end.reason, "stopped", `${workers} workers`);
    assert.ok(records.length <= 1, "the untrained model's evaluation may be done by then");
  }
});

Deno.test("train() refuses images that are not the model's, before the first step", async () => {
  const size = (count: number, [height, width, channels]: readonly [number, number, number]) => ({
    name: "x",
    labels: null,
    classNames: null,
    pixels: new Uint8Array(count * height * width * channels),
    count,
    height,
    width,
    channels,
  });
  const refused = async (dataset: unknown, words: RegExp, options: TrainOptions = {}) => {
    const before = tf.memory().numTensors;
    const model = smallModel();
    await assert.rejects(run(model, { ...settings, ...options }, dataset as Dataset), words);
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
  };
  for (
    const shape of [[28, 28, 3], [7, 28, 4], [14, 14, 1], [56, 14, 1], [784, 1, 1]] as const
  ) {
    const other = size(4, shape);
    await refused(
      { ...smallData, train: other },
      new RegExp(`expected train images of 28×28×1.*got ${shape.join("×")}`),
    );
    await refused({ ...smallData, test: other }, /expected test images of 28×28×1/);
  }
  await refused({ ...smallData, test: undefined }, /got no test set; `holdOut` splits one off/);
  await refused(
    { ...smallData, train: take(smallData.train, 0) },
    /at least one train image, got 0/,
  );
  await refused({ ...smallData, source: undefined }, /expected a source/);
  const few = { ...smallData, train: take(smallData.train, 10) };
  await refused(few, /batchSize: expected at most 10.*got 16/, { dropRemainder: true });
});
