import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { Images } from "../../lib/data/images.ts";
import { treat } from "../../lib/data/treat.ts";
import { epochCodesPath, readEpochCodes } from "../../lib/film/epoch_codes.ts";
import { film, findOrFilm } from "../../lib/film/film.ts";
import {
  drawEpoch,
  epochImagePath,
  readEpochImage,
  readEpochSamples,
  savedEpochs,
  saveEpochImages,
} from "../../lib/film/epoch_images.ts";
import { dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createVae } from "../../lib/models/create_model.ts";
import { requestStop } from "../../lib/stop.ts";
import { findOrTrain } from "../../lib/training/find_or_train.ts";
import { smallData, smallRecipe } from "../training/small_run.ts";

const about = { latentDim: 2, set: smallData.test };

Deno.test("film() keeps grids and codes of every epoch, the untrained model's first", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  const { build, training } = smallRecipe({ epochs: 2 });
  const model = build();
  try {
    const seen: number[] = [];
    const options = { ...training, folder, workers: 1 };
    for await (const { record, image } of film(model, smallData, options)) {
      seen.push(record.epoch);
      assert.deepEqual((await readEpochImage(folder, record.epoch)).data, image.data);
    }
    assert.deepEqual(seen, [0, 1, 2]);
    assert.deepEqual(await savedEpochs(folder, "prior"), seen);
    const codes = await readEpochCodes(folder, about);
    assert.deepEqual(codes.map(({ epoch }) => epoch), seen);
    assert.ok(codes.every(({ codes }) => codes.count === smallData.test.count));
    assert.notDeepEqual(codes[1].codes, codes[2].codes);
  } finally {
    model.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findOrFilm() films once, and finds what it filmed", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const data = await Deno.makeTempDir();
  const recipe = smallRecipe({ epochs: 1 });
  try {
    const options = { data, workers: 1 };
    const filmed = await findOrFilm(recipe, smallData, options);
    assert.match(filmed.note, /trained just now: 1 epochs? on 100 synthetic digits/);
    const [before] = (await readEpochCodes(filmed.folder, about)).slice(-1);
    const found = await findOrFilm(recipe, smallData, options);
    assert.equal(found.folder, filmed.folder);
    assert.match(found.note, /a run of yours/);
    // Without codes it is no film.
    await Deno.remove(`${filmed.folder}/codes`, { recursive: true });
    const again = await findOrFilm(recipe, smallData, options);
    assert.match(again.note, /trained just now/);
    assert.deepEqual((await readEpochCodes(again.folder, about)).at(-1), before);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

for (const [name, find] of [["findOrFilm", findOrFilm], ["findOrTrain", findOrTrain]] as const) {
  Deno.test(`${name}() keeps a press of Stop that comes while it looks for a run`, async () => {
    await useBackend({ engine: "portable", threads: 1 });
    const data = await Deno.makeTempDir();
    try {
      const work = find(smallRecipe({ epochs: 1 }), smallData, { data });
      requestStop();
      await assert.rejects(work, { name: "StoppedError" });
      assert.deepEqual(await Array.fromAsync(Deno.readDir(data)), []);
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  });
}

Deno.test("film() keeps colours, and takes a test set of fewer images than a grid has", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  // The upper half red, the lower blue.
  const image = Array.from({ length: 16 * 16 }, (_, i) => i < 128 ? [255, 0, 0] : [0, 0, 255]);
  const set = (count: number) =>
    createImageSet({
      name: "halves",
      pixels: Uint8Array.from(Array.from({ length: count }, () => image.flat()).flat()),
      labels: new Uint8Array(count),
      shape: [16, 16, 3],
    });
  const model = createVae({
    encoder: tf.sequential({ layers: [flatten({ inputShape: [16, 16, 3] }), dense({ units: 4 })] }),
    decoder: tf.sequential({
      layers: [dense({ inputShape: [2], units: 768 }), reshape({ targetShape: [16, 16, 3] })],
    }),
  });
  try {
    const data = { train: set(20), test: set(10), source: "halves", note: "Red over blue." };
    const shown = [];
    for await (const { image } of film(model, data, { folder, epochs: 1, workers: 1 })) {
      shown.push(image);
    }
    assert.deepEqual(shown.map(({ channels }) => channels), [3, 3]);
    const originals = await readEpochSamples(folder, 1, "originals", [16, 16, 3]);
    assert.deepEqual(originals.slice(0, 10), treat(data.test, "grey"));
    assert.equal(shown[1].channels, (await readEpochImage(folder, 1, "prior")).channels);
  } finally {
    model.dispose();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("film() draws the pictures that a kill left out, from the weights of that epoch", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  const { build, training } = smallRecipe({ epochs: 1 });
  const files = [
    epochImagePath(folder, 1, "image"),
    epochImagePath(folder, 1, "prior"),
    epochCodesPath(folder, 1),
  ];
  const filmed = async (epochs: number) => {
    const model = build();
    for await (const _ of film(model, smallData, { ...training, epochs, folder, workers: 1 }));
    model.dispose();
  };
  try {
    await filmed(1);
    const before = await Promise.all(files.map((file) => Deno.readFile(file)));
    await Promise.all(files.map((file) => Deno.remove(file)));
    await filmed(2);
    const after = await Promise.all(files.map((file) => Deno.readFile(file)));
    assert.deepEqual(after, before);
    assert.deepEqual(await savedEpochs(folder, "image"), [0, 1, 2]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readEpochImage() names a file that is no whole picture", async () => {
  const folder = await Deno.makeTempDir();
  const path = epochImagePath(folder, 0, "image");
  try {
    const grey = (count: number) => new Images(new Float32Array(count * 4).fill(0.5), [2, 2, 1]);
    const samples = { originals: grey(8), reconstructions: grey(8), prior: grey(4) };
    await saveEpochImages(folder, 0, drawEpoch(samples));
    const bytes = await Deno.readFile(path);
    const flipped = bytes.map((byte, i) => i === bytes.length - 30 ? byte ^ 1 : byte);
    for (const damaged of [flipped, bytes.subarray(0, 100), new Uint8Array()]) {
      await Deno.writeFile(path, damaged);
      await assert.rejects(readEpochImage(folder, 0), /0000\.png" is damaged: it is no whole PNG/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
