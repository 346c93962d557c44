/** Fetching a file from the first of several mirrors that gives the right bytes. */
import { onStop, StoppedError } from "../stop.ts";
import { type Checksum, verified } from "./checksum.ts";

/** No mirror gave the right bytes; the message says what each of them gave. */
export class DownloadError extends Error {
  override name = "DownloadError";
}

/** The mirror said that it will not give the file, so asking again is of no use. */
class Refusal extends Error {}

/** How patiently mirrors are asked. */
export interface Patience {
  /** Longest silence of a mirror, before its answer and between two pieces of it. */
  timeoutSeconds: number;
  /** Tries per mirror. */
  attempts: number;
  /** Pause before the second try; it doubles with each further one. */
  pauseSeconds: number;
}

/** A verified file. */
export interface Download {
  /** As sent, compressed or not: what a cache should hold. */
  stored: Uint8Array<ArrayBuffer>;
  /** Decompressed. */
  plain: Uint8Array<ArrayBuffer>;
  mirror: string;
}

/**
 * Downloads `file` from the first mirror that gives bytes with the wanted fingerprint. Any failure of
 * a mirror (no answer, an HTTP status, silence, a body cut short, wrong bytes) leads to the next try,
 * then to the next mirror; after a status 4xx or a timeout the same mirror is not asked again.
 *
 * @param mirrors addresses ending in `/`, the favourite first
 * @param onBytes told the bytes received in the current try
 * @throws DownloadError naming every mirror and what was wrong with its last answer
 */
export async function download(
  file: string,
  wanted: Checksum,
  mirrors: readonly string[],
  patience: Patience,
  onBytes: (received: number) => void = () => {},
): Promise<Download> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    let failure = "";
    for (let attempt = 1; attempt <= patience.attempts; attempt++) {
      if (attempt > 1) await pause(patience.pauseSeconds * 2 ** (attempt - 2));
      try {
        const stored = await fetchBytes(mirror + file, wanted.bytes, patience, onBytes);
        return { stored, plain: await verified(stored, wanted, file), mirror };
      } catch (error) {
        failure = `${mirror} (try ${attempt}): ${reason(error)}`;
        if (error instanceof StoppedError) throw error;
        if (error instanceof Refusal) break;
      }
    }
    failures.push(failure);
  }
  throw new DownloadError(`Cannot download ${file}: ${failures.join("; ")}`);
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  // The cause of a failed fetch begins with the address, which the reader has seen already.
  return cause instanceof Error
    ? cause.message.replace(/^error sending request[^)]*\): /, "")
    : message;
}

async function fetchBytes(
  url: string,
  plainBytes: number,
  { timeoutSeconds }: Patience,
  onBytes: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const controller = new AbortController();
  const giveUp = () =>
    controller.abort(new Refusal(`no bytes for ${timeoutSeconds} s, so the timeout ended it`));
  let timer = setTimeout(giveUp, timeoutSeconds * 1000);
  const unsubscribe = onStop(() =>
    controller.abort(new StoppedError("Stopped while downloading."))
  );
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) {
      await response.body?.cancel();
      const message = `HTTP ${response.status} ${response.statusText}`.trim();
      throw response.status < 500 ? new Refusal(message) : new Error(message);
    }
    // Bytes that do not compress grow a little in gzip: 5 bytes per block of 32 kB and a header.
    const limit = plainBytes * 1.001 + 1024;
    const pieces: Uint8Array[] = [];
    let received = 0;
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutSeconds * 1000);
      pieces.push(piece);
      received += piece.length;
      if (received > limit) throw new Refusal(`more than ${Math.floor(limit)} bytes came`);
      onBytes(received);
    }
    const bytes = new Uint8Array(received);
    let offset = 0;
    for (const piece of pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  } finally {
    unsubscribe();
    clearTimeout(timer);
    controller.abort();
  }
}
