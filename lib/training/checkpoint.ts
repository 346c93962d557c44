/**
 * Checkpoints: everything a run needs to go on as if it had never stopped. Noise, shuffling and
 * binarisation are functions of (seed, epoch, batch), so that a position stands for all streams.
 */
import { z } from "zod";
import { exists, removeIfThere, writeAtomically } from "../files.ts";
import { Model } from "../models/model.ts";
import { loadNetworks, loadWeights, saveModel } from "../models/save.ts";
import { OptionError } from "../options.ts";
import { type RunRecord, runSchema } from "./records.ts";

const positionSchema = z.strictObject({
  /** The epoch under way, from 1; with `batch` 0, none of it is done. */
  epoch: z.int().min(1),
  /** Batches of it that are done. */
  batch: z.int().min(0),
  /** Optimizer steps since the run began. */
  step: z.int().min(0),
  /** [reconstruction, kl, images] sums and seconds of the epoch under way. */
  epochSums: z.array(z.number()).length(3),
  seconds: z.number(),
});
export type Position = z.infer<typeof positionSchema>;

const checkpointSchema = z.strictObject({ position: positionSchema, run: runSchema });

/** A checkpoint as it is read back; weights are in the model it was read into. */
export interface Checkpoint {
  position: Position;
  run: RunRecord;
  /** Adam's or RMSprop's moments, each as long as the parameters. */
  m: Float32Array;
  v: Float32Array;
}

/**
 * Writes `model/` (weights, moments, position) and `run.json`. The folder `model/` is exchanged as a
 * whole: a crash at any moment leaves the last checkpoint or the new one.
 */
export async function saveCheckpoint(
  folder: string,
  model: Model,
  checkpoint: Checkpoint,
): Promise<void> {
  const next = `${folder}/model.next`;
  await removeIfThere(next);
  await saveModel(model, next);
  const moments = new Float32Array(2 * checkpoint.m.length);
  moments.set(checkpoint.m);
  moments.set(checkpoint.v, checkpoint.m.length);
  await Deno.writeFile(`${next}/optimizer.bin`, new Uint8Array(moments.buffer));
  const { position, run } = checkpoint;
  await Deno.writeTextFile(`${next}/checkpoint.json`, JSON.stringify({ position, run }));
  await exchange(next, `${folder}/model`);
  await writeAtomically(`${folder}/run.json`, JSON.stringify(run, null, 1));
}

/** Writes the weights alone into `best/`, the model of the best epoch so far. */
export async function saveBest(folder: string, model: Model): Promise<void> {
  await removeIfThere(`${folder}/best.next`);
  await saveModel(model, `${folder}/best.next`);
  await exchange(`${folder}/best.next`, `${folder}/best`);
}

/**
 * The last checkpoint in a folder; null where there is none.
 *
 * @throws Error where there is one that cannot be read
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint | null> {
  const saved = await newest(`${folder}/model`);
  if (!saved) return null;
  const text = await Deno.readTextFile(`${saved}/checkpoint.json`);
  const { position, run } = parseFile(checkpointSchema, text, `${saved}/checkpoint.json`);
  const bytes = await Deno.readFile(`${saved}/optimizer.bin`);
  if (bytes.length !== 8 * run.parameters) {
    throw new Error(
      `Cannot read "${saved}/optimizer.bin": expected ${8 * run.parameters} bytes for ` +
        `${run.parameters} parameters, got ${bytes.length}`,
    );
  }
  const moments = new Float32Array(bytes.buffer);
  const size = run.parameters;
  return { position, run, m: moments.slice(0, size), v: moments.slice(size) };
}

/**
 * Gives a model the weights of the last checkpoint.
 *
 * @throws WeightsMismatch where the model has other shapes, naming each
 */
export async function loadCheckpointWeights(folder: string, model: Model): Promise<void> {
  await loadWeights(model, (await newest(`${folder}/model`))!);
}

/** A finished or interrupted run: its record, and its model with the best weights where it kept them. */
export async function loadRun(folder: string): Promise<{ model: Model; run: RunRecord }> {
  const run = await readRun(folder);
  const place = await weightsFolder(folder, run);
  const model = new Model(run.model, await loadNetworks(place), { keepWeights: false });
  await loadWeights(model, place);
  return { model, run };
}

/** Whether `loadRun` would find weights: a record alone is what remains of a curve. */
export async function hasWeights(folder: string): Promise<boolean> {
  const run = await readRun(folder);
  return await exists(`${await weightsFolder(folder, run)}/decoder/model.json`);
}

/** Shipped weights stand in the run's own folder. */
async function weightsFolder(folder: string, { training }: RunRecord): Promise<string> {
  const best = training.keepBest ? await newest(`${folder}/best`) : null;
  return best ?? await newest(`${folder}/model`) ?? folder;
}

/** @throws Error where `run.json` is missing or is not one */
export async function readRun(folder: string): Promise<RunRecord> {
  const file = `${folder}/run.json`;
  return parseFile(runSchema, await Deno.readTextFile(file), file);
}

function parseFile<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`Cannot read "${file}": it is no whole JSON file`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`Cannot read "${file}": ${issue.path.join(".")}: ${issue.message}`);
}

/** Gives the model the weights of its best epoch, where there are any. */
export async function loadBest(folder: string, model: Model): Promise<void> {
  const best = await newest(`${folder}/best`);
  if (best) await loadWeights(model, best);
}

/** What a run writes into its folder, and the notebooks beside it. */
const weights = ["model", "model.old", "best", "best.old", "run.json"];
const pictures = ["images", "codes", "cvae.gif", "prior.gif", "latent.gif"];

/**
 * Makes sure that a run may be written into a folder: it is not there yet, or has nothing by the names that
 * a run writes, or holds an earlier run.
 *
 * @throws OptionError where it holds something else by those names, which a run would replace
 */
export async function requireRunFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch(() => null);
  if (!info) return;
  if (!info.isDirectory) {
    throw new OptionError(`train: folder: expected a folder, but "${folder}" is a file`);
  }
  if (await newest(`${folder}/model`) && await exists(`${folder}/run.json`)) return;
  if (await readRun(folder).then(() => true, () => false)) return;
  for (const name of [...weights, ...pictures]) {
    if (!await exists(`${folder}/${name}`)) continue;
    // A first checkpoint that was cut short leaves `model/` with a position and no record yet.
    if (name === "model" && await exists(`${folder}/model/checkpoint.json`)) continue;
    throw new OptionError(
      `train: folder: expected a new folder or that of an earlier run, but "${folder}" holds ` +
        `"${name}", which no run of this project wrote; name another folder`,
    );
  }
}

/** Removes an earlier run's best weights, pictures and codes; the new one's are still to come. */
export async function clearPictures(folder: string): Promise<void> {
  for (const name of ["best", "best.old", ...pictures]) await removeIfThere(`${folder}/${name}`);
}

/** Puts a complete folder in another's place; between the two renames `newest` finds the old one. */
async function exchange(next: string, place: string): Promise<void> {
  const old = `${place}.old`;
  if (await exists(place)) {
    await removeIfThere(old);
    await Deno.rename(place, old);
  }
  await Deno.rename(next, place);
  await removeIfThere(old);
}

async function newest(place: string): Promise<string | null> {
  for (const path of [place, `${place}.old`]) if (await exists(path)) return path;
  return null;
}
