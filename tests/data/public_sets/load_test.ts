import assert from "node:assert/strict";
import type { LoadProgress } from "../../../lib/data/progress.ts";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DownloadError } from "../../../lib/data/download.ts";
import { sha256 } from "../../../lib/hash.ts";
import { type LoadOptions, loadPublicSet } from "../../../lib/data/public_sets/load.ts";
import { loadMnist } from "../../../lib/data/public_sets/mnist.ts";
import { OptionError } from "../../../lib/options.ts";
import { type Mirror, openMirror } from "../mirror.ts";
import { gzipped, toy, toyArrays, toyBytes, toyFiles as files, toyOptions } from "./toy_sets.ts";

interface Scene {
  folder: string;
  good: Mirror;
  bad: Mirror;
  load: (options?: LoadOptions) => ReturnType<typeof loadPublicSet>;
}

/** A fresh cache folder, a mirror that has the toy files and one that has nothing. */
async function scene(body: (scene: Scene) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const good = openMirror((file) => new Response(gzipped.get(file)));
  const bad = openMirror(() => new Response("gone", { status: 404 }));
  const defaults: LoadOptions = {
    folder,
    dir: null,
    mirrors: [good.url],
    pauseSeconds: 0,
    syntheticTrainCount: 60,
    syntheticTestCount: 20,
  };
  try {
    await body({
      folder,
      good,
      bad,
      load: (options) => loadPublicSet(toy, { ...defaults, ...options }),
    });
  } finally {
    await Promise.all([good.close(), bad.close()]);
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const cacheNames = [...gzipped.keys()].sort();

Deno.test("loadMnist() downloads, verifies and keeps the four files", () =>
  scene(async ({ folder, good, load }) => {
    const data = await load();
    assert.equal(data.source, "mnist");
    assert.equal(data.note, `MNIST, downloaded from ${new URL(good.url).host}. Made by a test.`);
    assert.deepEqual(
      [data.train.count, data.train.height, data.train.width, data.train.channels],
      [30, 3, 2, 1],
    );
    assert.equal(data.test.count, 20);
    assert.deepEqual([...data.train.pixels], [...toyArrays[0].data]);
    assert.deepEqual([...data.train.labels!], [...toyArrays[1].data]);
    assert.deepEqual([...data.test.pixels], [...toyArrays[2].data]);
    assert.deepEqual([...data.test.labels!], [...toyArrays[3].data]);
    assert.ok(data.train.pixels.buffer instanceof SharedArrayBuffer);
    assert.deepEqual(namesIn(join(folder, "mnist")), cacheNames);

    const again = await load();
    assert.equal(again.note, "MNIST, read from the cache data/mnist/.");
    assert.deepEqual(again.train, data.train);
    assert.equal(good.asked.length, 4, "the second load asks no mirror");
  }));

Deno.test("loadMnist() reports the bytes of all four files on one scale", () =>
  scene(async ({ load }) => {
    const reports: LoadProgress[] = [];
    await load({ progress: (progress) => reports.push(progress) });
    const total = files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    assert.deepEqual(reports.at(-1), { phase: "downloading", unit: "bytes", done: total, total });
    const done = reports.map((report) => report.done);
    assert.deepEqual(done, [...done].sort((a, b) => a - b));
  }));

Deno.test("loadMnist() stays with the mirror that answered", () =>
  scene(async ({ good, bad, load }) => {
    await load({ mirrors: [bad.url, good.url] });
    assert.deepEqual([bad.asked.length, good.asked.length], [1, 4]);
  }));

Deno.test("loadMnist() reads MNIST_DIR first, gzip or plain", () =>
  scene(async ({ folder, good, load }) => {
    const own = join(folder, "own");
    await Deno.mkdir(own);
    for (const [i, { name }] of files.entries()) {
      if (i % 2) await Deno.writeFile(join(own, name), toyBytes[i]);
      else await Deno.writeFile(join(own, `${name}.gz`), gzipped.get(`${name}.gz`)!);
    }
    const data = await load({ dir: own });
    assert.equal(data.note, "MNIST, read from a copy on this machine.");
    assert.deepEqual([...data.test.pixels], [...toyArrays[2].data]);
    assert.equal(good.asked.length, 0);
    assert.deepEqual(namesIn(folder), ["own"], "nothing is written");
  }));

Deno.test("loadMnist() refuses a wrong file in its folder, whatever the source", () =>
  scene(async ({ folder, load }) => {
    const path = join(folder, files[0].name);
    const wrong = toyBytes[0].slice();
    wrong[20] ^= 1;
    await Deno.writeFile(path, wrong);
    const found = await sha256(wrong);
    for (const source of ["auto", "mnist"] as const) {
      await assert.rejects(load({ dir: folder, source }), {
        name: "OptionError",
        message: `loadMnist: dir ("${folder}") holds what is not MNIST: ${path}: ` +
          `SHA-256 is ${found}, expected ${files[0].sha256}`,
      });
    }
  }));

Deno.test("loadMnist() downloads a damaged cache again", () =>
  scene(async ({ folder, good, load }) => {
    await load();
    const path = join(folder, "mnist", `${files[2].name}.gz`);
    const whole = await Deno.readFile(path);
    for (const damaged of [whole.slice(0, 40), new Uint8Array(), whole.map((byte) => byte ^ 1)]) {
      await Deno.writeFile(path, damaged);
      const asked = good.asked.length;
      const data = await load();
      assert.deepEqual([...data.test.pixels], [...toyArrays[2].data]);
      assert.equal(good.asked.length, asked + 1);
      assert.deepEqual(await Deno.readFile(path), whole);
    }
  }));

Deno.test("loadMnist() is not disturbed by what a killed process left", () =>
  scene(async ({ folder, load }) => {
    await Deno.mkdir(join(folder, "mnist"));
    await Deno.writeFile(join(folder, "mnist", `${files[0].name}.gz.1.part`), new Uint8Array(9));
    assert.deepEqual([...(await load()).train.pixels], [...toyArrays[0].data]);
  }));

Deno.test("loadMnist() goes without a cache where none can be written", () =>
  scene(async ({ folder, load }) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const data = await load({ folder: join(folder, "file") });
    assert.equal(data.train.count, 30);
    assert.match(
      data.note,
      /downloaded from 127\.0\.0\.1:\d+ \(and not kept\)\. Made by a test\.$/,
    );
  }));

Deno.test("loadMnist() in two processes at once leaves a good cache to both", () =>
  scene(async ({ folder, good, load }) => {
    const project = fileURLToPath(new URL("../../../", import.meta.url));
    const options = { folder, dir: null, mirrors: [good.url], source: "mnist" };
    const lib = new URL("../../../lib/data/", import.meta.url).href;
    const code = `import { loadPublicSet } from "${lib}public_sets/load.ts";
      import { idxSet } from "${lib}public_sets/idx_set.ts";
      const toy = idxSet(${JSON.stringify(toyOptions)});
      for (let i = 0; i < 5; i++) {
        const data = await loadPublicSet(toy, ${JSON.stringify(options)});
        console.log(data.train.count + data.test.count);
        await Deno.remove(${JSON.stringify(join(folder, "mnist"))} + "/${files[0].name}.gz")
          .catch(() => {});
      }`;
    const outputs = await Promise.all(
      [1, 2].map(() =>
        new Deno.Command(Deno.execPath(), { args: ["eval", code], cwd: project }).output()
      ),
    );
    for (const { stdout, stderr } of outputs) {
      assert.equal(new TextDecoder().decode(stderr), "");
      assert.equal(new TextDecoder().decode(stdout), "50\n".repeat(5));
    }
    assert.deepEqual([...(await load()).train.pixels], [...toyArrays[0].data]);
    assert.deepEqual(namesIn(join(folder, "mnist")), cacheNames);
  }));

Deno.test("loadMnist() falls back to synthetic digits and says why", () =>
  scene(async ({ folder, bad, load }) => {
    const reports: LoadProgress[] = [];
    const data = await load({
      mirrors: [bad.url],
      syntheticTrainCount: 1000,
      progress: (progress) => reports.push(progress),
    });
    assert.equal(data.source, "synthetic");
    assert.equal(
      data.note,
      "Synthetic digits, drawn by a program, because MNIST cannot be had: MNIST_DIR is not set; " +
        `${join(folder, "mnist")} does not hold it; Cannot download train-images-idx3-ubyte.gz: ` +
        `${bad.url} (try 1): HTTP 404 Not Found. Everything works the same, but losses and pictures ` +
        "do not compare with those on MNIST.",
    );
    assert.deepEqual([data.train.count, data.test.count, data.train.height], [1000, 20, 28]);
    assert.deepEqual(
      reports.map(({ phase, unit, done, total }) => [phase, unit, done, total]),
      [["drawing", "images", 500, 1020], ["drawing", "images", 1000, 1020]],
    );
  }));

Deno.test('loadMnist() source "mnist" forbids the fallback', () =>
  scene(async ({ folder, bad, load }) => {
    await assert.rejects(load({ mirrors: [bad.url], source: "mnist" }), (error) => {
      assert.ok(error instanceof DownloadError);
      assert.equal(
        error.message,
        "MNIST cannot be had: MNIST_DIR is not set; " +
          `${join(folder, "mnist")} does not hold it; ` +
          `Cannot download train-images-idx3-ubyte.gz: ${bad.url} (try 1): HTTP 404 Not Found; ` +
          'and source: "mnist" forbids synthetic pictures in its place',
      );
      return true;
    });
  }));

Deno.test('loadMnist() source "synthetic" asks for nothing else', () =>
  scene(async ({ good, load }) => {
    const data = await load({ source: "synthetic" });
    assert.deepEqual([data.source, data.train.count, good.asked.length], ["synthetic", 60, 0]);
    assert.notDeepEqual(
      (await load({ source: "synthetic", syntheticSeed: 1 })).train.pixels,
      data.train.pixels,
    );
  }));

Deno.test("loadMnist() refuses options it cannot use", async () => {
  const refused = async (options: unknown, message: string) => {
    await assert.rejects(loadMnist(options as LoadOptions<"mnist">), (error) => {
      assert.ok(error instanceof OptionError);
      assert.equal(error.message, `loadMnist: ${message}`);
      return true;
    });
  };
  await refused(
    { source: "minst" },
    'source: expected "auto" or "mnist" or "synthetic", got "minst"; did you mean `mnist`?',
  );
  await refused({ progress: 3 }, "progress: expected a function, got 3");
  await refused(
    { timeout: 3 },
    "timeout: no such option; known: source, folder, dir, " +
      "mirrors, progress, timeoutSeconds, attempts, pauseSeconds, syntheticSeed, " +
      "syntheticTrainCount, syntheticTestCount",
  );
});
