/** Two generations of a run's state in its folder: `model/`, the newest, and `model.old/`, the one before. */
import { exists, removeIfThere, syncFolder } from "../files.ts";
import { DamagedError, type Files } from "../checksums.ts";
import { isWhole, readPart, readWhole, writeWhole } from "../whole_folder.ts";

/** The newest first. */
const names = ["model", "model.old"] as const;

/** A generation that is whole. */
export interface Generation {
  /** Its folder. */
  place: string;
  files: Files;
  /** Why a newer one could not be read; null where this is the newest. */
  damage: string | null;
}

/**
 * The newest generation that is whole; null where there is none at all.
 *
 * @throws DamagedError where there are only damaged ones, for the newest
 */
export async function newestGeneration(folder: string): Promise<Generation | null> {
  const damage: DamagedError[] = [];
  // A run that trains meanwhile may move one away under the reader: another look finds it.
  for (let look = 0; look < 3; look++) {
    for (const name of names) {
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

/** Whether a folder has a generation that was written to its end. */
export async function hasGeneration(folder: string): Promise<boolean> {
  for (const name of names) if (await isWhole(`${folder}/${name}`)) return true;
  return false;
}

/** One file of the newest generation that has it whole; null where none has. */
export async function readNewestPart(
  folder: string,
  file: string,
): Promise<{ path: string; bytes: Uint8Array<ArrayBuffer> } | null> {
  for (const name of names) {
    const place = `${folder}/${name}`;
    const bytes = await readPart(place, file).catch(() => null);
    if (bytes) return { path: `${place}/${file}`, bytes };
  }
  return null;
}

/**
 * Makes files the newest generation. They are written beside, with checksums, and on the disk before they take
 * their place: a crash at any moment leaves the generation before or this one.
 */
export async function putGeneration(folder: string, files: Files): Promise<void> {
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
  // Between the two renames, and after a crash there, the generation before is the newest.
  if (await exists(place)) {
    await removeIfThere(old);
    await Deno.rename(place, old);
  }
  await Deno.rename(next, place);
  await syncFolder(folder);
}
