/** The folder that a reader names for a set: it holds the set, or that is an error that says what it holds. */
import { environment } from "../../host.ts";
import { OptionError } from "../../options.ts";
import { listed, quotedPath, readerPath, whyNoFolder } from "../reader_path.ts";
import type { PublicSet } from "./public_set.ts";
import { type FolderFiles, readFolder } from "./read_folder.ts";

/** A folder, and how it came to be named. */
interface OwnFolder {
  path: string;
  /** As errors begin. */
  named: string;
}

/**
 * The folder that option `dir`, or else the set's environment variable, names: relative to the project's,
 * `~` for the home folder. Null where nothing is named.
 */
export function ownFolder(set: PublicSet, dir: string | null | undefined): OwnFolder | null {
  const text = dir === undefined ? environment(set.variable) : dir;
  if (!text) return null;
  const from = dir === undefined ? set.variable : "dir";
  return { path: readerPath(text), named: `${set.loader}: ${from} (${quotedPath(text)})` };
}

/**
 * @returns the set's decompressed and verified files
 * @throws OptionError saying what was looked for and what was found
 */
export async function readOwnFolder(
  set: PublicSet,
  { path, named }: OwnFolder,
): Promise<FolderFiles["plain"]> {
  const names = await namesIn(path, named);
  const found = await readFolder(set, path);
  if (found.wrong.length > 0 && found.missing.length > 0) {
    throw new OptionError(
      `${named} holds what is not ${set.title}: ${found.wrong.join("; ")}`,
    );
  }
  if (found.missing.length > 0) {
    const strangers = names.flatMap((name) => set.strangers?.[name.replace("/", "")] ?? []);
    const has = [...found.plain.keys()];
    const folders = set.subfolders.filter((name) => name !== "");
    const archives = set.archives.map(({ name }) => `, or ${name}`).join("");
    throw new OptionError(
      `${named} does not hold ${set.title}: looked there and in ${folders.join(", ")} for ` +
        `${set.files.map(({ name }) => name).join(", ")}, gzip or plain${archives}; ` +
        `found ${has.length > 0 ? has.join(", ") : "none"}; the folder holds ${listed(names)}` +
        strangers.map((words) => `: that is ${words}, which is not read`).join(""),
    );
  }
  return found.plain;
}

async function namesIn(path: string, named: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.map(({ name, isDirectory }) => isDirectory ? `${name}/` : name).sort();
  } catch (error) {
    throw new OptionError(`${named}: ${whyNoFolder(error)}`);
  }
}
