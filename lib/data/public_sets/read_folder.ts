/** A set's files in a folder, in any of the layouts that programs leave behind. */
import { join } from "node:path";
import { readIfThere } from "../../files.ts";
import { verified } from "../checksum.ts";
import type { Parts, PublicSet, SetFile } from "./public_set.ts";

/** What a folder holds of a set: all of it, or some. */
export interface FolderFiles {
  /** Decompressed and verified bytes by the files' names. */
  plain: Map<string, Uint8Array<ArrayBuffer>>;
  missing: string[];
  /** Files that are there and are not the set's, each with what is wrong with it. */
  wrong: string[];
}

/**
 * Looks for a set's files in a folder and its known subfolders, by any of their names, gzip or plain, and
 * where some are missing for an archive of them.
 */
export async function readFolder(set: PublicSet, folder: string): Promise<FolderFiles> {
  const plain: FolderFiles["plain"] = new Map(), wrong: string[] = [];
  const places = set.subfolders.map((name) => join(folder, name));
  for (const file of set.files) {
    for (const path of places.flatMap((place) => pathsOf(file, place))) {
      try {
        const stored = await readFile(path);
        if (!stored) continue;
        plain.set(file.name, await verified(stored, file, path));
        break;
      } catch (error) {
        wrong.push((error as Error).message);
      }
    }
  }
  const missing = () => set.files.map(({ name }) => name).filter((name) => !plain.has(name));
  for (const { name, unpack } of set.archives) {
    for (const path of places.map((place) => join(place, name))) {
      if (missing().length === 0) break;
      try {
        const stored = await readFile(path);
        if (!stored) continue;
        for (const [part, bytes] of await verifiedParts(set, await unpack(stored))) {
          plain.set(part, bytes);
        }
      } catch (error) {
        wrong.push(`${path}: ${(error as Error).message}`);
      }
    }
  }
  return { plain, missing: missing(), wrong };
}

/** A file's bytes; null where there is none, or a folder of its name. */
async function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const { isFile } = await Deno.stat(path).catch(() => ({ isFile: false }));
  return isFile ? await readIfThere(path) : null;
}

function pathsOf({ name, otherNames = [] }: SetFile, place: string): string[] {
  return [name, ...otherNames].flatMap((one) => [join(place, `${one}.gz`), join(place, one)]);
}

/**
 * The set's files among an archive's, decompressed.
 *
 * @param wanted names of those that it has to hold; by default all
 * @throws Error naming the first that is missing or wrong
 */
export async function verifiedParts(
  set: PublicSet,
  parts: Parts,
  wanted: readonly string[] = set.files.map(({ name }) => name),
): Promise<FolderFiles["plain"]> {
  const plain: FolderFiles["plain"] = new Map();
  for (const name of wanted) {
    const stored = parts.get(name);
    if (!stored) {
      throw new Error(`it holds ${[...parts.keys()].join(", ") || "nothing"}, and no ${name}`);
    }
    plain.set(name, await verified(stored, set.files.find((file) => file.name === name)!, name));
  }
  return plain;
}
