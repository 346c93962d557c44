import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet } from "../../lib/data/dataset.ts";
import { treat } from "../../lib/data/treat.ts";
import { readEpochCodes } from "../../lib/film/epoch_codes.ts";
import { film, findOrFilm } from "../../lib/film/film.ts";
import { readEpochImage, readEpochSamples, savedEpochs } from "../../lib/film/epoch_images.ts";
import { dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createVae } from "../../lib/models/model.ts";
import { smallData, smallRecipe } from "../training/small_run.ts";

const about = { latentDim: 2, labels: smallData.test.labels };

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

Deno.test("film() keeps colours, and takes a test set of fewer images than a grid has", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  // The upper half red, the lower blue.
  const image = Array.from({ length: 16 * 16 }, (_, i) => i < 128 ? [255, 0, 0] : [0, 0, 255]);
  const set = (count: number) =>
    createImageSet(
      "halves",
      Uint8Array.from(Array.from({ length: count }, () => image.flat()).flat()),
      new Uint8Array(count),
      [16, 16, 3],
    );
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
