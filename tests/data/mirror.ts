/** A mirror on 127.0.0.1 that answers as a test tells it to. */

export interface Mirror {
  /** The address to download from, ending in `/`. */
  url: string;
  /** The paths asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** Starts a mirror; `answer` is given the file's name and how often it was asked for before. */
export function openMirror(
  answer: (file: string, earlier: number) => Response | Promise<Response>,
): Mirror {
  const asked: string[] = [];
  const controller = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: controller.signal, onListen: () => {} },
    (request) => {
      const file = new URL(request.url).pathname.slice(1);
      const earlier = asked.filter((other) => other === file).length;
      asked.push(file);
      return answer(file, earlier);
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

/** A body in `pieces`, one every `pauseMs`; it breaks off in the middle where `breakOff`. */
export function dribble(bytes: Uint8Array, pieces: number, pauseMs: number, breakOff = false) {
  const size = Math.ceil(bytes.length / pieces);
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (breakOff && sent >= bytes.length / 2) return controller.error(new Error("cable cut"));
      controller.enqueue(bytes.slice(sent, sent + size));
      sent += size;
      if (sent >= bytes.length) controller.close();
    },
  });
}
