/**
 * A run as one file: the folder that `loadRun` reads, zipped, so that any unzip program makes that folder of
 * it. Record, networks, weights and checksums; what is needed to go on training stays in the folder.
 */
import { aFile, aModel, aRun, requireArguments } from "../kinds.ts";
import { strFromU8, unzipSync, zipSync } from "fflate";
import {
  checksumFile,
  DamagedError,
  type Files,
  listChecksums,
  parseChecksums,
  undamaged,
} from "../checksums.ts";
import { Model } from "../models/model.ts";
import { modelFiles, networksOf, setWeights } from "../models/model_files.ts";
import { parseFile, type RunRecord, runSchema } from "./records.ts";

/** What a run's file holds. */
export interface RunContents {
  model: Model;
  run: RunRecord;
  /** Every file in it by its name, checked. */
  files: Files;
}

/** Zip keeps a time for each file, none before 1980; one for all makes equal runs equal files. */
const noTime = new Date(1980, 0, 1);

/**
 * The bytes of a run's file.
 *
 * @param more further files to lie in it
 */
export async function packRun(
  model: Model,
  run: RunRecord,
  more: Files = new Map(),
): Promise<Uint8Array<ArrayBuffer>> {
  const json = new TextEncoder().encode(JSON.stringify(run, null, 1));
  const files = new Map([["run.json", json], ...await modelFiles(model), ...more]);
  files.set(checksumFile, await listChecksums(files));
  // Weights hardly deflate, and a program that reads none but stored files can read this one.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: noTime });
}

/**
 * The model and the record in a run's file. Training the model begins with the weights it has.
 *
 * @param place where the bytes come from, for messages
 * @throws DamagedError where they are no such file, or not as they were written
 * @throws WeightsMismatch where weights and networks do not fit each other
 */
export async function unpackRun(
  bytes: Uint8Array<ArrayBuffer>,
  place: string,
): Promise<RunContents> {
  const files = await readZip(bytes, place);
  const record = files.get("run.json");
  if (!record) throw new DamagedError(`"${place}" is no run: it has no run.json`);
  const run = parseFile(runSchema, strFromU8(record), `${place}/run.json`);
  const model = new Model(run.model, await networksOf(files, place), { keepWeights: false });
  setWeights(model, files, place);
  model.keepWeights();
  return { model, run, files };
}

async function readZip(bytes: Uint8Array<ArrayBuffer>, place: string): Promise<Files> {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (error) {
    throw new DamagedError(`Cannot read "${place}": it is no whole zip file`, { cause: error });
  }
  const list = entries[checksumFile];
  if (!list) throw new DamagedError(`"${place}" is no run: it has no ${checksumFile}`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, checksum] of parseChecksums(strFromU8(list), `${place}/${checksumFile}`)) {
    files.set(name, await undamaged(entries[name]?.slice(), checksum, `${place}/${name}`));
  }
  return files;
}

/** Writes a run's file, as to open it in the page that trains. */
export async function saveRunFile(path: string, model: Model, run: RunRecord): Promise<void> {
  requireArguments("saveRunFile", {
    path: [aFile, path],
    model: [aModel, model],
    run: [aRun, run],
  });
  await Deno.writeFile(path, await packRun(model, run));
}

/** Reads a run's file; throws as `unpackRun` does, and Deno.errors.NotFound where there is none. */
export async function loadRunFile(path: string): Promise<RunContents> {
  requireArguments("loadRunFile", { path: [aFile, path] });
  return await unpackRun(await Deno.readFile(path), path);
}
