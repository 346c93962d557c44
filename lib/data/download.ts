/** Fetching a file from the first of several mirrors that gives the right bytes. */
import { onStop, StoppedError } from "../stop.ts";
import { memoryPart, type Part } from "./part_file.ts";

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
  /** Tries per mirror; one that brought the file on by a hundredth, and can be gone on from, is free. */
  attempts: number;
  /** Pause before the second try; it doubles with each further one. */
  pauseSeconds: number;
}

/** What a file must be. */
export interface Wanted<Checked> {
  /** More bytes than that cannot be the file: no more are taken. */
  limit: number;
  /** What the bytes hold, if they are the right ones; else it throws, saying why. */
  check(stored: Uint8Array<ArrayBuffer>): Promise<Checked>;
}

/** A verified file. */
export interface Download<Checked> {
  checked: Checked;
  mirror: string;
}

/**
 * Downloads `file` from the first mirror that gives bytes that pass the check. Any failure of a mirror (no
 * answer, an HTTP status, silence, a body cut short, wrong bytes) leads to the next try, then to the
 * next mirror; after a status 4xx or a timeout the same mirror is not asked again.
 *
 * A part in a file is gone on with, by HTTP's Range (RFC 9110, §14), whoever began it and whenever; where a
 * server gives no ranges, or what was put together is not the file, all of it is fetched again.
 *
 * @param mirrors addresses ending in `/`, the favourite first
 * @param onBytes told how many bytes of the file are here
 * @throws DownloadError naming every mirror and what was wrong with its last answer
 */
export async function download<Checked>(
  file: string,
  wanted: Wanted<Checked>,
  mirrors: readonly string[],
  patience: Patience,
  onBytes: (received: number) => void = () => {},
  part: Part = memoryPart(),
): Promise<Download<Checked>> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    let failure = "";
    for (let attempt = 1; attempt <= patience.attempts; attempt++) {
      if (attempt > 1) await pause(patience.pauseSeconds * 2 ** (attempt - 2));
      if (!part.resumable) await part.clear();
      const before = part.length;
      try {
        await fetchInto(part, mirror + file, wanted.limit, patience, onBytes);
        try {
          return { checked: await wanted.check(await part.bytes()), mirror };
        } catch (error) {
          await part.clear();
          // Bytes of another day or mirror may be those that are wrong.
          if (before > 0) attempt--;
          throw error;
        }
      } catch (error) {
        failure = `${mirror} (try ${attempt}): ${reason(error)}`;
        if (error instanceof StoppedError) throw error;
        if (error instanceof Refusal) break;
        if (part.resumable && part.length - before > wanted.limit / 100) attempt = 0;
      }
    }
    failures.push(failure);
  }
  const kept = part.resumable && part.length > 0
    ? `; ${part.length} bytes of it are kept, and the next call goes on from there`
    : "";
  throw new DownloadError(`Cannot download ${file}: ${failures.join("; ")}${kept}`);
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  // The cause of a failed fetch begins with the address, which the reader has seen already.
  return cause instanceof Error
    ? cause.message.replace(/^error sending request[^)]*\): /, "")
    : message;
}

/** A stored file's own bytes are counted, so a range must not be of a packed form of them. */
const rangeFrom = (part: Part): HeadersInit =>
  part.resumable
    ? { "accept-encoding": "identity", ...(part.length > 0 && { range: `bytes=${part.length}-` }) }
    : {};

async function fetchInto(
  part: Part,
  url: string,
  limit: number,
  { timeoutSeconds }: Patience,
  onBytes: (received: number) => void,
): Promise<void> {
  const controller = new AbortController();
  const giveUp = () =>
    controller.abort(new Refusal(`no bytes for ${timeoutSeconds} s, so the timeout ended it`));
  let timer = setTimeout(giveUp, timeoutSeconds * 1000);
  const unsubscribe = onStop(() =>
    controller.abort(new StoppedError("Stopped while downloading."))
  );
  try {
    const response = await fetch(url, { signal: controller.signal, headers: rangeFrom(part) });
    // "Range Not Satisfiable": behind what is here comes nothing, so it is whole, or the check says no.
    if (response.status === 416 && part.length > 0) return await response.body?.cancel();
    await refuseAnswer(response);
    const { status, headers } = response;
    const start = Number(headers.get("content-range")?.match(/^bytes (\d+)-/)?.[1]);
    if (status !== 206 || start !== part.length) await part.clear();
    if (status === 206 && start !== part.length) {
      throw new Error(`sent bytes from ${start}, which were not asked for`);
    }
    for await (const piece of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeoutSeconds * 1000);
      if (part.length + piece.length > limit) {
        await part.clear();
        throw new Refusal(`more than ${Math.floor(limit)} bytes came`);
      }
      await part.append(piece);
      onBytes(part.length);
    }
  } finally {
    unsubscribe();
    clearTimeout(timer);
    controller.abort();
  }
}

/** @throws Refusal or Error where an answer is not the file */
async function refuseAnswer(response: Response): Promise<void> {
  const { status, statusText, headers } = response;
  // A page to sign in at answers with 200, and would take the place of bytes that are kept.
  const isPage = headers.get("content-type")?.startsWith("text/html");
  if (response.ok && !isPage) return;
  await response.body?.cancel();
  if (response.ok) throw new Refusal("a web page came instead of the file");
  const message = `HTTP ${status} ${statusText}`.trim();
  throw status < 500 ? new Refusal(message) : new Error(message);
}
