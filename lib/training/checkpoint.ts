/**
 * Checkpoints: everything a run needs to go on as if it had never stopped. Noise, shuffling and
 * binarisation are functions of (seed, epoch, batch), so that a position stands for all streams.
 */
import { z } from "zod";
import { loadWeights, saveModel } from "../models/save.ts";
import { createModel, type Model } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { dataFolder } from "../project.ts";
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

/** The folder of a run: `data/runs/<preset>-z<latentDim>-seed<seed>`, or one like it elsewhere. */
export function runFolder(config: ModelConfig, base = `${dataFolder}/runs`): string {
  return `${base}/${config.preset}-z${config.latentDim}-seed${config.seed}`;
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
  await removeFolder(next);
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
  await removeFolder(`${folder}/best.next`);
  await saveModel(model, `${folder}/best.next`);
  await exchange(`${folder}/best.next`, `${folder}/best`);
}

/**
 * Reads the last checkpoint and gives the model its weights.
 *
 * @throws Error where there is none, or it cannot be read
 * @throws WeightsMismatch where the model has other shapes, naming each
 */
export async function loadCheckpoint(folder: string, model: Model): Promise<Checkpoint> {
  const saved = await newest(`${folder}/model`);
  if (!saved) throw new Error(`Cannot resume: there is no checkpoint in "${folder}"`);
  const { position, run } = checkpointSchema.parse(
    JSON.parse(await Deno.readTextFile(`${saved}/checkpoint.json`)),
  );
  await loadWeights(model, saved);
  const bytes = await Deno.readFile(`${saved}/optimizer.bin`);
  const moments = new Float32Array(bytes.buffer);
  const size = moments.length / 2;
  return { position, run, m: moments.slice(0, size), v: moments.slice(size) };
}

/** A finished or interrupted run: its record, and its model with the best weights where it kept them. */
export async function loadRun(folder: string): Promise<{ model: Model; run: RunRecord }> {
  const run = await readRun(folder);
  const model = createModel(run.config);
  await loadWeights(model, await weightsFolder(folder, run));
  return { model, run };
}

/** Whether `loadRun` would find weights: a record alone is what remains of a curve. */
export async function hasWeights(folder: string): Promise<boolean> {
  const run = await readRun(folder);
  return await exists(`${await weightsFolder(folder, run)}/decoder/model.json`);
}

/** Shipped weights stand in the run's own folder. */
async function weightsFolder(folder: string, { config }: RunRecord): Promise<string> {
  const best = config.keepBest ? await newest(`${folder}/best`) : null;
  return best ?? await newest(`${folder}/model`) ?? folder;
}

/** @throws Error where `run.json` is missing or is not one */
export async function readRun(folder: string): Promise<RunRecord> {
  const text = await Deno.readTextFile(`${folder}/run.json`);
  const parsed = runSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`Cannot read "${folder}/run.json": ${issue.path.join(".")}: ${issue.message}`);
}

/** Gives the model the weights of its best epoch, where there are any. */
export async function loadBest(folder: string, model: Model): Promise<void> {
  const best = await newest(`${folder}/best`);
  if (best) await loadWeights(model, best);
}

/** Removes what an earlier run left in a folder, pictures and all. */
export async function clearRun(folder: string): Promise<void> {
  const weights = ["model", "model.old", "best", "best.old", "run.json"];
  const pictures = ["images", "codes", "cvae.gif", "prior.gif", "latent.gif"];
  for (const name of [...weights, ...pictures]) {
    await removeFolder(`${folder}/${name}`);
  }
}

async function removeFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Puts a complete folder in another's place; between the two renames `newest` finds the old one. */
async function exchange(next: string, place: string): Promise<void> {
  const old = `${place}.old`;
  if (await exists(place)) {
    await removeFolder(old);
    await Deno.rename(place, old);
  }
  await Deno.rename(next, place);
  await removeFolder(old);
}

async function newest(place: string): Promise<string | null> {
  for (const path of [place, `${place}.old`]) if (await exists(path)) return path;
  return null;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function writeAtomically(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.next`, text);
  await Deno.rename(`${path}.next`, path);
}
