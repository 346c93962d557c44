/** A mirror on 127.0.0.1 that answers as a test tells it to. */
import { type Checksum, verified } from "../../lib/data/checksum.ts";

/** What `download` wants of one file, gzip or plain. */
export const fileOf = (checksum: Checksum) => ({
  limit: checksum.bytes * 1.001 + 1024,
  check: (stored: Uint8Array<ArrayBuffer>) => verified(stored, checksum, "the file"),
});

export interface Mirror {
  /** The address to download from, ending in `/`. */
  url: string;
  /** The paths asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** Starts a mirror; `answer` is given the file's name, how often it was asked for before, and the request. */
export function openMirror(
  answer: (file: string, earlier: number, request: Request) => Response | Promise<Response>,
): Mirror {
  const asked: string[] = [];
  const controller = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: controller.signal, onListen: () => {} },
    (request) => {
      const file = new URL(request.url).pathname.slice(1);
      const earlier = asked.filter((other) => other === file).length;
      asked.push(file);
      return answer(file, earlier, request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked,
    close: async () => {
      controller.abort();
      await server.finished;
    },
  };
}

/**
 * A body in `pieces`, one every `pauseMs`; it breaks off after `breakOff` bytes, or in the middle where that
 * is `true`.
 */
export function dribble(
  bytes: Uint8Array,
  pieces: number,
  pauseMs: number,
  breakOff: boolean | number = false,
) {
  const size = Math.ceil(bytes.length / pieces);
  const end = breakOff === true ? bytes.length / 2 : breakOff || Infinity;
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (sent >= end) return controller.error(new Error("cable cut"));
      controller.enqueue(bytes.slice(sent, sent + size));
      sent += size;
      if (sent >= bytes.length) controller.close();
    },
  });
}
