/** A run's folder holds the old state or the new one, whatever happens to the machine or to its files. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { exists, removeIfThere } from "../../lib/files.ts";
import type { Model } from "../../lib/models/model.ts";
import { modelFiles } from "../../lib/models/model_files.ts";
import { loadWeights, saveModel } from "../../lib/models/save.ts";
import { dataFolder } from "../../lib/project.ts";
import { RandomStream } from "../../lib/random.ts";
import {
  type Checkpoint,
  loadRun,
  readCheckpoint,
  readRun,
  saveCheckpoint,
} from "../../lib/training/checkpoint.ts";
import { hasGeneration } from "../../lib/training/generations.ts";
import { train } from "../../lib/training/train.ts";
import { DamagedError, type Files } from "../../lib/checksums.ts";
import { readWhole } from "../../lib/whole_folder.ts";
import { inFolder } from "../in_folder.ts";
import { crash, onFailingDisk } from "./failing_disk.ts";
import { tinyData, tinyModel } from "./plain_loop.ts";
import { maxDifference, smallModel, weightsOf } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const pretrained = `${dataFolder}/pretrained`;

/** A checkpoint of a tiny run; all its weights and moments can be given one number. */
async function checkpointOf(folder: string) {
  const model = tinyModel("vae", "grey");
  for await (const _ of train(model, tinyData, { folder, epochs: 1, batchSize: 5, workers: 1 }));
  const { position, run, m } = (await readCheckpoint(folder))!;
  /** Writes a generation that is `n` all through: its epoch, its weights, its moments. */
  const save = async (n: number, best: Files | null = null) => {
    setAll(model, n);
    const moments = new Float32Array(m.length).fill(n);
    const checkpoint: Checkpoint = {
      position: { ...position, epoch: n },
      run: { ...run, history: run.history.map((record) => ({ ...record, epoch: n })) },
      m: moments,
      v: moments,
    };
    await saveCheckpoint(folder, model, checkpoint, best);
  };
  return { model, save };
}

function setAll(model: Model, n: number): void {
  for (const part of [model.encoder, model.decoder]) {
    part.setWeights(part.getWeights().map((weight) => weight.onesLike().mul(n)));
  }
}

const allAre = (values: Iterable<number>, n: number) => [...values].every((value) => value === n);

/** The number of the generation that a folder's readers see; fails where two of them are mixed. */
async function generationIn(folder: string): Promise<number> {
  const checkpoint = (await readCheckpoint(folder))!;
  const n = checkpoint.position.epoch;
  assert.ok(allAre([...checkpoint.m, ...checkpoint.v], n), "moments of another generation");
  const { model, run } = await loadRun(folder);
  assert.equal(run.history[0].epoch, n, "a record of another generation");
  assert.ok(allAre(await weightsOf(model), n), "weights of another generation");
  assert.equal((await readRun(folder)).history[0].epoch, n);
  model.dispose();
  return n;
}

Deno.test("saveCheckpoint() leaves the old generation or the new one, wherever the machine stops", () =>
  inFolder(async (folder) => {
    const { save } = await checkpointOf(folder);
    await save(1);
    const whole = await onFailingDisk(Infinity, crash, () => save(2));
    assert.equal(whole.error, null);
    assert.ok(whole.operations > 20, `${whole.operations}`);
    let n = 2, old = 0, made = 0;
    for (let failFrom = 0; failFrom < whole.operations; failFrom++) {
      const { error } = await onFailingDisk(failFrom, crash, () => save(n + 1));
      assert.match(`${error}`, /the machine stopped here/);
      const seen = await generationIn(folder);
      assert.ok(
        seen === n || seen === n + 1,
        `operation ${failFrom}: ${seen}, not ${n} or ${n + 1}`,
      );
      if (seen === n) old++;
      else made++;
      // A later save finds its way through what the crash has left.
      n += 2;
      await save(n);
      assert.equal(await generationIn(folder), n);
    }
    assert.ok(old > 0 && made > 0, `${old} old, ${made} new`);
  }));

Deno.test("readCheckpoint() gives the one before where the newest is damaged, and says why", () =>
  inFolder(async (folder) => {
    const { save } = await checkpointOf(folder);
    await save(1);
    await save(2);
    assert.equal((await readCheckpoint(folder))!.damage, null);
    const file = `${folder}/model/optimizer.bin`;
    await Deno.truncate(file, (await Deno.stat(file)).size - 8);
    const checkpoint = (await readCheckpoint(folder))!;
    assert.equal(checkpoint.position.epoch, 1);
    assert.match(
      checkpoint.damage!,
      /model\/optimizer\.bin" is damaged: it is not what was written$/,
    );
    await Deno.remove(`${folder}/model.old/encoder/weights.bin`);
    await assert.rejects(readCheckpoint(folder), DamagedError);
    for (const name of ["model", "model.old"]) {
      assert.equal(await hasGeneration(folder), true, `${name} is there`);
      await Deno.remove(`${folder}/${name === "model" ? "model.old" : "model"}`, {
        recursive: true,
      });
      assert.equal(await hasGeneration(folder), name === "model");
    }
  }));

/** One change to a file's bytes; null removes the file. */
const damages: Record<string, (bytes: Uint8Array, random: RandomStream) => Uint8Array | null> = {
  "a bit": (bytes, random) => {
    const copy = bytes.slice();
    copy[random.integer(copy.length)] ^= 1 << random.integer(8);
    return copy;
  },
  "eight zeros": (bytes, random) => {
    const start = random.integer(bytes.length);
    return bytes.slice().fill(0, start, start + 8);
  },
  "its end": (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  "all of it": () => new Uint8Array(0),
  "more": (bytes) => Uint8Array.from([...bytes, 7]),
  "nothing left": () => null,
};

Deno.test("no change to a checkpoint's files is read as a model", () =>
  inFolder(async (folder) => {
    const { model, save } = await checkpointOf(folder);
    setAll(model, 3);
    await save(3, await modelFiles(model));
    await Deno.remove(`${folder}/model.old`, { recursive: true });
    const place = `${folder}/model`;
    const names = [...(await readWhole(place)).keys(), "SHA256SUMS"];
    const random = new RandomStream(7, "damage");
    let tried = 0;
    for (const name of names) {
      const bytes = await Deno.readFile(`${place}/${name}`);
      for (const [what, damage] of Object.entries(damages)) {
        const changed = damage(bytes, random);
        if (changed && changed.join() === bytes.join()) continue;
        if (changed) await Deno.writeFile(`${place}/${name}`, changed);
        else await Deno.remove(`${place}/${name}`);
        // Without its list a folder is no checkpoint; else the damage has a name.
        const gone = name === "SHA256SUMS" && what === "nothing left";
        const read = readCheckpoint(folder).then((checkpoint) => checkpoint === null);
        if (gone) assert.equal(await read, true);
        else {
          await assert.rejects(read, (error: Error) => {
            assert.ok(error instanceof DamagedError, `${name}, ${what}: ${error}`);
            assert.match(error.message, /^(Cannot read )?"[^"]+"/);
            return true;
          });
        }
        await Deno.writeFile(`${place}/${name}`, bytes);
        tried++;
      }
    }
    assert.ok(tried > 60, `${tried}`);
    assert.equal(await generationIn(folder), 3);
  }));

Deno.test("readers beside a run that saves see one generation, whole", () =>
  inFolder(async (folder) => {
    const { save } = await checkpointOf(folder);
    await save(1);
    let last = 1, done = false;
    const writing = (async () => {
      for (let n = 2; n <= 40; n++) await save(last = n);
      done = true;
    })();
    const seen = new Set<number>();
    while (!done) {
      const { model, run } = await loadRun(folder);
      const [{ epoch }] = run.history;
      assert.ok(allAre(await weightsOf(model), epoch), "weights of another generation");
      assert.ok(epoch <= last);
      seen.add(epoch);
      model.dispose();
    }
    await writing;
    assert.ok(seen.size > 3, `${seen.size}`);
  }));

Deno.test("saveCheckpoint() keeps the best epoch's weights beside the last one's", () =>
  inFolder(async (folder) => {
    const { model, save } = await checkpointOf(folder);
    setAll(model, 7);
    const best = await modelFiles(model);
    await save(2, best);
    const loaded = async () => [...await weightsOf((await loadRun(folder)).model)];
    assert.ok(allAre(await loaded(), 7));
    const checkpoint = (await readCheckpoint(folder))!;
    assert.deepEqual([...checkpoint.best!.keys()], [...best.keys()]);
    assert.equal(checkpoint.position.epoch, 2);
    await save(3);
    assert.equal((await readCheckpoint(folder))!.best, null);
    assert.ok(allAre(await loaded(), 3));
  }));

Deno.test("loadWeights() gives all of the weights or none", () =>
  inFolder(async (folder) => {
    await saveModel(tinyModel("vae", "grey"), folder);
    const model = tinyModel("vae", "grey");
    setAll(model, 7);
    for (const list of [true, false]) {
      if (!list) await removeIfThere(`${folder}/SHA256SUMS`);
      const file = `${folder}/decoder/weights.bin`;
      await Deno.truncate(file, (await Deno.stat(file)).size - 4);
      await assert.rejects(loadWeights(model, folder), /decoder\/weights\.bin" is damaged/);
      assert.ok(allAre(await weightsOf(model), 7));
    }
  }));

Deno.test("loadWeights() reads what another tool wrote: several files, another order", () =>
  inFolder(async (folder) => {
    const model = smallModel(), other = smallModel({ seed: 2 });
    await saveModel(model, folder);
    await Deno.remove(`${folder}/SHA256SUMS`);
    for (const part of ["encoder", "decoder"]) {
      const file = `${folder}/${part}/model.json`;
      const json = JSON.parse(await Deno.readTextFile(file));
      const [{ weights }] = json.weightsManifest;
      const bytes = await Deno.readFile(`${folder}/${part}/weights.bin`);
      let at = 0;
      const tensors = weights.map((spec: { shape: number[] }) => {
        const size = 4 * spec.shape.reduce((a, b) => a * b);
        return { spec, bytes: bytes.slice(at, at += size) };
      }).reverse();
      json.weightsManifest = tensors.map(({ spec }: { spec: unknown }, i: number) => ({
        paths: [`group${i}-shard1of1`],
        weights: [spec],
      }));
      for (const [i, { bytes }] of tensors.entries()) {
        await Deno.writeFile(`${folder}/${part}/group${i}-shard1of1`, bytes);
      }
      await Deno.remove(`${folder}/${part}/weights.bin`);
      await Deno.writeTextFile(file, JSON.stringify(json));
    }
    await loadWeights(other, folder);
    assert.equal(maxDifference(await weightsOf(other), await weightsOf(model)), 0);
    await Deno.remove(`${folder}/encoder/group0-shard1of1`);
    await assert.rejects(loadWeights(other, folder), /group0-shard1of1" is missing/);
    await Deno.writeTextFile(`${folder}/encoder/model.json`, '{"format": "keras"}');
    await assert.rejects(loadWeights(other, folder), /expected a model of tfjs/);
  }));

Deno.test("data/pretrained/ holds runs whose files are what was shipped", async () => {
  let runs = 0;
  for await (const { name, isDirectory } of Deno.readDir(pretrained)) {
    if (!isDirectory) continue;
    const files = await readWhole(`${pretrained}/${name}`);
    assert.ok(files.has("run.json"), `${name} has a record`);
    for (const part of ["encoder", "decoder"]) {
      const there = await exists(`${pretrained}/${name}/${part}`);
      assert.equal(files.has(`${part}/weights.bin`), there, `${name}/${part} is in the list`);
    }
    runs++;
  }
  assert.ok(runs > 0);
});
