import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { download, DownloadError } from "../../lib/data/download.ts";
import { sha256 } from "../../lib/hash.ts";
import { RandomStream } from "../../lib/random.ts";
import { dribble, type Mirror, openMirror } from "./mirror.ts";

const random = new RandomStream(1, "bytes");
const plain = Uint8Array.from({ length: 20_000 }, () => random.integer(100));
const stored = new Uint8Array(gzipSync(plain));
const wanted = { bytes: plain.length, sha256: await sha256(plain) };
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

Deno.test("download() gives the stored and the decompressed bytes of the first mirror", () =>
  withMirrors([good, good], async (mirrors, urls) => {
    const got = await download("file.gz", wanted, urls, patience);
    assert.deepEqual(got, { stored, plain: got.plain, mirror: urls[0] });
    assert.deepEqual(new Uint8Array(got.plain), plain);
    assert.deepEqual(mirrors.map(({ asked }) => asked), [["file.gz"], []]);
  }));

Deno.test("download() takes a body that was decompressed on its way", () =>
  withMirrors(
    [() => new Response(stored, { headers: { "content-encoding": "gzip" } })],
    async (_, urls) => {
      const got = await download("file.gz", wanted, urls, patience);
      assert.deepEqual(new Uint8Array(got.stored), plain);
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
        assert.equal(second, `${urls[1]} (try 2): file.gz: 4 bytes, expected 20000`);
        assert.ok(third.startsWith(`${urls[2]} (try 2): `) && /refused/.test(third), third);
        return true;
      });
    },
  ));
