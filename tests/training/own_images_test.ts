/** A reader's own images, in colour and without labels: trained on, saved, found again, resumed, filmed. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { createDataset, type Dataset } from "../../lib/data/dataset.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { film } from "../../lib/film/film.ts";
import { readEpochCodes } from "../../lib/film/epoch_codes.ts";
import { readEpochImage } from "../../lib/film/epoch_images.ts";
import { preset } from "../../lib/models/presets.ts";
import { RandomStream } from "../../lib/random.ts";
import { readRun } from "../../lib/training/checkpoint.ts";
import { findModel } from "../../lib/training/find_model.ts";
import { findOrTrain, trainingPlan } from "../../lib/training/find_or_train.ts";
import { train } from "../../lib/training/train.ts";
import { inFolder } from "../in_folder.ts";
import { maxDifference, weightsOf } from "./small_run.ts";

/** Coloured noise, 8×12, as floats from −1 to 1. */
function noise(name: string, count: number) {
  const random = new RandomStream(4, name);
  return createImageSet({
    name,
    pixels: Float32Array.from({ length: count * 288 }, () => 2 * random.uniform() - 1),
    range: [-1, 1],
    shape: [8, 12, 3],
  });
}

const drawings = createDataset({
  train: noise("train", 12),
  test: noise("test", 5),
  source: "my drawings",
});

const recipe = preset("conv-vae", {
  inputShape: [8, 12, 3],
  filters: [3, 4],
  batchSize: 4,
  epochs: 2,
  treatment: "grey",
});

await useBackend({ engine: "portable", threads: 1 });

Deno.test("findOrTrain() on own images: a run of their name, found again, and by their bytes alone", () =>
  inFolder(async (data) => {
    const { lines } = await trainingPlan([recipe], drawings, { data });
    assert.match(lines[0], /2 epochs on 12 images of "my drawings", /);
    const first = await findOrTrain(recipe, drawings, { data });
    assert.equal(first.origin, "trained");
    assert.equal((await readRun(first.folder)).data.source, "my drawings");
    const found = await findModel(recipe, drawings, { data });
    assert.match(found!.note, /a run of yours \(.* on 12 images of "my drawings", seed 1\)\.$/);
    assert.equal(maxDifference(await weightsOf(first.model), await weightsOf(found!.model)), 0);
    const others: Dataset[] = [
      { ...drawings, source: "fashion-mnist" },
      { ...drawings, source: "synthetic" },
      { ...drawings, train: { ...drawings.test, name: "train" } },
    ];
    for (const other of others) assert.equal(await findModel(recipe, other, { data }), null);
    first.model.dispose();
    found!.model.dispose();
  }));

Deno.test("train() on own images is resumed to the weights of a run in one piece", () =>
  inFolder(async (data) => {
    const options = { ...recipe.training, workers: 1 };
    const [whole, halved] = [recipe.build(), recipe.build()];
    for await (const _ of train(whole, drawings, options));
    const folder = `${data}/halved`;
    for await (const _ of train(halved, drawings, { ...options, folder, epochs: 1 }));
    for await (const _ of train(halved, drawings, { folder, resume: true, epochs: 2 }));
    assert.equal(maxDifference(await weightsOf(whole), await weightsOf(halved)), 0);
    whole.dispose();
    halved.dispose();
  }));

Deno.test("film() shows own images in colour, however few there are to test on", () =>
  inFolder(async (data) => {
    const model = recipe.build(), folder = `${data}/film`;
    const channels = [];
    for await (const { image } of film(model, drawings, { folder, epochs: 1, batchSize: 4 })) {
      channels.push(image.channels);
    }
    assert.deepEqual(channels, [3, 3]);
    assert.equal((await readEpochImage(folder, 1)).channels, 3);
    const codes = await readEpochCodes(folder, { latentDim: 2, set: drawings.test });
    assert.deepEqual(codes.map(({ codes }) => [codes.count, codes.labels]), [[5, null], [5, null]]);
    model.dispose();
  }));
