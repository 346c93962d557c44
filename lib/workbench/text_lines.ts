/** What another program says, line by line. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";

/** The lines of a stream of UTF-8 bytes that hold something; the last one needs no end. */
export async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const input = Readable.fromWeb(stream as unknown as NodeStream);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim()) yield line;
  }
}
