import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { download, DownloadError } from "../../lib/data/download.ts";
import { sha256 } from "../../lib/hash.ts";
import { RandomStream } from "../../lib/random.ts";
import { openPartFile } from "../../lib/data/part_file.ts";
import { dribble, fileOf, type Mirror, openMirror } from "./mirror.ts";

const random = new RandomStream(1, "bytes");
const plain = Uint8Array.from({ length: 20_000 }, () => random.integer(100));
const stored = new Uint8Array(gzipSync(plain));
const wanted = fileOf({ bytes: plain.length, sha256: await sha256(plain) });
const patience = { timeoutSeconds: 5, attempts: 2, pauseSeconds: 0 };

/** Runs `body` with a mirror for each answer and closes them after it. */
async function withMirrors(
  answers: Parameters<typeof openMirror>[0][],
  body: (mirrors: Mirror[], urls: string[]) => Promise<void>,
) {
  const mirrors = answers.map(openMirror);
  try {
    await body(mirrors, mirrors.map(({ url }) => url));
  } finally {
    await Promise.all(mirrors.map((mirror) => mirror.close()));
  }
}

const good = () => new Response(stored);
const counts = (mirrors: Mirror[]) => mirrors.map(({ asked }) => asked.length);

Deno.test("download() gives what the check gave for the bytes of the first mirror", () =>
  withMirrors([good, good], async (mirrors, urls) => {
    const got = await download("file.gz", wanted, urls, patience);
    assert.equal(got.mirror, urls[0]);
    assert.deepEqual(new Uint8Array(got.checked), plain);
    assert.deepEqual(mirrors.map(({ asked }) => asked), [["file.gz"], []]);
  }));

Deno.test("download() takes a body that was decompressed on its way", () =>
  withMirrors(
    [() => new Response(stored, { headers: { "content-encoding": "gzip" } })],
    async (_, urls) => {
      const got = await download("file.gz", wanted, urls, patience);
      assert.deepEqual(new Uint8Array(got.checked), plain);
    },
  ));

Deno.test("download() tries a mirror again after an error of the server", () =>
  withMirrors(
    [(_, earlier) => earlier === 0 ? new Response("busy", { status: 503 }) : good(), good],
    async (mirrors, urls) => {
      assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[0]);
      assert.deepEqual(counts(mirrors), [2, 0]);
    },
  ));

Deno.test("download() goes to the next mirror at once after a refusal", () =>
  withMirrors([() => new Response("no", { status: 403 }), good], async (mirrors, urls) => {
    assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[1]);
    assert.deepEqual(counts(mirrors), [1, 1]);
  }));

Deno.test("download() goes to the next mirror where nobody listens", () =>
  withMirrors([good, good], async ([gone], urls) => {
    await gone.close();
    assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[1]);
  }));

Deno.test("download() goes to the next mirror after wrong bytes", () => {
  const swapped = plain.slice();
  swapped[9000] ^= 1;
  return withMirrors(
    [
      () => new Response(new Uint8Array(gzipSync(swapped))),
      () => new Response("<html>Sign in</html>"),
      good,
    ],
    async (mirrors, urls) => {
      assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[2]);
      assert.deepEqual(counts(mirrors), [2, 2, 1]);
    },
  );
});

Deno.test("download() goes to the next mirror after a truncated body", () =>
  withMirrors(
    [
      () => new Response(stored.slice(0, stored.length / 2)),
      () => new Response(dribble(stored, 10, 1, true)),
      good,
    ],
    async (mirrors, urls) => {
      assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[2]);
      assert.deepEqual(counts(mirrors), [2, 2, 1]);
    },
  ));

Deno.test("download() gives up a silent mirror, before its answer and within it", async () => {
  const release = Promise.withResolvers<Response>();
  const stuck = new ReadableStream({
    start: (controller) => controller.enqueue(stored.slice(0, 100)),
  });
  await withMirrors(
    [() => release.promise, () => new Response(stuck), good],
    async (mirrors, urls) => {
      const start = performance.now();
      const got = await download("file.gz", wanted, urls, { ...patience, timeoutSeconds: 1 });
      assert.equal(got.mirror, urls[2]);
      assert.ok(performance.now() - start >= 1990, "each was given its second");
      assert.deepEqual(counts(mirrors), [1, 1, 1], "a silent mirror is asked once");
      release.resolve(new Response(""));
    },
  );
});

Deno.test("download() waits for a slow mirror as long as bytes come, and reports them", () =>
  withMirrors([() => new Response(dribble(stored, 8, 200))], async (_, urls) => {
    const reports: number[] = [];
    const start = performance.now();
    await download(
      "file.gz",
      wanted,
      urls,
      { ...patience, timeoutSeconds: 1.2 },
      (received) => reports.push(received),
    );
    assert.ok(performance.now() - start > 1200, "longer than the timeout in all");
    assert.ok(reports.length >= 3, `${reports.length} reports`);
    assert.deepEqual(reports, [...new Set(reports)].sort((a, b) => a - b));
    assert.equal(reports.at(-1), stored.length);
  }));

Deno.test("download() stops a mirror that sends more than the file can have", () => {
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(10_000));
          sent += 10_000;
        },
      }),
    );
  return withMirrors([endless, good], async (mirrors, urls) => {
    assert.equal((await download("file.gz", wanted, urls, patience)).mirror, urls[1]);
    assert.deepEqual(counts(mirrors), [1, 1]);
    assert.ok(sent < 1e8, `${sent} bytes sent`);
  });
});

Deno.test("download() pauses between tries, twice as long each time", () =>
  withMirrors([() => new Response("busy", { status: 500 })], async (mirrors, urls) => {
    const start = performance.now();
    await assert.rejects(
      download("file.gz", wanted, urls, { timeoutSeconds: 5, attempts: 3, pauseSeconds: 0.1 }),
    );
    assert.ok(performance.now() - start >= 290);
    assert.deepEqual(counts(mirrors), [3]);
  }));

Deno.test("download() says of every mirror what was wrong", () =>
  withMirrors(
    [() => new Response("", { status: 403 }), () => new Response("four"), good],
    async ([, , gone], urls) => {
      await gone.close();
      await assert.rejects(download("file.gz", wanted, urls, patience), (error) => {
        assert.ok(error instanceof DownloadError);
        const [first, second, third] = error.message.split("; ");
        assert.equal(first, `Cannot download file.gz: ${urls[0]} (try 1): HTTP 403 Forbidden`);
        assert.equal(second, `${urls[1]} (try 2): the file: 4 bytes, expected 20000`);
        assert.ok(third.startsWith(`${urls[2]} (try 2): `) && /refused/.test(third), third);
        return true;
      });
    },
  ));

/** A server of `bytes` that knows ranges and cuts each answer off after `piece` bytes. */
const cutting = (bytes: Uint8Array<ArrayBuffer>, piece: number, ranges: string[] = []) => {
  return (_: string, __: number, request: Request) => {
    const range = request.headers.get("range");
    ranges.push(range ?? "");
    const from = Number(range?.match(/bytes=(\d+)-/)?.[1] ?? 0);
    if (from >= bytes.length) {
      return new Response(null, {
        status: 416,
        headers: { "content-range": `bytes */${bytes.length}` },
      });
    }
    const rest = bytes.slice(from);
    const body = rest.length <= piece ? rest : dribble(rest, rest.length / piece, 1, piece);
    const headers = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    return new Response(body, range ? { status: 206, headers } : {});
  };
};

/** Runs `body` with the path of a part file that is not there yet. */
async function withPart(body: (path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/cache/file.part`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const quick = { timeoutSeconds: 5, attempts: 2, pauseSeconds: 0 };

/** Downloads into the part file as loaders do: it is emptied once all is right. */
async function resumed(path: string, urls: string[], patience = quick, reports: number[] = []) {
  const { part } = await openPartFile(path);
  await using _ = part;
  const got = await download(
    "file.gz",
    wanted,
    urls,
    patience,
    (received) => reports.push(received),
    part,
  );
  await part.clear();
  return new Uint8Array(got.checked);
}

const sizeOf = async (path: string) => (await Deno.stat(path).catch(() => null))?.size ?? null;

Deno.test("download() goes on where the connection broke, as often as that brings bytes", () =>
  withPart(async (path) => {
    const ranges: string[] = [], reports: number[] = [];
    const piece = Math.ceil(stored.length / 7);
    await withMirrors([cutting(stored, piece, ranges)], async (_, urls) => {
      assert.deepEqual(await resumed(path, urls, { ...quick, attempts: 1 }, reports), plain);
    });
    // How much of the last piece arrived before the cut is the network's affair.
    const starts = ranges.map((range) => Number(range.match(/\d+/)?.[0] ?? 0));
    assert.ok(starts.length >= 7 && starts[0] === 0, ranges.join());
    assert.deepEqual(starts, [...new Set(starts)].sort((a, b) => a - b), "each from further on");
    assert.deepEqual(reports, [...new Set(reports)].sort((a, b) => a - b), "never goes back");
    assert.equal(reports.at(-1), stored.length);
    assert.equal(await sizeOf(path), null, "no empty part file stays");
  }));

Deno.test("download() goes on with what an earlier call left, and says that it is kept", () =>
  withPart(async (path) => {
    const half = Math.floor(stored.length / 2);
    const once = cutting(stored, half);
    const answer = (file: string, earlier: number, request: Request) =>
      earlier === 0 ? once(file, earlier, request) : new Response("", { status: 403 });
    await withMirrors([answer], async (_, urls) => {
      await assert.rejects(resumed(path, urls), {
        name: "DownloadError",
        message: new RegExp(
          `^Cannot download file.gz: ${urls[0]} .try 1.: HTTP 403 Forbidden; ` +
            "\\d+ bytes of it are kept, and the next call goes on from there$",
        ),
      });
    });
    const kept = await sizeOf(path);
    assert.ok(kept && kept <= half, `${kept}`);
    const ranges: string[] = [];
    await withMirrors([cutting(stored, 1e9, ranges)], async (_, urls) => {
      assert.deepEqual(await resumed(path, urls), plain);
    });
    assert.deepEqual(ranges, [`bytes=${kept}-`]);
  }));

Deno.test("download() begins again where a server knows no ranges", () =>
  withPart(async (path) => {
    const { part } = await openPartFile(path);
    await part.append(stored.slice(0, 500));
    await part[Symbol.asyncDispose]();
    await withMirrors([good], async (mirrors, urls) => {
      assert.deepEqual(await resumed(path, urls), plain);
      assert.deepEqual(counts(mirrors), [1]);
    });
  }));

Deno.test("download() ends where a server without ranges breaks off each time", () =>
  withPart(async (path) => {
    await withMirrors([() => new Response(dribble(stored, 10, 1, true))], async (mirrors, urls) => {
      await assert.rejects(resumed(path, urls), /Cannot download/);
      const [tries] = counts(mirrors);
      assert.ok(tries >= 3 && tries < 9, `${tries}: one brings it on, the next two do not`);
    });
  }));

Deno.test("download() fetches all again where the file has changed since it was begun", () =>
  withPart(async (path) => {
    for (
      const begun of [stored.slice(0, 500).map((byte) => byte ^ 1), new Uint8Array(stored.length)]
    ) {
      const { part } = await openPartFile(path);
      await part.append(begun);
      await part[Symbol.asyncDispose]();
      const ranges: string[] = [];
      await withMirrors([cutting(stored, 1e9, ranges)], async (_, urls) => {
        assert.deepEqual(await resumed(path, urls, { ...quick, attempts: 1 }), plain);
      });
      assert.deepEqual(ranges, [`bytes=${begun.length}-`, ""]);
    }
  }));

Deno.test("download() takes a part that is whole already", () =>
  withPart(async (path) => {
    const { part } = await openPartFile(path);
    await part.append(stored);
    await part[Symbol.asyncDispose]();
    await withMirrors([cutting(stored, 1e9)], async (mirrors, urls) => {
      assert.deepEqual(await resumed(path, urls), plain);
      assert.deepEqual(counts(mirrors), [1]);
    });
  }));

Deno.test("download() keeps its bytes before a page to sign in at, and refuses other ranges", () =>
  withPart(async (path) => {
    const begin = async () => {
      const { part } = await openPartFile(path);
      await part.clear();
      await part.append(stored.slice(0, 500));
      await part[Symbol.asyncDispose]();
    };
    await begin();
    const page = () =>
      new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });
    await withMirrors([page], async (_, urls) => {
      await assert.rejects(resumed(path, urls), /a web page came instead of the file; 500 bytes/);
    });
    const shifted = () =>
      new Response(stored.slice(499), {
        status: 206,
        headers: { "content-range": `bytes 499-${stored.length - 1}/${stored.length}` },
      });
    await withMirrors([shifted, good], async (mirrors, urls) => {
      assert.deepEqual(await resumed(path, urls, { ...quick, attempts: 1 }), plain);
      assert.deepEqual(counts(mirrors), [1, 1]);
    });
  }));

Deno.test("openPartFile() is one process's or caller's at a time; the next waits and is told so", () =>
  withPart(async (path) => {
    const first = await openPartFile(path);
    await first.part.append(new Uint8Array(123));
    const seen: number[] = [];
    let second = false;
    const waiting = openPartFile(path, (bytes) => seen.push(bytes)).then((got) => {
      second = true;
      return got;
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.deepEqual([second, seen[0]], [false, 123]);
    await first.part[Symbol.asyncDispose]();
    const { part, waited } = await waiting;
    assert.deepEqual([first.waited, waited, part.length], [false, true, 123]);
    assert.equal((await part.bytes()).length, 123);
    await part[Symbol.asyncDispose]();
    assert.equal(await sizeOf(path), 123, "a part that is not done stays");
  }));
