/** Which weights answer which wish: only those of the same run, or what differs is said. */
import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { createImageSet, take } from "../../lib/data/image_set.ts";
import { preset, type PresetChanges, type Recipe } from "../../lib/models/presets.ts";
import { findModel, findRun, runFolder } from "../../lib/training/find_model.ts";
import { train } from "../../lib/training/train.ts";
import { smallData, smallRecipe } from "./small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const wished = smallRecipe({ epochs: 1 });

async function trained(recipe: Recipe, folder: string, dataset: Dataset = smallData) {
  const model = recipe.build();
  for await (const _ of train(model, dataset, { ...recipe.training, folder, workers: 1 }));
  model.dispose();
}

async function withShipped(body: (data: string) => Promise<void>) {
  const data = await Deno.makeTempDir();
  try {
    await trained(wished, `${data}/pretrained/shipped`);
    await body(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

/** Changes to a preset that make another run of it. */
const others: PresetChanges[] = [
  { beta: 4 },
  { beta: 0 },
  { kl: "analytic" },
  { filters: [4, 8] },
  { seed: 7 },
  { inputNoise: 0.5 },
  { learningRate: 1 },
  { heads: "separate" },
  { optimizer: "rmsprop" },
  { klWarmupEpochs: 5 },
  { inputShape: [32, 32, 1] },
  { inputShape: [28, 28, 3] },
  { kind: "ae" },
  { treatment: "grey" },
  { latentDim: 3 },
  { batchSize: 32 },
  { dropRemainder: true },
  { patience: 3 },
  { keepBest: true },
  { epochs: 2 },
];

Deno.test("findModel() takes no weights of other settings, and each run has a folder of its own", () =>
  withShipped(async (data) => {
    const folders = new Set([runFolder(wished, smallData)]);
    for (const changes of others) {
      const recipe = smallRecipe({ epochs: 1, ...changes });
      assert.equal(await findModel(recipe, smallData, { data }), null, JSON.stringify(changes));
      folders.add(runFolder(recipe, smallData));
    }
    // Another number of epochs is the same run, further on.
    assert.equal(folders.size, 1 + others.length - 1);
    const dense = preset("dense-vae", { ...wished.training, treatment: "threshold", epochs: 1 });
    assert.equal(await findModel(dense, smallData, { data }), null);
    const { model } = (await findModel(wished, smallData, { data }))!;
    model.dispose();
  }));

Deno.test("findModel() takes no weights of other images, or of fewer", () =>
  withShipped(async (data) => {
    const { train: set } = smallData;
    const pixels = set.pixels.map((byte) => 255 - byte);
    const shape = [set.height, set.width, set.channels] as const;
    const inverted = createImageSet({ name: "inverted", pixels, labels: set.labels, shape });
    const find = (dataset: Dataset) => findRun(wished, dataset, { data });
    assert.equal(await find({ ...smallData, train: inverted }), null);
    assert.equal(await find({ ...smallData, train: { ...set, pixels: inverted.pixels } }), null);
    assert.equal(await find({ ...smallData, source: "mnist" }), null);
    const fewer = await find({ ...smallData, train: take(set, 64) });
    assert.match(fewer!.note, / Not as asked for: 100 training images instead of 64\.$/);
    await trained(wished, `${data}/runs/few`, { ...smallData, train: take(set, 64) });
    const { folder } = (await find(smallData))!;
    assert.equal(folder, `${data}/pretrained/shipped`, "64 images do not answer for 100");
    await trained(wished, `${data}/runs/few`, { ...smallData, test: take(smallData.test, 20) });
    assert.equal((await find(smallData))!.folder, folder, "nor 20 test images for 30");
  }));

Deno.test("findModel() names what differs that may: more epochs, a seed nobody asked for", () =>
  withShipped(async (data) => {
    await trained(smallRecipe({ epochs: 3, seed: 2 }), `${data}/runs/longer`);
    const anySeed = smallRecipe({ epochs: 2 });
    const { note, folder } = (await findRun(anySeed, smallData, { data }))!;
    assert.equal(folder, `${data}/runs/longer`);
    assert.equal(
      note,
      "Weights: a run of yours (conv-vae, latentDim 2, threshold, 3 epochs on 100 synthetic digits, " +
        "seed 2). Not as asked for: seed 2, 3 epochs instead of 2.",
    );
    assert.equal(await findRun(smallRecipe({ epochs: 2, seed: 1 }), smallData, { data }), null);
    assert.equal(await findRun(smallRecipe({ epochs: 4 }), smallData, { data }), null);
  }));

Deno.test("findModel() prefers what is most like the wish, then the reader's own, then the newest", () =>
  withShipped(async (data) => {
    const found = async () => (await findRun(wished, smallData, { data }))!.folder;
    assert.equal(await found(), `${data}/pretrained/shipped`);
    await trained(smallRecipe({ epochs: 2 }), `${data}/runs/longer`);
    assert.equal(await found(), `${data}/pretrained/shipped`, "two epochs are not one");
    await trained(wished, `${data}/runs/mine`);
    assert.equal(await found(), `${data}/runs/mine`);
    await trained(smallRecipe({ epochs: 1, beta: 0 }), `${data}/runs/another`);
    assert.equal(await found(), `${data}/runs/mine`);
    await trained(wished, `${data}/runs/newer`);
    const [old, recent] = [new Date(2020, 1), new Date(2021, 1)];
    for (const [name, time] of [["mine", recent], ["newer", old]] as const) {
      await Deno.utime(`${data}/runs/${name}/run.json`, time, time);
    }
    assert.equal(await found(), `${data}/runs/mine`);
    await Deno.utime(`${data}/runs/mine/run.json`, old, new Date(2019, 1));
    assert.equal(await found(), `${data}/runs/newer`);
  }));

Deno.test("findModel() counts a run that early stopping ended as finished", () =>
  withShipped(async (data) => {
    const recipe = smallRecipe({ epochs: 60, patience: 1, learningRate: 0.05 });
    await trained(recipe, `${data}/runs/early`);
    const found = (await findRun(recipe, smallData, { data }))!;
    assert.ok(found.run.history.at(-1)!.epoch < 60);
    assert.doesNotMatch(found.note, /Not as asked for/);
  }));

Deno.test("findRun() takes a record without weights only where it is enough", () =>
  withShipped(async (data) => {
    const folder = `${data}/pretrained/shipped`;
    for (const name of ["model", "model.old"]) {
      await Deno.remove(`${folder}/${name}`, { recursive: true });
    }
    assert.equal(await findModel(wished, smallData, { data }), null);
    assert.equal(await findRun(wished, smallData, { data }), null);
    const found = await findRun(wished, smallData, { data, weights: false });
    assert.equal(found?.run.history.length, 2);
    assert.equal(found?.folder, folder);
  }));

Deno.test("runFolder() keeps runs where runs are, whatever a recipe calls its model", () => {
  for (const name of ["../../../x", "a/b", "", "a\\b"]) {
    const build = () => {
      const model = wished.build();
      model.config.name = name;
      return model;
    };
    assert.throws(
      () => runFolder({ ...wished, build }, smallData, "runs"),
      /^OptionError: runFolder: name/,
    );
  }
});

Deno.test("runFolder() is readable, and the same whatever the number of epochs", () => {
  const name = runFolder(wished, smallData, "runs");
  assert.match(name, /^runs\/conv-vae-z2-seed1-[0-9a-f]{6}$/);
  assert.equal(runFolder(smallRecipe({ epochs: 9 }), smallData, "runs"), name);
});

Deno.test("findModel() gives shipped weights beside synthetic digits, and says what they learnt from", async () => {
  const data = await Deno.makeTempDir();
  const mnist = { ...smallData, source: "mnist" };
  try {
    await trained(wished, `${data}/runs/mine`, mnist);
    assert.equal(await findModel(wished, smallData, { data }), null, "a run of the reader's own");
    await Deno.rename(`${data}/runs`, `${data}/pretrained`);
    const found = await findModel(wished, smallData, { data });
    assert.match(found!.note, /100 MNIST digits.*trained on MNIST, which is not on this machine/);
    assert.equal(found!.origin, "pretrained");
    found!.model.dispose();
    assert.equal(await findModel(smallRecipe({ epochs: 1, beta: 4 }), smallData, { data }), null);
    const own = { ...smallData, source: "own" };
    assert.equal(await findModel(wished, own, { data }), null, "pictures of the reader's own");
    await trained(wished, `${data}/runs/mine`);
    const mine = await findModel(wished, smallData, { data });
    assert.equal(mine!.origin, "run", "a run on these very images comes first");
    mine!.model.dispose();
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
