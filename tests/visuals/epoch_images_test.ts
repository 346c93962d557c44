import assert from "node:assert/strict";
import {
  readEpochImage,
  readEpochPixels,
  saveEpochAnimation,
  saveEpochImages,
} from "../../lib/visuals/raster/epoch_images.ts";

/** `count` images of one size, each of a grey of its own. */
const greys = (count: number, size: number, from: number) =>
  Float32Array.from({ length: count * size }, (_, i) => (from + Math.floor(i / size)) / 255);

async function inFolder(what: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await what(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("saveEpochImages() puts each reconstruction under its original, eight pairs a row", () =>
  inFolder(async (folder) => {
    const samples = {
      originals: greys(16, 6, 100),
      reconstructions: greys(16, 6, 200),
      prior: greys(16, 6, 10),
    };
    const { image, prior } = await saveEpochImages(folder, 3, samples, [2, 3, 1]);
    const { density = 1, height, width, data } = image;
    const at = (x: number, y: number) => data[y * density * width + width - 1 - x * density];
    // From the right and the top, in CSS pixels: images of 6 × 4 with 1 between them.
    const step = [6 + 1, 4 + 1];
    assert.equal(height, (4 * step[1] - 1) * density);
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => at(0, row * step[1])),
      [107, 207, 115, 215],
      "the last column: originals 7 and 15, each over its reconstruction",
    );
    assert.deepEqual([0, 1].map((row) => at(7 * step[0], row * step[1])), [100, 200]);
    assert.deepEqual([prior.width, prior.height], [(4 * 7 - 1) * density, (4 * 5 - 1) * density]);
    assert.deepEqual((await readEpochImage(folder, 3)).data, data);
  }));

Deno.test("readEpochPixels() gives back what was saved, grey or in colour", () =>
  inFolder(async (folder) => {
    for (const channels of [1, 3]) {
      const size = 2 * 3 * channels;
      const ramp = (from: number) =>
        Float32Array.from({ length: 16 * size }, (_, i) => ((from + 7 * i) % 256) / 255);
      const samples = { originals: ramp(0), reconstructions: ramp(50), prior: ramp(90) };
      await saveEpochImages(folder, channels, samples, [2, 3, channels]);
      for (const which of ["originals", "reconstructions", "prior"] as const) {
        const pixels = await readEpochPixels(folder, channels, which, [2, 3, channels]);
        assert.deepEqual(pixels, samples[which], `${which}, ${channels} channels`);
      }
    }
    await assert.rejects(
      readEpochPixels(folder, 2, "prior", [2, 3, 1]),
      /no picture of epoch 2: ".*" has epochs 1, 3/,
    );
  }));

Deno.test("saveEpochAnimation() carries the originals in every frame", () =>
  inFolder(async (folder) => {
    const [originals, prior] = [greys(16, 4, 100), greys(16, 4, 0)];
    for (const epoch of [0, 1]) {
      const samples = { originals, reconstructions: greys(16, 4, 100 * epoch), prior };
      await saveEpochImages(folder, epoch, samples, [2, 2, 1]);
    }
    const { width, path } = await saveEpochAnimation(folder, "image");
    const { width: bitmap, density = 1 } = await readEpochImage(folder, 1);
    assert.equal(width, bitmap / density);
    assert.equal(path, `${folder}/cvae.gif`);
  }));
