/**
 * Folders that are read whole or not at all: a list of checksums lies in each, in the form that
 * `sha256sum --check` reads, so that a flipped bit, a cut file or two states mixed are noticed.
 */
import { join } from "node:path";
import { exists, readIfThere, writeSynced } from "./files.ts";
import { sha256 } from "./hash.ts";

const list = "SHA256SUMS";

/** Files by their names, relative to a folder. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A file that is not what was written. */
export class DamagedError extends Error {
  override name = "DamagedError";
}

/** Writes files into a new folder, the list of their checksums last, and waits until the disk has all. */
export async function writeWhole(folder: string, files: Files): Promise<void> {
  const lines = [];
  for (const [name, bytes] of files) {
    await writeSynced(join(folder, name), bytes);
    lines.push(`${await sha256(bytes)}  ${name}\n`);
  }
  await writeSynced(join(folder, list), new TextEncoder().encode(lines.join("")));
}

/** Whether a folder has a list of checksums, and so was written by `writeWhole` to its end. */
export const isWhole = (folder: string): Promise<boolean> => exists(join(folder, list));

/** The checksum of each file that a folder's list names. @throws DamagedError where it is no such list */
async function readList(folder: string): Promise<Map<string, string>> {
  const path = join(folder, list);
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return new Map(lines.map((line) => {
    const [, checksum, name] = line.match(/^([0-9a-f]{64}) {2}([\w.-]+(?:\/[\w.-]+)*)$/) ?? [];
    if (!name || name.split("/").includes("..")) {
      throw new DamagedError(`Cannot read "${path}": it is no list of checksums`);
    }
    return [name, checksum];
  }));
}

async function readFile(folder: string, name: string, checksum: string | undefined) {
  const path = join(folder, name), bytes = await readIfThere(path);
  if (!bytes || !checksum) throw new DamagedError(`"${path}" is missing`);
  if (await sha256(bytes) !== checksum) {
    throw new DamagedError(`"${path}" is damaged: it is not what was written`);
  }
  return bytes;
}

/**
 * All files of a folder's list.
 *
 * @throws DamagedError naming the first file that is missing or other than it was written
 * @throws Deno.errors.NotFound where the folder has no list
 */
export async function readWhole(folder: string): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, checksum] of await readList(folder)) {
    files.set(name, await readFile(folder, name, checksum));
  }
  return files;
}

/** One file of a folder's list; throws as `readWhole` does. */
export async function readPart(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  return await readFile(folder, name, (await readList(folder)).get(name));
}
