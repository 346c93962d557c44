/**
 * Checkpoints: everything a run needs to go on as if it had never stopped. Noise, shuffling and
 * binarisation are functions of (seed, epoch, batch), so that a position stands for all streams.
 */
import { z } from "zod";
import { exists, removeIfThere, syncFolder, writeAtomically } from "../files.ts";
import { Model } from "../models/model.ts";
import { modelFiles, networksOf, readModel, setWeights } from "../models/save.ts";
import { OptionError } from "../options.ts";
import {
  DamagedError,
  type Files,
  isWhole,
  readPart,
  readWhole,
  writeWhole,
} from "../whole_folder.ts";
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

/** A checkpoint as it is read back. */
export interface Checkpoint {
  position: Position;
  run: RunRecord;
  /** Adam's or RMSprop's moments, each as long as the parameters. */
  m: Float32Array;
  v: Float32Array;
}

/** A checkpoint and the weights that lie with it. */
export interface SavedCheckpoint extends Checkpoint {
  /** Where it lies: `model/`, or `model.old/` where that one is damaged or not there. */
  place: string;
  files: Files;
  /** Why the newer one could not be read; null where this is the newest. */
  damage: string | null;
}

/**
 * Writes one generation of a run into `model/`: weights, moments, position, record, and in `best/` the weights
 * of its best epoch. The one before stays in `model.old/`. Each is written whole, with checksums, and is on the
 * disk before it takes its place, so that a crash at any moment leaves one of the two. `run.json` is a copy of
 * the record, for people.
 *
 * @param best the best epoch's weights: this model's, those of the checkpoint before, or none
 */
export async function saveCheckpoint(
  folder: string,
  model: Model,
  checkpoint: Checkpoint,
  best: "this model" | "as before" | "none" = "none",
): Promise<void> {
  const { position, run, m, v } = checkpoint;
  const files = await modelFiles(model);
  if (best === "this model") {
    for (const [name, bytes] of [...files]) files.set(`best/${name}`, bytes);
  } else if (best === "as before") {
    const before = await newestGeneration(folder).catch(() => null);
    for (const [name, bytes] of before?.files ?? []) {
      if (name.startsWith("best/")) files.set(name, bytes);
    }
  }
  const moments = new Float32Array(2 * m.length);
  moments.set(m);
  moments.set(v, m.length);
  files.set("optimizer.bin", new Uint8Array(moments.buffer));
  files.set("checkpoint.json", new TextEncoder().encode(JSON.stringify({ position, run })));
  await putGeneration(folder, files);
  await writeAtomically(`${folder}/run.json`, JSON.stringify(run, null, 1));
}

/** Between the two renames, and after a crash there, the generation before is the newest. */
async function putGeneration(folder: string, files: Files): Promise<void> {
  const [next, place, old] = ["model.next", "model", "model.old"].map((name) =>
    `${folder}/${name}`
  );
  await removeIfThere(next);
  try {
    await writeWhole(next, files);
  } catch (error) {
    // Half of it would keep a full disk full.
    await removeIfThere(next).catch(() => {});
    throw error;
  }
  if (await exists(place)) {
    await removeIfThere(old);
    await Deno.rename(place, old);
  }
  await Deno.rename(next, place);
  await syncFolder(folder);
}

interface Generation {
  place: string;
  files: Files;
  damage: string | null;
}

/**
 * The newest generation that is whole; null where there is none at all.
 *
 * @throws DamagedError where there are only damaged ones, for the newest
 */
async function newestGeneration(folder: string): Promise<Generation | null> {
  const damage: DamagedError[] = [];
  // A run that trains meanwhile may move one away under the reader: another look finds it.
  for (let look = 0; look < 3; look++) {
    for (const name of ["model", "model.old"]) {
      const place = `${folder}/${name}`;
      try {
        return { place, files: await readWhole(place), damage: damage[0]?.message ?? null };
      } catch (error) {
        if (error instanceof DamagedError) damage.push(error);
        else if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    if (damage.length === 0) break;
  }
  if (damage.length > 0) throw damage[0];
  return null;
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
  const bytes = newest.files.get("optimizer.bin");
  if (bytes?.length !== 8 * run.parameters) {
    throw new DamagedError(
      `"${newest.place}/optimizer.bin" is damaged: expected ${8 * run.parameters} bytes for ` +
        `${run.parameters} parameters, got ${bytes?.length ?? 0}`,
    );
  }
  const moments = new Float32Array(bytes.buffer), size = run.parameters;
  return { position, run, m: moments.slice(0, size), v: moments.slice(size), ...newest };
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
  const newest = await newestGeneration(folder);
  const run = newest ? readCheckpointFile(newest).run : await readRun(folder);
  const place = newest?.place ?? folder;
  const files = newest ? bestOf(newest.files) : await readModel(folder);
  const model = new Model(run.model, await networksOf(files, place), { keepWeights: false });
  setWeights(model, files, place);
  return { model, run };
}

/** The best epoch's weights where a generation has them, else its own. */
function bestOf(files: Files): Files {
  const best = [...files].filter(([name]) => name.startsWith("best/"));
  return best.length > 0 ? new Map(best.map(([name, bytes]) => [name.slice(5), bytes])) : files;
}

/** Whether `loadRun` would find weights: a record alone is what remains of a curve. */
export async function hasWeights(folder: string): Promise<boolean> {
  for (const name of ["model", "model.old"]) if (await isWhole(`${folder}/${name}`)) return true;
  return await exists(`${folder}/decoder/model.json`);
}

/**
 * The record of a run: its last checkpoint's, or that of weights and curves that are shipped.
 *
 * @throws Error where `run.json` is missing or is not one
 */
export async function readRun(folder: string): Promise<RunRecord> {
  for (const name of ["model", "model.old"]) {
    const text = await readPart(`${folder}/${name}`, "checkpoint.json").catch(() => null);
    if (!text) continue;
    const file = `${folder}/${name}/checkpoint.json`;
    return parseFile(checkpointSchema, new TextDecoder().decode(text), file).run;
  }
  const file = `${folder}/run.json`;
  const bytes = await isWhole(folder)
    ? await readPart(folder, "run.json")
    : await Deno.readFile(file);
  return parseFile(runSchema, new TextDecoder().decode(bytes), file);
}

/** Gives the model the weights of its best epoch, where there are any. */
export async function loadBest(folder: string, model: Model): Promise<void> {
  const newest = await newestGeneration(folder);
  if (newest) setWeights(model, bestOf(newest.files), newest.place);
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

/** What a run writes into its folder, and the notebooks beside it. */
const weights = ["model", "model.old", "run.json"];
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
  if (await newestGeneration(folder).catch(() => null)) return;
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

/** Removes an earlier run's weights, pictures and codes; the new one's are still to come. */
export async function clearEarlier(folder: string): Promise<void> {
  for (const name of ["model.old", ...pictures]) await removeIfThere(`${folder}/${name}`);
}
