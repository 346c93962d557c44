import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { take } from "../../lib/data/image_set.ts";
import { classCounts } from "../../lib/data/labels.ts";
import { DownloadError } from "../../lib/data/download.ts";
import { sha256 } from "../../lib/hash.ts";
import { encodeIdx } from "../../lib/data/idx.ts";
import {
  loadMnist,
  type LoadOptions,
  type LoadProgress,
  type MnistFile,
  mnistFiles,
} from "../../lib/data/mnist.ts";
import { OptionError } from "../../lib/options.ts";
import { RandomStream } from "../../lib/random.ts";
import { type Mirror, openMirror } from "./mirror.ts";

/** Small files in the four roles: 30 and 20 images of 3×2 random bytes. */
const random = new RandomStream(1, "toy");
const toyArrays = [[30, 3, 2], [30], [20, 3, 2], [20]].map((shape) => ({
  shape,
  data: Uint8Array.from(
    { length: shape.reduce((a, b) => a * b) },
    () => random.integer(shape.length === 1 ? 10 : 256),
  ),
}));
const toyBytes = toyArrays.map(encodeIdx);
const files: MnistFile[] = await Promise.all(toyBytes.map(async (bytes, i) => ({
  name: mnistFiles[i].name,
  kind: mnistFiles[i].kind,
  bytes: bytes.length,
  gzipBytes: gzipSync(bytes).length,
  sha256: await sha256(bytes),
})));
const gzipped = new Map(
  files.map(({ name }, i) => [`${name}.gz`, new Uint8Array(gzipSync(toyBytes[i]))]),
);

interface Scene {
  folder: string;
  good: Mirror;
  bad: Mirror;
  load: (options?: LoadOptions) => ReturnType<typeof loadMnist>;
}

/** A fresh cache folder, a mirror that has the toy files and one that has nothing. */
async function scene(body: (scene: Scene) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const good = openMirror((file) => new Response(gzipped.get(file)));
  const bad = openMirror(() => new Response("gone", { status: 404 }));
  const defaults: LoadOptions = {
    folder,
    files,
    mnistDir: null,
    mirrors: [good.url],
    pauseSeconds: 0,
    syntheticTrainCount: 60,
    syntheticTestCount: 20,
  };
  try {
    await body({ folder, good, bad, load: (options) => loadMnist({ ...defaults, ...options }) });
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
    assert.equal(data.note, `MNIST, downloaded from ${new URL(good.url).host}.`);
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
    const data = await load({ mnistDir: own });
    assert.equal(data.note, "MNIST, read from a copy on this machine.");
    assert.deepEqual([...data.test.pixels], [...toyArrays[2].data]);
    assert.equal(good.asked.length, 0);
    assert.deepEqual(namesIn(folder), ["own"], "nothing is written");
  }));

Deno.test("loadMnist() takes what MNIST_DIR lacks from elsewhere", () =>
  scene(async ({ folder, good, load }) => {
    await Deno.writeFile(join(folder, files[0].name), toyBytes[0]);
    const data = await load({ mnistDir: folder });
    assert.equal(good.asked.length, 3);
    assert.match(
      data.note,
      /^MNIST, read from a copy on this machine and downloaded from 127\.0\.0\.1:\d+\.$/,
    );
  }));

Deno.test("loadMnist() refuses a wrong file in MNIST_DIR, whatever the source", () =>
  scene(async ({ folder, load }) => {
    const path = join(folder, files[0].name);
    const wrong = toyBytes[0].slice();
    wrong[20] ^= 1;
    await Deno.writeFile(path, wrong);
    const found = await sha256(wrong);
    for (const source of ["auto", "mnist"] as const) {
      await assert.rejects(load({ mnistDir: folder, source }), {
        message: `MNIST_DIR holds a file that is not MNIST's: ${path}: ` +
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
    assert.match(data.note, /downloaded from 127\.0\.0\.1:\d+ \(and not kept\)\.$/);
  }));

Deno.test("loadMnist() in two processes at once leaves a good cache to both", () =>
  scene(async ({ folder, good, load }) => {
    const project = fileURLToPath(new URL("../../", import.meta.url));
    const options = { folder, files, mnistDir: null, mirrors: [good.url], source: "mnist" };
    const code = `import { loadMnist } from ${
      JSON.stringify(new URL("../../lib/data/mnist.ts", import.meta.url).href)
    };
      for (let i = 0; i < 5; i++) {
        const data = await loadMnist(${JSON.stringify(options)});
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

Deno.test("loadMnist() falls back to synthetic digits and says so", () =>
  scene(async ({ bad, load }) => {
    const reports: LoadProgress[] = [];
    const data = await load({
      mirrors: [bad.url],
      syntheticTrainCount: 1000,
      progress: (progress) => reports.push(progress),
    });
    assert.equal(data.source, "synthetic");
    assert.match(data.note, /^Synthetic digits, .* neither on this machine nor to be downloaded/);
    assert.match(data.note, /do not compare with those on MNIST\.$/);
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
        `MNIST cannot be had, and source: "mnist" forbids synthetic digits in its place. ` +
          `MNIST_DIR is not set; ${join(folder, "mnist")} does not hold it; ` +
          `Cannot download train-images-idx3-ubyte.gz: ${bad.url} (try 1): HTTP 404 Not Found`,
      );
      return true;
    });
    await assert.rejects(
      load({ mirrors: [bad.url], source: "mnist", mnistDir: "/no/such/folder" }),
      /MNIST_DIR \(\/no\/such\/folder\) does not hold it/,
    );
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
    await assert.rejects(loadMnist(options as LoadOptions), (error) => {
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
    "timeout: no such option; known: source, folder, mnistDir, " +
      "progress, mirrors, files, timeoutSeconds, attempts, pauseSeconds, syntheticSeed, " +
      "syntheticTrainCount, syntheticTestCount",
  );
});

/** Where the original is on this machine, or null. */
function originalFolder(): string | null {
  const project = fileURLToPath(new URL("../../", import.meta.url));
  const named = Deno.env.get("MNIST_DIR");
  const folders = [
    named && (isAbsolute(named) ? named : join(project, named)),
    join(project, "data", "mnist"),
  ];
  const file = mnistFiles[0].name;
  return folders.find((folder) =>
    folder && (existsSync(join(folder, `${file}.gz`)) || existsSync(join(folder, file)))
  ) || null;
}

const originals = originalFolder();

Deno.test({
  name: "loadMnist() gives the original MNIST" +
    (originals ? "" : " (skipped: it is neither in MNIST_DIR nor in data/mnist)"),
  ignore: !originals,
  fn: async () => {
    const { train, test, source } = await loadMnist({ mnistDir: originals, source: "mnist" });
    assert.equal(source, "mnist");
    assert.deepEqual([train.count, test.count], [60_000, 10_000]);
    // The class counts and the mean and deviation of the grey values that everybody quotes.
    assert.deepEqual(
      classCounts(train),
      [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    );
    assert.deepEqual(classCounts(test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert.deepEqual([...take(train, 5).labels!], [5, 0, 4, 1, 9]);
    let sum = 0, squares = 0;
    for (const pixel of train.pixels) {
      sum += pixel;
      squares += pixel * pixel;
    }
    const mean = sum / train.pixels.length / 255;
    const deviation = Math.sqrt(squares / train.pixels.length / 255 ** 2 - mean ** 2);
    assert.equal(mean.toFixed(4), "0.1307");
    assert.equal(deviation.toFixed(4), "0.3081");
  },
});
