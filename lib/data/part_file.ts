/** The beginning of a download: in memory, or in a file on which a later try, cell or day goes on. */
import { dirname } from "node:path";
import { removeIfThere } from "../files.ts";
import { stoppable } from "../stop.ts";

/** Bytes that have come so far. */
export interface Part extends AsyncDisposable {
  /** Whether a download may go on behind them. */
  resumable: boolean;
  length: number;
  append(piece: Uint8Array): Promise<void>;
  /** Forgets all bytes: what comes next is the file's beginning. */
  clear(): Promise<void>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory, which each try begins anew. */
export function memoryPart(): Part {
  let pieces: Uint8Array[] = [];
  return {
    resumable: false,
    length: 0,
    append(piece) {
      pieces.push(piece);
      this.length += piece.length;
      return Promise.resolve();
    },
    clear() {
      pieces = [];
      this.length = 0;
      return Promise.resolve();
    },
    bytes() {
      const bytes = new Uint8Array(this.length);
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return Promise.resolve(bytes);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A part in a file, locked for this process as long as it is not disposed of. */
class PartFile implements Part {
  readonly resumable = true;
  readonly #path: string;
  readonly #file: Deno.FsFile;

  constructor(path: string, file: Deno.FsFile, public length: number) {
    this.#path = path;
    this.#file = file;
  }

  async append(piece: Uint8Array) {
    for (let at = 0; at < piece.length;) at += await this.#file.write(piece.subarray(at));
    this.length += piece.length;
  }

  async clear() {
    await this.#file.truncate(0);
    await this.#file.seek(0, Deno.SeekMode.Start);
    this.length = 0;
  }

  async bytes() {
    const bytes = new Uint8Array(this.length);
    await this.#file.seek(0, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) {
      const read = await this.#file.read(bytes.subarray(at));
      if (read === null) throw new Error(`"${this.#path}" ends after ${at} bytes`);
      at += read;
    }
    return bytes;
  }

  async [Symbol.asyncDispose]() {
    // Removed while it is locked, so that nobody begins to fill what will be gone.
    if (this.length === 0) await removeIfThere(this.#path).catch(() => {});
    this.#file.close();
  }
}

/**
 * Opens the part file at `path`, or makes it, for this process alone. Disposing of it lets it go: an empty
 * one is removed, another stays for the next who asks.
 *
 * @param waiting told twice a second how many bytes are there, as long as another process is at it
 * @returns the part, and whether another process had it before: perhaps all is done
 * @throws StoppedError where Stop ends the waiting
 */
export async function openPartFile(
  path: string,
  waiting: (bytes: number) => void = () => {},
): Promise<{ part: Part; waited: boolean }> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = await Deno.open(path, { read: true, write: true, create: true });
  let waited = false;
  try {
    using work = stoppable("waiting for a download of another process");
    while (!await file.tryLock(true)) {
      waited = true;
      waiting((await file.stat()).size);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await work.turn();
    }
    const length = await file.seek(0, Deno.SeekMode.End);
    return { part: new PartFile(path, file, length), waited };
  } catch (error) {
    file.close();
    throw error;
  }
}
