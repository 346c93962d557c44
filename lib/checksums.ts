/** Files with the list of their checksums, in the form that `sha256sum --check` reads, wherever they lie. */
import { sha256 } from "./hash.ts";

/** The name of the list, beside the files. */
export const checksumFile = "SHA256SUMS";

/** Files by their names, relative to a folder. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A file that is not what was written. */
export class DamagedError extends Error {
  override name = "DamagedError";
}

/** What `checksumFile` holds of these files. */
export async function listChecksums(files: Files): Promise<Uint8Array<ArrayBuffer>> {
  const lines = [];
  for (const [name, bytes] of files) lines.push(`${await sha256(bytes)}  ${name}\n`);
  return new TextEncoder().encode(lines.join(""));
}

/**
 * The checksum of each file that a list names.
 *
 * @param place where the list lies, for messages
 * @throws DamagedError where it is no such list
 */
export function parseChecksums(list: string, place: string): Map<string, string> {
  return new Map(
    list.trimEnd().split("\n").map((line) => {
      const [, checksum, name] = line.match(/^([0-9a-f]{64}) {2}([\w.-]+(?:\/[\w.-]+)*)$/) ?? [];
      if (!name || name.split("/").includes("..")) {
        throw new DamagedError(`Cannot read "${place}": it is no list of checksums`);
      }
      return [name, checksum];
    }),
  );
}

/** The bytes. @throws DamagedError where they are missing, or not those of the checksum */
export async function undamaged(
  bytes: Uint8Array<ArrayBuffer> | null | undefined,
  checksum: string | undefined,
  place: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!bytes || !checksum) throw new DamagedError(`"${place}" is missing`);
  if (await sha256(bytes) !== checksum) {
    throw new DamagedError(`"${place}" is damaged: it is not what was written`);
  }
  return bytes;
}
