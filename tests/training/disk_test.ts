/** What a run writes, read back by plain means and compared with what it yielded. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { fingerprintOf } from "../../lib/data/fingerprint.ts";
import { describeNetwork } from "../../lib/models/topology.ts";
import type { Model } from "../../lib/models/model.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import { exists } from "../../lib/files.ts";
import { loadRun, readCheckpoint } from "../../lib/training/checkpoint.ts";
import type { TrainProgress } from "../../lib/training/progress.ts";
import { bestEpoch, type EpochRecord } from "../../lib/training/records.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { assertNear } from "../assert_near.ts";
import { inFolder } from "../in_folder.ts";
import { tinyData, tinyModel } from "./plain_loop.ts";
import { diskFull, onFailingDisk } from "./failing_disk.ts";
import { editCheckpoint } from "./edit_checkpoint.ts";
import { weightsOf } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const settings = { learningRate: 0.02, batchSize: 5, epochs: 2, workers: 1 } as const;

async function run(model: Model, options: TrainOptions): Promise<EpochRecord[]> {
  const records: EpochRecord[] = [];
  for await (const record of train(model, tinyData, options)) records.push(record);
  return records;
}

const readJson = async (file: string) => JSON.parse(await Deno.readTextFile(file));

Deno.test("run.json holds the settings, the networks, the images and every record", () =>
  inFolder(async (folder) => {
    const model = tinyModel("vae", "grey");
    const records = await run(model, { ...settings, folder, beta: 2 });
    assert.deepEqual(await readJson(`${folder}/run.json`), {
      model: model.config,
      networks: {
        encoder: describeNetwork(model.encoder),
        decoder: describeNetwork(model.decoder),
      },
      start: "seed",
      training: trainingSchema.parse({ learningRate: 0.02, batchSize: 5, epochs: 2, beta: 2 }),
      data: {
        source: "greys",
        train: fingerprintOf(tinyData.train),
        test: fingerprintOf(tinyData.test),
      },
      changes: [],
      engine: "portable",
      workers: 1,
      parameters: 6 * 4 + 4 + 2 * 6 + 6,
      history: JSON.parse(JSON.stringify(records)),
    });
  }));

Deno.test("train() records seconds, images a second, the learning rate and the treatment", () =>
  inFolder(async (folder) => {
    const [untrained, ...epochs] = await run(tinyModel("vae", "grey"), {
      ...settings,
      folder,
      dropRemainder: true,
    });
    assert.deepEqual([untrained.seconds, untrained.imagesPerSecond], [0, 0]);
    for (const record of [untrained, ...epochs]) {
      assert.deepEqual([record.learningRate, record.treatment], [0.02, "grey"]);
      assert.ok(record.evaluationSeconds > 0);
    }
    for (const { seconds, imagesPerSecond } of epochs) {
      assert.ok(seconds > 0);
      // 23 images in batches of 5, without the remainder.
      assertNear([imagesPerSecond * seconds], [20], { relative: 1e-9 });
    }
  }));

Deno.test("model/ holds weights, moments and the place where the run goes on", () =>
  inFolder(async (folder) => {
    const model = tinyModel("vae", "grey");
    await run(model, { ...settings, folder });
    const { position, run: record } = await readJson(`${folder}/model/checkpoint.json`);
    assert.deepEqual(record, await readJson(`${folder}/run.json`));
    assert.deepEqual(position, { epoch: 3, batch: 0, step: 10, epochSums: [0, 0, 0], seconds: 0 });
    const floats = async (name: string) =>
      new Float32Array((await Deno.readFile(`${folder}/model/${name}`)).buffer);
    const parts = ["encoder/weights.bin", "decoder/weights.bin"];
    const weights = (await Promise.all(parts.map(floats))).flatMap((part) => [...part]);
    assert.deepEqual(weights, [...await weightsOf(model)]);
    const moments = await floats("optimizer.bin");
    const { m, v } = (await readCheckpoint(folder))!;
    assert.deepEqual([...m, ...v], [...moments]);
    assert.ok(v.every((value) => value >= 0) && m.some((value) => value < 0));
  }));

/** A run's checkpoint as one that was stopped in its second epoch leaves it. */
async function stoppedInSecondEpoch(folder: string, model: Model): Promise<EpochRecord> {
  await run(model, { ...settings, epochs: 1, folder });
  let record: EpochRecord | undefined;
  await editCheckpoint(folder, ({ position, run }) => {
    Object.assign(position, {
      epoch: 2,
      batch: 3,
      step: 8,
      epochSums: [15e6, 15e5, 15],
      seconds: 1000,
    });
    record = run.history[1];
  });
  return record!;
}

Deno.test("train() resumed in an epoch counts what was done of it: sums, images, seconds", () =>
  inFolder(async (folder) => {
    const model = tinyModel("vae", "grey");
    await stoppedInSecondEpoch(folder, model);
    const progress: [number, number, number | undefined][] = [];
    const [record] = await run(model, {
      ...settings,
      folder,
      progress: ({ phase, done, total, loss }) => {
        if (phase === "training") progress.push([done, total, loss]);
      },
    });
    assert.equal(record.epoch, 2);
    // Two batches of 5 and 3 images were left, of some nats each.
    assert.ok(Math.abs(23 * record.train!.reconstruction - 15e6) < 1e3);
    assert.ok(Math.abs(23 * record.train!.kl - 15e5) < 1e3);
    assertNear([record.train!.loss], [record.train!.reconstruction + record.train!.kl], {
      relative: 1e-12,
    });
    assert.ok(record.seconds > 1000);
    assertNear([record.imagesPerSecond], [23 / record.seconds], { relative: 1e-9 });
    const [done, total, loss] = progress.at(-1)!;
    assert.deepEqual([done, total], [23, 23]);
    assertNear([loss!], [record.train!.loss], { relative: 1e-9 });
    const { position } = (await readCheckpoint(folder))!;
    assert.deepEqual(position, { epoch: 3, batch: 0, step: 10, epochSums: [0, 0, 0], seconds: 0 });
  }));

Deno.test("train() clears an earlier run's weights, pictures and codes, and nothing else", () =>
  inFolder(async (folder) => {
    await run(tinyModel("vae", "grey"), { ...settings, epochs: 1, keepBest: true, folder });
    const old = ["images", "codes", "cvae.gif", "prior.gif", "latent.gif"];
    for (const name of old) {
      if (name.endsWith(".gif")) await Deno.writeTextFile(`${folder}/${name}`, "old");
      else {
        await Deno.mkdir(`${folder}/${name}`);
        await Deno.writeTextFile(`${folder}/${name}/0001`, "old");
      }
    }
    await Deno.writeTextFile(`${folder}/notes.txt`, "mine");
    await run(tinyModel("vae", "grey"), { ...settings, epochs: 0, folder, fresh: true });
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(left, [".lock", "model", "notes.txt", "run.json"]);
    assert.equal(await Deno.readTextFile(`${folder}/notes.txt`), "mine");
  }));

Deno.test("train() that goes on keeps the pictures and codes of its earlier epochs", () =>
  inFolder(async (folder) => {
    const model = tinyModel("vae", "grey");
    await run(model, { ...settings, epochs: 1, folder });
    await Deno.mkdir(`${folder}/images`);
    await run(model, { ...settings, folder });
    assert.ok((await Deno.stat(`${folder}/images`)).isDirectory);
  }));

Deno.test("train() goes on in memory where the disk is full, says so, and saves when it can again", () =>
  inFolder(async (folder) => {
    const model = tinyModel("vae", "grey");
    const said: string[] = [];
    const progress = ({ origin = "" }: TrainProgress) => void said.push(origin);
    const training = train(model, tinyData, { ...settings, epochs: 4, folder, progress });
    await training.next();
    await training.next();
    // The second epoch's checkpoint finds no room, after some of its files.
    const { error } = await onFailingDisk(12, diskFull, () => training.next());
    assert.equal(error, null);
    assert.equal((await readCheckpoint(folder))!.position.epoch, 2);
    assert.equal(await exists(`${folder}/model.next`), false);
    await training.next();
    assert.ok(said.some((text) => /nothing is being saved: No space left on device/.test(text)));
    assert.equal((await readCheckpoint(folder))!.position.epoch, 4);
    said.length = 0;
    await training.next();
    const end = await training.next();
    assert.ok(end.done && !/nothing is being saved/.test(end.value.note));
    assert.deepEqual(await weightsOf((await loadRun(folder)).model), await weightsOf(model));
  }));

Deno.test("train() says at once where nothing can be saved, before it trains", () =>
  inFolder(async (folder) => {
    const begin = () => train(tinyModel("vae", "grey"), tinyData, { ...settings, folder }).next();
    // The folder cannot be made, the lock's file not be opened, nor be written.
    for (const failFrom of [0, 1, 2]) {
      const { error } = await onFailingDisk(failFrom, diskFull, begin);
      assert.match(
        `${error}`,
        /^OptionError: train: folder: nothing can be saved in ".+": No space left/,
      );
    }
    const { value } = await begin();
    assert.ok("epoch" in value, "with room it begins");
  }));

Deno.test("train() refuses a folder into which another run trains", () =>
  inFolder(async (folder) => {
    const first = train(tinyModel("vae", "grey"), tinyData, { ...settings, folder });
    await first.next();
    const second = train(tinyModel("vae", "grey"), tinyData, { ...settings, folder });
    await assert.rejects(second.next(), /belongs to a run that goes on in this notebook/);
    await first.return(undefined as never);
    const third = train(tinyModel("vae", "grey"), tinyData, { ...settings, folder });
    const { value } = await third.next();
    assert.ok("epoch" in value && value.epoch === 1, "it goes on where the first one was");
    await third.return(undefined as never);
  }));

for (const [learningRate, wanted] of [[0.3, [1, 7]], [3, [0, 0]]] as const) {
  Deno.test(`train() with keepBest ends with the best epoch's weights, learning rate ${learningRate}`, () =>
    inFolder(async (folder) => {
      const hasty = { ...settings, learningRate, epochs: 8 };
      const model = tinyModel("vae", "grey");
      const records = await run(model, { ...hasty, folder, keepBest: true });
      const { epoch } = bestEpoch(records);
      assert.ok(epoch >= wanted[0] && epoch <= wanted[1], `the best epoch is ${epoch}`);
      const best = tinyModel("vae", "grey");
      await run(best, { ...hasty, epochs: epoch });
      const weights = await weightsOf(best);
      assert.deepEqual(await weightsOf(model), weights);
      assert.deepEqual(await weightsOf((await loadRun(folder)).model), weights);
    }));
}

Deno.test("train() with keepBest has the best epoch's weights where the disk refused them, or no folder is named", () =>
  inFolder(async (folder) => {
    const hasty = { ...settings, learningRate: 0.3, epochs: 8, keepBest: true };
    const alone = tinyModel("vae", "grey");
    const records = await run(alone, hasty);
    const best = bestEpoch(records).epoch;
    assert.ok(best > 0 && best < 8, `the best epoch is ${best}`);
    const model = tinyModel("vae", "grey");
    const training = train(model, tinyData, { ...hasty, folder });
    for (let epoch = 0; epoch < best; epoch++) await training.next();
    const { error } = await onFailingDisk(0, diskFull, () => training.next());
    assert.equal(error, null);
    while (!(await training.next()).done);
    const wanted = tinyModel("vae", "grey");
    await run(wanted, { ...hasty, keepBest: false, epochs: best });
    const weights = await weightsOf(wanted);
    for (const trained of [alone, model, (await loadRun(folder)).model]) {
      assert.deepEqual(await weightsOf(trained), weights);
    }
  }));
