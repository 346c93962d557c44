import assert from "node:assert/strict";
import type { LoadProgress } from "../../../lib/data/progress.ts";
import { join } from "node:path";
import { parseRecords, unpackTar } from "../../../lib/data/public_sets/cifar10.ts";
import { type LoadOptions, loadPublicSet } from "../../../lib/data/public_sets/load.ts";
import { dribble, openMirror } from "../mirror.ts";
import { colourArchive, colourBytes, colourToy } from "./toy_sets.ts";

Deno.test("parseRecords() puts red, green and blue of a pixel side by side", () => {
  const record = (label: number, red: number, green: number, blue: number) => {
    const planes = [red, green, blue].map((value) => new Array(1024).fill(value));
    // The second pixel, and the first of the second row, are told from the rest.
    planes[0][1] = 7;
    planes[2][32] = 9;
    return [label, ...planes.flat()];
  };
  const { pixels, labels } = parseRecords([
    Uint8Array.from([...record(3, 10, 20, 30), ...record(9, 40, 50, 60)]),
    Uint8Array.from(record(0, 70, 80, 90)),
  ]);
  assert.deepEqual([...labels], [3, 9, 0]);
  assert.equal(pixels.length, 3 * 32 * 32 * 3);
  assert.deepEqual([...pixels.subarray(0, 9)], [10, 20, 30, 7, 20, 30, 10, 20, 30]);
  assert.deepEqual([...pixels.subarray(32 * 3, 33 * 3)], [10, 20, 9]);
  assert.deepEqual([...pixels.subarray(3072, 3075)], [40, 50, 60]);
  assert.deepEqual([...pixels.subarray(2 * 3072, 2 * 3072 + 3)], [70, 80, 90]);
});

Deno.test("unpackTar() inflates no more than it may", async () => {
  await assert.rejects(unpackTar(colourArchive, 20_000), /larger than 20000 bytes/);
  assert.equal((await unpackTar(colourArchive, 100_000)).get("test_batch.bin")?.length, 3 * 3073);
});

/** A fresh cache folder, and a loader of the small set that asks one mirror. */
async function scene(
  answer: Parameters<typeof openMirror>[0],
  body: (
    load: (options?: LoadOptions) => ReturnType<typeof loadPublicSet>,
    cache: string,
    mirror: ReturnType<typeof openMirror>,
  ) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const mirror = openMirror(answer);
  const load = (options: LoadOptions = {}) =>
    loadPublicSet(colourToy, {
      folder,
      dir: null,
      mirrors: [mirror.url],
      pauseSeconds: 0,
      syntheticTrainCount: 20,
      syntheticTestCount: 10,
      ...options,
    });
  try {
    await body(load, join(folder, "cifar10"), mirror);
  } finally {
    await mirror.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const members = colourToy.files.map(({ name }) => name).sort();

/** Gives the archive from where it is asked for, and breaks off after `bytes` of them. */
const breakingAfter =
  (bytes: number, ranges: string[] = []) => (_: string, __: number, request: Request) => {
    const range = request.headers.get("range");
    ranges.push(range ?? "all");
    const from = Number(range?.match(/\d+/)?.[0] ?? 0);
    const rest = colourArchive.slice(from);
    const body = rest.length > bytes ? dribble(rest, rest.length / bytes, 5, bytes) : rest;
    const size = colourArchive.length;
    const headers = { "content-range": `bytes ${from}-${size - 1}/${size}` };
    return new Response(body, range ? { status: 206, headers } : {});
  };

Deno.test("loadCifar10() goes on with a download that breaks off, and keeps the six files", async () => {
  const ranges: string[] = [];
  await scene(breakingAfter(9_000, ranges), async (load, cache, mirror) => {
    const reports: LoadProgress[] = [];
    const { train, test, note } = await load({ progress: (report) => reports.push(report) });
    assert.deepEqual([...train.pixels], [...parseRecords(colourBytes.slice(0, 5)).pixels]);
    assert.deepEqual([train.count, test.count, train.channels], [15, 3, 3]);
    assert.equal(note, `CIFAR-10, downloaded from ${new URL(mirror.url).host}. Made by a test.`);
    assert.ok(ranges.length >= 5 && ranges[0] === "all" && /^bytes=/.test(ranges[1]), `${ranges}`);
    const done = reports.map((report) => report.done);
    assert.deepEqual(done, [...done].sort((a, b) => a - b));
    assert.deepEqual([done.at(-1), reports[0].total], [colourArchive.length, colourArchive.length]);
    assert.deepEqual(filesIn(cache), members, "no part file, no archive");
    assert.equal((await load()).note, "CIFAR-10, read from the cache data/cifar10/.");
    assert.equal(mirror.asked.length, ranges.length, "the second load asks for nothing");
  });
});

Deno.test("loadCifar10() says why shapes stand in, and goes on at the next call", async () => {
  let broken = true;
  const ranges: string[] = [];
  const answer = (file: string, earlier: number, request: Request) => {
    if (broken && earlier > 0) return new Response("", { status: 404 });
    return breakingAfter(broken ? 9_000 : 1e9, ranges)(file, earlier, request);
  };
  await scene(answer, async (load, cache, mirror) => {
    const { train, test, source, note } = await load();
    assert.deepEqual([source, train.count, test.count], ["synthetic-shapes", 20, 10]);
    assert.deepEqual([train.height, train.width, train.channels], [32, 32, 3]);
    assert.match(
      note,
      new RegExp(
        "^Synthetic shapes in colour, drawn by a program, because CIFAR-10 cannot be had: CIFAR10_DIR " +
          `is not set; ${cache} does not hold it; Cannot download cifar-10-binary.tar.gz: ${mirror.url} ` +
          ".try 1.: HTTP 404 Not Found; \\d+ bytes of it are kept, and the next call goes on from there. ",
      ),
    );
    const [part] = filesIn(cache);
    assert.equal(part, "cifar-10-binary.tar.gz.part");
    const { size } = await Deno.stat(join(cache, part));
    broken = false;
    assert.equal((await load()).source, "cifar10");
    assert.equal(ranges.at(-1), `bytes=${size}-`);
    assert.deepEqual(filesIn(cache), members);
  });
});

Deno.test("loadCifar10() twice at once downloads once: the second waits for the first", async () => {
  const slow = () => new Response(dribble(colourArchive, 8, 100));
  await scene(slow, async (load, cache, mirror) => {
    const both = await Promise.all([load(), load()]);
    assert.deepEqual(both.map(({ train }) => train.count), [15, 15]);
    assert.deepEqual(both.map(({ note }) => note.includes("by another process")).sort(), [
      false,
      true,
    ]);
    assert.equal(mirror.asked.length, 1);
    assert.deepEqual(filesIn(cache), members);
  });
});

Deno.test("loadCifar10() fetches a damaged or missing file of its cache again", async () => {
  await scene(breakingAfter(1e9), async (load, cache, mirror) => {
    await load();
    await Deno.remove(join(cache, members[2]));
    await Deno.writeFile(join(cache, members[4]), new Uint8Array(9));
    const { train, note } = await load();
    assert.deepEqual([...train.pixels], [...parseRecords(colourBytes.slice(0, 5)).pixels]);
    assert.match(note, /^CIFAR-10, read from the cache data\/cifar10\/ and downloaded from 127/);
    assert.equal(mirror.asked.length, 2);
  });
});

Deno.test("loadCifar10() goes without a cache where none can be written", async () => {
  await scene(breakingAfter(1e9), async (load) => {
    const file = await Deno.makeTempFile();
    const { train, note } = await load({ folder: file });
    assert.equal(train.count, 15);
    assert.match(note, /\(and not kept\)\. Made by a test\.$/);
    await Deno.remove(file);
  });
});
