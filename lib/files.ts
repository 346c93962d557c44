/** Files that are whole or not there. */
import { dirname } from "node:path";

/** What Deno throws where nothing lies at a path, or where a part of it is a file. */
const isMissing = (error: unknown) =>
  error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;

/** Whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether the disk refused: it is full, was taken away or may only be read. */
export const isDiskTrouble = (error: unknown): error is Error =>
  error instanceof Error && /\(os error \d+\)/.test(error.message);

/** The bytes of a file, or null where there is none. */
export async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Removes a file, or a folder with all that is in it; nothing where there is none. */
export async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

/** Writes a file and waits until the disk has it. Makes the folder where it is missing. */
export async function writeSynced(path: string, content: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  try {
    for (let at = 0; at < content.length;) at += await file.write(content.subarray(at));
    await file.sync();
  } catch (error) {
    // The other operations say which file it was.
    if (isDiskTrouble(error)) error.message += `: write '${path}'`;
    throw error;
  }
}

/** Waits until the disk knows the names in a folder; where a system cannot open folders, it does not. */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}

/**
 * Writes a file under a name of its own and renames it, so that a reader, a crash, a loss of power or
 * another process writing the same never meets half of it. Makes the folder where it is missing.
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}.part`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    await writeSynced(part, bytes);
    await Deno.rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}
