/** All of `train`, number for number, against a loop without tensors. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { take } from "../../lib/data/image_set.ts";
import type { Model } from "../../lib/models/model.ts";
import { trainingSchema, type TrainingSettings } from "../../lib/models/training_settings.ts";
import { readCheckpoint } from "../../lib/training/checkpoint.ts";
import type { EpochRecord } from "../../lib/training/records.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";
import { type PlainRun, plainRun, tinyData, tinyModel, type Treatment } from "./plain_loop.ts";
import { weightsOf } from "./small_run.ts";

/** Float32 against float64, carried on by a dozen steps that each divide by a gradient's size. */
const tolerance = { absolute: 2e-4, relative: 2e-4 };

function assertSameRun(records: EpochRecord[], weights: Float32Array, wanted: PlainRun): void {
  assert.deepEqual(records.map(({ epoch }) => epoch), wanted.records.map(({ epoch }) => epoch));
  for (const [i, { epoch, train, test }] of wanted.records.entries()) {
    for (const [set, terms] of [["train", train], ["test", test]] as const) {
      const got = records[i][set];
      if (!terms || !got) assert.equal(got, terms);
      else {
        const three = [got.loss, got.reconstruction, got.kl];
        assertNear(three, Object.values(terms), tolerance, `epoch ${epoch}, ${set}`);
      }
    }
  }
  assertNear(weights, wanted.w, tolerance, "weights");
}

async function records(model: Model, options: TrainOptions): Promise<EpochRecord[]> {
  const all: EpochRecord[] = [];
  for await (const record of train(model, tinyData, options)) all.push(record);
  return all;
}

type Case = [
  settings: Partial<TrainingSettings>,
  kind?: "vae" | "ae",
  treatment?: Treatment,
  workers?: number,
];

const usual = { learningRate: 0.03, batchSize: 5, epochs: 3 } as const;
const settingsOf = (settings: Partial<TrainingSettings>) =>
  trainingSchema.parse({ ...usual, ...settings });

const cases: Case[] = [
  [{}],
  [{ optimizer: "rmsprop", kl: "analytic" }],
  [{ kl: "analytic", beta: 4 }, "vae", "grey"],
  [{ klWarmupEpochs: 1.5, beta: 3 }],
  [{ inputNoise: 0.4 }, "vae", "dynamic"],
  [{ inputNoise: 0.4 }, "ae", "grey"],
  [{ optimizer: "rmsprop" }, "ae", "grey"],
  [{ dropRemainder: true }],
  [{ klWarmupEpochs: 1.5 }, "vae", "dynamic", 2],
  [{ inputNoise: 0.4, dropRemainder: true, optimizer: "rmsprop" }, "vae", "grey", 3],
];

const onPortable = () => useBackend({ engine: "portable", threads: 1 });

for (const [settings, kind = "vae", treatment = "threshold", workers = 1] of cases) {
  const what = [kind, treatment, JSON.stringify(settings), `${workers} workers`].join(", ");
  Deno.test(`train() does what the plain loop does: ${what}`, async () => {
    await onPortable();
    const folder = await Deno.makeTempDir();
    const model = tinyModel(kind, treatment);
    const wanted = plainRun(model, settingsOf(settings), tinyData);
    const got = await records(model, { ...usual, ...settings, workers, folder });
    assertSameRun(got, await weightsOf(model), wanted);
    const { m, v, run } = (await readCheckpoint(folder))!;
    assertNear(m, wanted.m, tolerance, "first moments");
    assertNear(v, wanted.v, { absolute: 1e-6, relative: 1e-3 }, "second moments");
    assert.equal(run.workers, workers);
    await Deno.remove(folder, { recursive: true });
  });
}

await eachEngine("train() does what the plain loop does", async () => {
  const settings = { klWarmupEpochs: 1.5, inputNoise: 0.2, dropRemainder: true };
  const model = tinyModel("vae", "dynamic");
  const wanted = plainRun(model, settingsOf(settings), tinyData);
  const got = await records(model, { ...usual, ...settings, workers: 1 });
  assertSameRun(got, await weightsOf(model), wanted);
}, ["onednn", "cpu", "webgpu"]);

Deno.test("train() resumed goes on in the warm-up, the moments and the order where it was", async () => {
  await onPortable();
  const settings = { klWarmupEpochs: 2.5, beta: 2 };
  const folder = await Deno.makeTempDir();
  const model = tinyModel("vae", "threshold");
  const wanted = plainRun(model, settingsOf(settings), tinyData);
  const options = { ...usual, ...settings, folder, workers: 1 };
  const first = await records(tinyModel("vae", "threshold"), { ...options, epochs: 1 });
  const rest = await records(model, options);
  assert.deepEqual([first.length, rest.length], [2, 2]);
  assertSameRun([...first, ...rest], await weightsOf(model), wanted);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("train() on the first images of each set is training on those alone", async () => {
  await onPortable();
  const settings = { trainCount: 12, testCount: 150 };
  const model = tinyModel("vae", "threshold");
  const got = await records(model, { ...usual, ...settings, workers: 1 });
  const fewer = {
    ...tinyData,
    train: take(tinyData.train, 12),
    test: take(tinyData.test, 150),
  };
  const wanted = plainRun(tinyModel("vae", "threshold"), settingsOf({}), fewer);
  assertSameRun(got, await weightsOf(model), wanted);
});
