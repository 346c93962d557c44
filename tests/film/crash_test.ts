/** Pictures, codes, animations and caches on a disk that fails at any operation, and after chance has changed them. */
import assert from "node:assert/strict";
import { loadMnist } from "../../lib/data/mod.ts";
import { DamagedError } from "../../lib/checksums.ts";
import { readEpochCodes, saveEpochCodes } from "../../lib/film/epoch_codes.ts";
import { drawEpoch, readEpochImage, saveEpochAnimation } from "../../lib/film/epoch_images.ts";
import { saveEpochImages } from "../../lib/film/epoch_images.ts";
import { Codes } from "../../lib/data/codes.ts";
import { Images } from "../../lib/data/images.ts";
import { RandomStream } from "../../lib/random.ts";
import { crash, diskFull, onFailingDisk } from "../training/failing_disk.ts";
import { tinySet } from "../latent/tiny_model.ts";

const grey = (value: number) => new Images(new Float32Array(32).fill(value), [4, 4, 1]);
const grids = (value: number) =>
  drawEpoch({ originals: grey(0), reconstructions: grey(value), prior: grey(value) });
const codes = (value: number) => new Codes(new Float32Array(20).fill(value), 2);
const synthetic = (folder: string) =>
  loadMnist({ source: "synthetic", folder, syntheticTrainCount: 20, syntheticTestCount: 10 });

/** All files below a folder, by their names. */
async function filesIn(folder: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) files.set(path, await Deno.readFile(path));
    else for (const [inner, bytes] of await filesIn(path)) files.set(inner, bytes);
  }
  return files;
}

const works: Record<string, (folder: string, value: number) => Promise<unknown>> = {
  pictures: (folder, value) => saveEpochImages(folder, 1, grids(value)),
  codes: (folder, value) => saveEpochCodes(folder, 1, codes(value)),
  animation: (folder) => saveEpochAnimation(folder, "image"),
  cache: synthetic,
};

for (const [name, work] of Object.entries(works)) {
  Deno.test(`${name}: after a fault at any file operation each file is the old one or the new one`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await saveEpochImages(folder, 1, grids(0.25));
      if (name !== "cache") await work(folder, 0.25);
      const before = await filesIn(folder);
      if (name === "animation") await saveEpochImages(folder, 1, grids(0.75));
      await work(folder, 0.75);
      const after = await filesIn(folder);
      const restore = async () => {
        for (const path of (await filesIn(folder)).keys()) {
          if (!before.has(path)) await Deno.remove(path);
        }
        for (const [path, bytes] of before) await Deno.writeFile(path, bytes);
        if (name === "cache") await Deno.remove(`${folder}/synthetic`, { recursive: true });
        if (name === "animation") await saveEpochImages(folder, 1, grids(0.75));
      };
      let tried = 0;
      for (const fault of [crash, diskFull]) {
        for (let n = 0;; n++) {
          await restore();
          const { operations } = await onFailingDisk(n, fault, () => work(folder, 0.75));
          if (operations <= n) break;
          tried++;
          for (const [path, bytes] of await filesIn(folder)) {
            if (!after.has(path)) continue; // a part that was never given its name
            const known = [before.get(path), after.get(path)].some((one) =>
              one && one.length === bytes.length && one.every((byte, i) => byte === bytes[i])
            );
            assert.ok(known, `${fault.message} at ${n}: ${path} is neither old nor new`);
          }
          await work(folder, 0.75);
          for (const [path, bytes] of after) assert.deepEqual(await Deno.readFile(path), bytes);
        }
      }
      assert.ok(tried >= 4, `${tried}`);
      console.log(
        `${name}: ${tried} faults, each left old or new files, and the next call was whole`,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("what chance changes in pictures, codes and the cache is refused by name, or made again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await saveEpochImages(folder, 1, grids(0.25));
    await saveEpochCodes(folder, 1, codes(0.25));
    const right = await synthetic(folder);
    const set = tinySet(10);
    const whole = await filesIn(folder);
    const stream = new RandomStream(1, "damage");
    const counts = { refused: 0, rebuilt: 0, harmless: 0 };
    const read = async (path: string) => {
      if (path.includes("/synthetic/")) return await synthetic(folder);
      if (path.endsWith(".bin")) return await readEpochCodes(folder, { latentDim: 2, set });
      return await readEpochImage(folder, 1, path.includes("/prior") ? "prior" : "image");
    };
    for (const [path, bytes] of whole) {
      const expected = await read(path);
      for (let trial = 0; trial < 12; trial++) {
        const at = stream.integer(bytes.length);
        const flipped = bytes.with(at, bytes[at] ^ (1 << stream.integer(8)));
        const changed = trial % 3 === 0 ? bytes.slice(0, at) : Uint8Array.from(flipped);
        await Deno.writeFile(path, changed);
        try {
          assert.deepEqual(await read(path), expected, `${path} was read with other contents`);
          counts[path.includes("/synthetic/") ? "rebuilt" : "harmless"]++;
        } catch (error) {
          assert.ok(
            error instanceof DamagedError && error.message.includes(path),
            `${path}: ${error}`,
          );
          counts.refused++;
        }
        await Deno.writeFile(path, bytes);
      }
    }
    assert.deepEqual((await synthetic(folder)).train.pixels, right.train.pixels);
    assert.ok(counts.refused > 20 && counts.rebuilt > 20, JSON.stringify(counts));
    console.log(`changes: ${JSON.stringify(counts)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
