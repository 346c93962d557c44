import assert from "node:assert/strict";
import { Images, type ImageShape } from "../../lib/data/images.ts";
import {
  drawEpoch,
  readEpochImage,
  readEpochSamples,
  saveEpochAnimation,
  saveEpochImages,
} from "../../lib/film/epoch_images.ts";
import { pixelsOf, readGif } from "../visuals/gif_reader.ts";
import { inFolder } from "../in_folder.ts";

/** Sixteen images of one shape, each of a grey of its own. */
function greys(shape: ImageShape, from: number): Images {
  const size = shape[0] * shape[1];
  return new Images(Uint8Array.from({ length: 16 * size }, (_, i) => from + i / size), shape);
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
    // From the right and the top, in CSS pixels: images of 57 × 38 with 1 between them.
    const step = [57 + 1, 38 + 1];
    assert.equal(height, (4 * step[1] - 1) * density);
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => at(0, row * step[1])),
      [107, 207, 115, 215],
      "the last column: originals 7 and 15, each over its reconstruction",
    );
    assert.deepEqual([0, 1].map((row) => at(7 * step[0], row * step[1])), [100, 200]);
    assert.deepEqual([prior.width, prior.height], [(4 * 58 - 1) * density, (4 * 39 - 1) * density]);
    assert.deepEqual((await readEpochImage(folder, 3)).data, data);
  }));

Deno.test("readEpochSamples() gives back what was saved, grey or in colour", () =>
  inFolder(async (folder) => {
    const shapes = [[2, 3, 1], [2, 3, 3], [4, 4, 1], [28, 28, 1], [33, 47, 3], [
      128,
      100,
      3,
    ]] as const;
    for (const shape of shapes) {
      const length = 16 * shape[0] * shape[1] * shape[2];
      const ramp = (from: number) =>
        new Images(Uint8Array.from({ length }, (_, i) => from + 7 * i), shape);
      const samples = { originals: ramp(0), reconstructions: ramp(50), prior: ramp(90) };
      const drawn = drawEpoch(samples);
      await saveEpochImages(folder, shape[0], drawn);
      for (const which of ["originals", "reconstructions", "prior"] as const) {
        const images = await readEpochSamples(folder, shape[0], which, shape);
        assert.deepEqual(images, samples[which], `${which}, ${shape.join("×")}`);
      }
      const wide = drawn.image.width / drawn.image.density!;
      assert.ok(wide > 250 && wide < 700, `${shape.join("×")}: ${wide} CSS pixels wide`);
    }
    await assert.rejects(
      readEpochSamples(folder, 3, "prior", [2, 3, 1]),
      /no picture of epoch 3: ".*" has epochs 2, 4, 28, 33, 128/,
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

Deno.test("saveEpochAnimation() keeps the colours of coloured images", () =>
  inFolder(async (folder) => {
    const shape = [16, 16, 3] as const;
    const halves = new Images(
      Uint8Array.from(
        { length: 16 * 768 },
        (_, i) => (i % 3 === 0 && i % 768 < 384) || (i % 3 === 2 && i % 768 >= 384) ? 250 : 7,
      ),
      shape,
    );
    const flat = new Images(new Uint8Array(16 * 768).fill(123), shape);
    for (const epoch of [0, 1]) {
      const reconstructions = epoch === 0 ? flat : halves;
      await saveEpochImages(
        folder,
        epoch,
        drawEpoch({ originals: halves, reconstructions, prior: flat }),
      );
    }
    await saveEpochAnimation(folder, "image");
    const gif = readGif(await Deno.readFile(`${folder}/cvae.gif`));
    const pixels = pixelsOf(gif, 1);
    /** Counted from the right. */
    const at = (x: number, y: number) => {
      const start = 4 * (y * gif.width + gif.width - x);
      return [...pixels.subarray(start, start + 3)];
    };
    // images of 64 CSS pixels, at 2: the last one's upper half red, its lower half blue, in both rows
    for (const row of [0, 1]) {
      assert.deepEqual(at(60, 130 * row + 20), [250, 7, 7]);
      assert.deepEqual(at(60, 130 * row + 110), [7, 7, 250]);
    }
  }));
