import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  type ImageFolderOptions,
  loadImageFolder,
} from "../../../lib/data/image_folder/load_image_folder.ts";
import type { LoadProgress } from "../../../lib/data/progress.ts";
import { OptionError } from "../../../lib/options.ts";
import { requestStop, StoppedError } from "../../../lib/stop.ts";
import { jpegFile, painted, pngFile, pngOf, webpFile } from "./picture_files.ts";

/** A folder of pictures to read, and one for the cache. */
interface Scene {
  pictures: string;
  cache: string;
  write(name: string, bytes: Uint8Array): Promise<void>;
  load(options?: Partial<ImageFolderOptions>): ReturnType<typeof loadImageFolder>;
}

async function scene(body: (scene: Scene) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  const pictures = join(folder, "my photos"), cache = join(folder, "data");
  await Deno.mkdir(pictures);
  try {
    await body({
      pictures,
      cache,
      async write(name, bytes) {
        await Deno.mkdir(dirname(join(pictures, name)), { recursive: true });
        await Deno.writeFile(join(pictures, name), bytes);
      },
      load: (options) => loadImageFolder(pictures, { size: 2, folder: cache, ...options }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A square of one colour. */
const plain = (red: number, green = red, blue = red, side = 4) =>
  painted(side, side, () => [red, green, blue]);

/** Ten numbered grey squares as PNG. */
async function tenGreys({ write }: Scene, folder = "") {
  for (let i = 0; i < 10; i++) await write(`${folder}${i}.png`, pngOf(plain(20 * i)));
}

const valuesOf = ({ pixels, count }: { pixels: Uint8Array; count: number }) =>
  Array.from({ length: count }, (_, i) => pixels[i * pixels.length / count]);

Deno.test("loadImageFolder() reads PNG, JPEG and WebP, by class, into one shape", () =>
  scene(async ({ write, load, pictures }) => {
    await write("red/a.png", pngOf(plain(255, 0, 0)));
    await write("red/b.JPG", await jpegFile(plain(255, 0, 0, 16)));
    await write("red/deep/c.webp", await webpFile(plain(255, 0, 0, 7)));
    await write("blue/a.jpeg", await jpegFile(plain(0, 0, 255, 9)));
    await write("blue/b.png", await jpegFile(plain(0, 0, 255, 9)));
    await write("red/notes.txt", new Uint8Array(3));
    await write("Thumbs.db", new Uint8Array(3));
    await write(".hidden.png", new Uint8Array(3));
    await write("__MACOSX/red/a.png", new Uint8Array(3));
    const { train, test, source, note } = await load({ testShare: 0.4 });
    assert.equal(source, "my photos");
    assert.equal(train.count + test.count, 5);
    assert.ok(test.count >= 1);
    for (const set of [train, test]) {
      assert.deepEqual([set.height, set.width, set.channels], [2, 2, 3]);
      assert.deepEqual(set.classNames, ["blue", "red"]);
      assert.ok(set.pixels.buffer instanceof SharedArrayBuffer);
      for (let i = 0; i < set.count; i++) {
        const wanted = set.labels![i] === 1 ? [255, 0, 0] : [0, 0, 255];
        const found = [...set.pixels.subarray(12 * i, 12 * i + 3)];
        assert.ok(found.every((value, c) => Math.abs(value - wanted[c]) <= 3), `${found}`);
      }
    }
    assert.equal(note, `5 pictures of "${pictures}". Other files: 1 .db, 1 .txt.`);
  }));

Deno.test("loadImageFolder() gives grey, or colour of grey, as channels wants", () =>
  scene(async ({ write, load }) => {
    await write("a.png", pngFile([1, 1, 16, "grey"], [[128, 128]]));
    await write("b.png", pngOf(plain(255, 0, 0)));
    const colour = await load({ size: 1 }), grey = await load({ size: 1, channels: 1 });
    const all = ({ train, test }: typeof colour) => [...train.pixels, ...test.pixels].sort();
    assert.deepEqual(all(colour), [0, 0, 128, 128, 128, 255]);
    assert.deepEqual(all(grey), [128, 76]);
    assert.deepEqual([grey.train.channels, grey.train.labels], [1, null]);
  }));

Deno.test("loadImageFolder() fits, pads and shows transparency as it is told", () =>
  scene(async ({ write, load }) => {
    const wide = painted(4, 2, (x) => [10 * (x + 1), 10 * (x + 1), 10 * (x + 1)]);
    await write("a.png", pngOf(wide));
    await write("b.png", pngOf(wide));
    const first = async (options: Partial<ImageFolderOptions>) => [
      ...(await load({ channels: 1, ...options })).train.pixels.subarray(0, 4),
    ];
    assert.deepEqual(await first({}), [20, 30, 20, 30]);
    assert.deepEqual(await first({ fit: "stretch" }), [15, 35, 15, 35]);
    assert.deepEqual(await first({ fit: "pad" }), [15, 35, 255, 255]);
    assert.deepEqual(await first({ fit: "pad", background: "black" }), [15, 35, 0, 0]);
    assert.deepEqual(await first({ size: [1, 4] }), [10, 20, 30, 40]);
  }));

Deno.test("loadImageFolder() keeps what it read, until a file or an option is another", () =>
  scene(async (place) => {
    const { load, pictures, cache, write } = place;
    await tenGreys(place);
    let read = 0;
    const count = async (options: Partial<ImageFolderOptions> = {}) => {
      read = 0;
      const data = await load({ channels: 1, progress: ({ done }) => read = done, ...options });
      return { data, read };
    };
    const first = await count();
    assert.equal(first.read, 10);
    const again = await count();
    assert.equal(again.read, 0, "from the cache");
    assert.deepEqual(again.data.train, first.data.train);
    assert.equal(
      (await count({ testShare: 0.5, seed: 3 })).read,
      0,
      "the division is none of its affairs",
    );
    assert.equal((await count({ fit: "pad" })).read, 10);
    assert.equal((await count()).read, 0, "each wish has a cache");

    await write("3.png", pngOf(plain(99)));
    await Deno.utime(join(pictures, "3.png"), new Date(1e12), new Date(1e12));
    const changed = await count();
    assert.equal(changed.read, 10);
    const values = [...valuesOf(changed.data.train), ...valuesOf(changed.data.test)];
    assert.ok(values.includes(99) && !values.includes(60), `${values}`);
    await Deno.remove(join(pictures, "9.png"));
    assert.equal((await count()).read, 9);

    // A damaged cache is read anew.
    const folders = [...Deno.readDirSync(join(cache, "image-folders"))].map(({ name }) => name);
    assert.equal(folders.length, 2, `one for each wish, no leftovers: ${folders}`);
    for (const name of folders) {
      const path = join(cache, "image-folders", name, "pixels");
      await Deno.writeFile(path, (await Deno.readFile(path)).map((byte) => byte ^ 1));
    }
    assert.equal((await count()).read, 9);
    assert.equal((await count()).read, 0);
  }));

Deno.test("loadImageFolder() only reads the folder", () =>
  scene(async (place) => {
    await tenGreys(place);
    const state = () =>
      [...Deno.readDirSync(place.pictures)].map(({ name }) => {
        const { size, mtime } = Deno.statSync(join(place.pictures, name));
        return [name, size, mtime?.getTime()];
      });
    const before = state();
    await place.load();
    assert.deepEqual(state(), before);
  }));

Deno.test("loadImageFolder() goes without a cache where none can be written", () =>
  scene(async (place) => {
    await tenGreys(place);
    await Deno.writeTextFile(place.cache, "a file");
    const { train, note } = await place.load();
    assert.ok(train.count >= 1);
    assert.equal(note, `10 pictures of "${place.pictures}" (and not kept).`);
  }));

Deno.test("loadImageFolder() twice at once gives both the same", () =>
  scene(async (place) => {
    await tenGreys(place);
    const [a, b] = await Promise.all([place.load(), place.load()]);
    assert.deepEqual([a.train, a.test], [b.train, b.test]);
    assert.deepEqual((await place.load()).train, a.train);
  }));

Deno.test("loadImageFolder() leaves out up to a share that cannot be read, by name, and refuses more", () =>
  scene(async (place) => {
    const { load, write, pictures } = place;
    await tenGreys(place);
    await write("0broken.png", pngOf(plain(7)).slice(0, 40));
    const { train, test, note } = await load();
    const values = [...valuesOf(train), ...valuesOf(test)].sort((a, b) => a - b);
    assert.deepEqual(values, [0, 20, 40, 60, 80, 100, 120, 140, 160, 180]);
    const left = "0broken.png (damaged PNG file)";
    assert.equal(note, `10 pictures of "${pictures}". Left out, as they cannot be read: ${left}.`);
    assert.equal((await load()).note, note, "from the cache too");
    await write("empty.jpg", new Uint8Array());
    const message = `loadImageFolder: "${pictures}": 2 of 12 pictures cannot be read: ${left}; ` +
      "empty.jpg (the file is empty); `mostUnreadable` says how large a share is left out";
    await assert.rejects(load(), { name: "OptionError", message });
    await assert.rejects(load({ mostUnreadable: 0 }), { name: "OptionError" });
    assert.equal((await load({ mostUnreadable: 0.2 })).train.classNames, null);
  }));

Deno.test("loadImageFolder() reports each picture", () =>
  scene(async (place) => {
    await tenGreys(place);
    const reports: LoadProgress[] = [];
    await place.load({ progress: (report) => reports.push(report) });
    assert.deepEqual(reports.map(({ done }) => done), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(reports[3], { phase: "reading", unit: "images", done: 4, total: 10 });
  }));

Deno.test("loadImageFolder() ends at Stop", () =>
  scene(async (place) => {
    await tenGreys(place);
    await assert.rejects(
      place.load({ progress: ({ done }) => done === 3 && requestStop() }),
      StoppedError,
    );
    assert.ok((await place.load()).train.count > 1, "and reads on at the next call");
  }));

Deno.test({
  name: "loadImageFolder() follows links, and not in circles",
  ignore: Deno.build.os === "windows",
  fn: () =>
    scene(async (place) => {
      await tenGreys(place, "real/");
      await Deno.symlink(join(place.pictures, "real"), join(place.pictures, "linked"));
      await Deno.symlink(place.pictures, join(place.pictures, "real", "above"));
      await Deno.symlink("/no/such/file.png", join(place.pictures, "dead.png"));
      const { train, test } = await place.load();
      assert.deepEqual(train.classNames, ["linked", "real"]);
      assert.equal(train.count + test.count, 20);
    }),
});

Deno.test("loadImageFolder() refuses folders and options that it cannot use", () =>
  scene(async ({ pictures, write, load }) => {
    const refused = async (path: unknown, options: unknown, message: string) =>
      await assert.rejects(loadImageFolder(path as string, options as never), (error) => {
        assert.ok(error instanceof OptionError, String(error));
        assert.equal(error.message, `loadImageFolder: ${message}`);
        return true;
      });
    const none = "looked there and in its subfolders for png, jpg, jpeg, jfif, webp; found";
    await refused(pictures, { size: 8 }, `"${pictures}": ${none} nothing`);
    await write("a.heic", new Uint8Array(1));
    await write("b.HEIC", new Uint8Array(1));
    await write("c/README", new Uint8Array(1));
    await refused(pictures, { size: 8 }, `"${pictures}": ${none} 1 without ending, 2 .heic`);
    await refused(`${pictures}/none`, { size: 8 }, `"${pictures}/none": there is no such folder`);
    await refused(
      `${pictures}/a.heic`,
      { size: 8 },
      `"${pictures}/a.heic": that is a file; name the folder it lies in`,
    );
    await refused(undefined, { size: 8 }, "path: expected the path of a folder, got undefined");
    await refused(pictures, {}, "size: expected an integer or an array, got undefined");
    await refused(pictures, { size: 0 }, "size: expected a number >= 1, got 0");
    await refused(pictures, { size: 8, channels: 4 }, "channels: expected 1 or 3, got 4");
    await refused(
      pictures,
      { size: 8, fit: "cover" },
      'fit: expected "crop" or "pad" or "stretch", got "cover"',
    );
    await refused(pictures, { size: 8, testShare: 1 }, "testShare: expected a number < 1, got 1");
    await write("only.png", pngOf(plain(1)));
    await assert.rejects(
      load(),
      /^OptionError: loadImageFolder: expected at least two pictures, got 1$/,
    );
  }));

Deno.test("loadImageFolder() never takes the name of one of the project's sets", () =>
  scene(async (place) => {
    await tenGreys(place, "x/mnist/");
    const path = join(place.pictures, "x", "mnist");
    const options = { size: 2, folder: place.cache };
    assert.equal((await loadImageFolder(path, options)).source, "mnist (a folder)");
    assert.equal((await loadImageFolder(path, { ...options, source: "mine" })).source, "mine");
    await assert.rejects(
      loadImageFolder(path, { ...options, source: "cifar10" }),
      /source: expected a name of your own, got "cifar10"/,
    );
  }));
