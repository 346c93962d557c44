/**
 * Checkpoints: everything a run needs to go on as if it had never stopped. Noise, shuffling and
 * binarisation are functions of (seed, epoch, batch), so that a position stands for all streams.
 */
import { aFolder, requireArguments } from "../kinds.ts";
import { z } from "zod";
import { exists, writeAtomically } from "../files.ts";
import { Model } from "../models/model.ts";
import { modelFiles, networksOf, setWeights } from "../models/model_files.ts";
import { readModel } from "../models/save.ts";
import { type Files } from "../checksums.ts";
import { isWhole, readPart } from "../whole_folder.ts";
import {
  type Generation,
  hasGeneration,
  newestGeneration,
  putGeneration,
  readNewestPart,
} from "./generations.ts";
import { parseFile, type RunRecord, runSchema } from "./records.ts";

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

/** A checkpoint as it is read back. */
export interface Checkpoint {
  position: Position;
  run: RunRecord;
  /** Adam's or RMSprop's moments, each as long as the parameters. */
  m: Float32Array;
  v: Float32Array;
}

/** A checkpoint and the weights that lie with it. */
export interface SavedCheckpoint extends Checkpoint, Generation {
  /** The weights of the best epoch, where it has them. */
  best: Files | null;
}

/**
 * Writes a generation of a run: weights, moments, position, record, and in `best/` the weights of its best epoch.
 * `run.json` is a copy of the record, for people.
 *
 * @param best the best epoch's weights, as `modelFiles` gives them; null where they are not kept
 */
export async function saveCheckpoint(
  folder: string,
  model: Model,
  { position, run, m, v }: Checkpoint,
  best: Files | null = null,
): Promise<void> {
  const files = await modelFiles(model);
  for (const [name, bytes] of best ?? []) files.set(`${bestFolder}${name}`, bytes);
  const moments = new Float32Array(2 * m.length);
  moments.set(m);
  moments.set(v, m.length);
  files.set("optimizer.bin", new Uint8Array(moments.buffer));
  files.set("checkpoint.json", new TextEncoder().encode(JSON.stringify({ position, run })));
  await putGeneration(folder, files);
  await writeAtomically(`${folder}/run.json`, JSON.stringify(run, null, 1));
}

/**
 * The last checkpoint in a folder that is whole; null where there is none.
 *
 * @throws DamagedError where there are only damaged ones
 */
export async function readCheckpoint(folder: string): Promise<SavedCheckpoint | null> {
  const newest = await newestGeneration(folder);
  if (!newest) return null;
  const { position, run } = readCheckpointFile(newest);
  const bytes = newest.files.get("optimizer.bin")!;
  const moments = new Float32Array(bytes.buffer), size = run.parameters;
  const [m, v] = [moments.slice(0, size), moments.slice(size)];
  return { position, run, m, v, best: bestOf(newest.files), ...newest };
}

function readCheckpointFile({ place, files }: Generation) {
  const text = new TextDecoder().decode(files.get("checkpoint.json"));
  return parseFile(checkpointSchema, text, `${place}/checkpoint.json`);
}

/**
 * A finished or interrupted run: its record, and its model with the best weights where it kept them. Record and
 * weights are of the same epoch, also while the run goes on elsewhere.
 *
 * @throws DamagedError naming a file that is not what was written
 */
export async function loadRun(folder: string): Promise<{ model: Model; run: RunRecord }> {
  requireArguments("loadRun", { folder: [aFolder, folder] });
  const newest = await newestGeneration(folder);
  const run = newest ? readCheckpointFile(newest).run : await readRun(folder);
  const place = newest?.place ?? folder;
  const files = newest ? bestOf(newest.files) ?? newest.files : await readModel(folder);
  const model = new Model(run.model, await networksOf(files, place), { keepWeights: false });
  setWeights(model, files, place);
  return { model, run };
}

const bestFolder = "best/";

/** The best epoch's weights, where a generation has them. */
function bestOf(files: Files): Files | null {
  const best = [...files].filter(([name]) => name.startsWith(bestFolder))
    .map(([name, bytes]) => [name.slice(bestFolder.length), bytes] as const);
  return best.length > 0 ? new Map(best) : null;
}

/** Whether `loadRun` would find weights: a record alone is what remains of a curve. */
export async function hasWeights(folder: string): Promise<boolean> {
  return await hasGeneration(folder) || await exists(`${folder}/decoder/model.json`);
}

/**
 * The record of a run: its last checkpoint's, or that of weights and curves that are shipped.
 *
 * @throws Error where `run.json` is missing or is not one
 */
export async function readRun(folder: string): Promise<RunRecord> {
  requireArguments("readRun", { folder: [aFolder, folder] });
  const newest = await readNewestPart(folder, "checkpoint.json");
  if (newest) {
    return parseFile(checkpointSchema, new TextDecoder().decode(newest.bytes), newest.path).run;
  }
  const file = `${folder}/run.json`;
  const bytes = await isWhole(folder)
    ? await readPart(folder, "run.json")
    : await Deno.readFile(file);
  return parseFile(runSchema, new TextDecoder().decode(bytes), file);
}
