/**
 * Folders that are read whole or not at all: a list of checksums lies in each, so that a flipped bit, a cut
 * file or two states mixed are noticed.
 */
import { join } from "node:path";
import { checksumFile, type Files, listChecksums, parseChecksums, undamaged } from "./checksums.ts";
import { exists, readIfThere, removeIfThere, writeSynced } from "./files.ts";

/** Writes files into a new folder, the list of their checksums last, and waits until the disk has all. */
export async function writeWhole(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of files) await writeSynced(join(folder, name), bytes);
  await writeSynced(join(folder, checksumFile), await listChecksums(files));
}

/**
 * Writes files into a folder of its own name first and puts that in the place of `folder`: for a cache that
 * several processes may write, where each would write the same.
 */
export async function replaceWhole(folder: string, files: Files): Promise<void> {
  const unfinished = `${folder}.${crypto.randomUUID()}.part`;
  try {
    await writeWhole(unfinished, files);
    // A folder is not renamed over a full one: what is there was damaged, or is another process's.
    await removeIfThere(folder);
    await Deno.rename(unfinished, folder);
  } catch (error) {
    await removeIfThere(unfinished).catch(() => {});
    if (!await isWhole(folder).catch(() => false)) throw error;
  }
}

/** Whether a folder has a list of checksums, and so was written by `writeWhole` to its end. */
export const isWhole = (folder: string): Promise<boolean> => exists(join(folder, checksumFile));

async function readList(folder: string): Promise<Map<string, string>> {
  const path = join(folder, checksumFile);
  return parseChecksums(await Deno.readTextFile(path), path);
}

async function readFile(folder: string, name: string, checksum: string | undefined) {
  const path = join(folder, name);
  return await undamaged(await readIfThere(path), checksum, path);
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
