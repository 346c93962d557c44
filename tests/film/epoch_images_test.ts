import assert from "node:assert/strict";
import { Images, type ImageShape } from "../../lib/data/images.ts";
import {
  drawEpoch,
  readEpochImage,
  readEpochSamples,
  saveEpochAnimation,
  saveEpochImages,
} from "../../lib/film/epoch_images.ts";

/** Sixteen images of one shape, each of a grey of its own. */
function greys(shape: ImageShape, from: number): Images {
  const size = shape[0] * shape[1];
  return new Images(Uint8Array.from({ length: 16 * size }, (_, i) => from + i / size), shape);
}

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
      originals: greys([2, 3, 1], 100),
      reconstructions: greys([2, 3, 1], 200),
      prior: greys([2, 3, 1], 10),
    };
    const grids = drawEpoch(samples), { image, prior } = grids;
    await saveEpochImages(folder, 3, grids);
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

Deno.test("readEpochSamples() gives back what was saved, grey or in colour", () =>
  inFolder(async (folder) => {
    for (const channels of [1, 3]) {
      const shape = [2, 3, channels] as const;
      const ramp = (from: number) =>
        new Images(Uint8Array.from({ length: 16 * 6 * channels }, (_, i) => from + 7 * i), shape);
      const samples = { originals: ramp(0), reconstructions: ramp(50), prior: ramp(90) };
      await saveEpochImages(folder, channels, drawEpoch(samples));
      for (const which of ["originals", "reconstructions", "prior"] as const) {
        const images = await readEpochSamples(folder, channels, which, shape);
        assert.deepEqual(images, samples[which], `${which}, ${channels} channels`);
      }
    }
    await assert.rejects(
      readEpochSamples(folder, 2, "prior", [2, 3, 1]),
      /no picture of epoch 2: ".*" has epochs 1, 3/,
    );
  }));

Deno.test("saveEpochAnimation() carries the originals in every frame", () =>
  inFolder(async (folder) => {
    const [originals, prior] = [greys([2, 2, 1], 100), greys([2, 2, 1], 0)];
    for (const epoch of [0, 1]) {
      const samples = { originals, reconstructions: greys([2, 2, 1], 100 * epoch), prior };
      await saveEpochImages(folder, epoch, drawEpoch(samples));
    }
    const { width, path } = await saveEpochAnimation(folder, "image");
    const { width: bitmap, density = 1 } = await readEpochImage(folder, 1);
    assert.equal(width, bitmap / density);
    assert.equal(path, `${folder}/cvae.gif`);
  }));
