/** A VAE that is told the class: its networks, its numbers, training, draws, and what it is refused. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { Codes } from "../../lib/data/codes.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import { iwaeBound } from "../../lib/evaluation/importance_bound.ts";
import { exportOnnx } from "../../lib/export/mod.ts";
import { fixedSamples, renderFixedSamples } from "../../lib/film/fixed_samples.ts";
import { classDraws } from "../../lib/latent/class_draws.ts";
import { decodeCodes, encodeAll } from "../../lib/latent/encode.ts";
import { exportModel } from "../../lib/latent/model_export.ts";
import { traversal } from "../../lib/latent/traversal.ts";
import { truePosterior } from "../../lib/latent/true_posterior.ts";
import { decodeGrid, linearGrid } from "../../lib/latent/manifold.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { denseNetworks } from "../../lib/models/networks/dense_networks.ts";
import { conditionalNetworks } from "../../lib/models/networks/conditional_networks.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import {
  differences,
  differencesApartFromData,
  identityApartFromData,
  identityHash,
  identityOf,
} from "../../lib/models/identity.ts";
import { trainingSchema } from "../../lib/models/training_settings.ts";
import { objectiveTerms } from "../../lib/objective.ts";
import { RandomStream } from "../../lib/random.ts";
import { loadRun } from "../../lib/training/checkpoint.ts";
import { train, type TrainOptions } from "../../lib/training/train.ts";
import { assertNear } from "../assert_near.ts";
import { eachEngine } from "../each_engine.ts";

const sizes = { inputShape: [4, 4, 1], hiddenUnits: [8], classes: 3, latentDim: 2 } as const;
const small = (seed = 1) =>
  createVae({
    ...conditionalNetworks({ ...sizes, inputShape: [4, 4, 1], hiddenUnits: [8] }),
    name: "small",
    seed,
  });

/** Class c is a bright row c, with some noise. */
function rows(count: number, labelled = true) {
  const stream = new RandomStream(3, "rows");
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Uint8Array.from({ length: 16 * count }, (_, i) => {
    const row = Math.floor(i % 16 / 4);
    return row === labels[Math.floor(i / 16)] ? 255 : stream.integer(256) < 40 ? 255 : 0;
  });
  return createImageSet({
    name: "rows",
    pixels,
    shape: [4, 4, 1],
    labels: labelled ? labels : null,
  });
}
const data = { train: rows(120), test: rows(60), source: "rows", note: "" };
const options: TrainOptions = { learningRate: 0.02, batchSize: 20, epochs: 12, workers: 1 };

async function trained(changes: TrainOptions = {}, model = small()) {
  const records = await Array.fromAsync(train(model, data, { ...options, ...changes }));
  return { model, records };
}

Deno.test("createVae() reads the number of classes off networks with two inputs", () => {
  assert.equal(small().config.classes, 3);
  const { encoder, decoder } = conditionalNetworks();
  assert.equal(createVae({ encoder, decoder }).config.classes, 10);
  assert.equal("classes" in createVae(denseNetworks()).config, false);
});

Deno.test("createVae() refuses networks of which only one is told the class, or another number", () => {
  const two = conditionalNetworks(), one = denseNetworks(), three = conditionalNetworks(sizesOf(3));
  const refuse = (networks: object, message: RegExp, make = createVae as (o: never) => unknown) =>
    assert.throws(() => make(networks as never), { name: "OptionError", message });
  refuse({ encoder: two.encoder, decoder: one.decoder }, /decoder: expected two inputs, \[z, y\]/);
  refuse({ encoder: one.encoder, decoder: two.decoder }, /encoder: expected two inputs, \[x, y\]/);
  refuse(
    { encoder: two.encoder, decoder: three.decoder },
    /decoder: expected 10 classes, as the encoder has, got 3/,
  );
  refuse(two, /encoder: expected one input, the image, got 2/, createAutoencoder);
});
const sizesOf = (classes: number) => ({ classes });

await eachEngine(
  "the class is one-hot beside image and code: what it adds is its row of weights",
  () => {
    const model = small();
    tf.tidy(() => {
      const x = tf.zeros([3, 4, 4, 1]) as tf.Tensor4D, z = tf.zeros([3, 2]) as tf.Tensor2D;
      const y = tf.tensor2d([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
      // Of a black image and no bias the hidden layer sees the kernel's row of the class, after 16 pixels.
      const [kernel, , heads] = model.encoder.getWeights().map((weight) =>
        weight.arraySync() as number[][]
      );
      const wanted = [0, 1, 2].map((label) =>
        heads[0].map((_, k) =>
          kernel[16 + label].reduce((sum, value, i) => sum + Math.max(0, value) * heads[i][k], 0)
        )
      );
      const { mean, logVar } = model.encode(x, y);
      assertNear(
        tf.concat([mean, logVar!], 1).dataSync(),
        wanted.flat(),
        { absolute: 1e-6 },
      );
      const drawn = model.decode(z, y).reshape([3, 16]).arraySync() as number[][];
      assert.notDeepEqual(drawn[0], drawn[1]);
      assert.deepEqual(model.pixelMeans(z, y).shape, [3, 4, 4, 1]);
      const terms = objectiveTerms(model, x, x, z, "analytic", y);
      assertNear(terms.reconstruction.dataSync(), model.nll(mean, x, y).dataSync(), {
        relative: 1e-6,
      });
    });
    model.dispose();
  },
);

Deno.test("a conditional model without a class, or another with one, is an error that says so", () => {
  const model = small(), plain = createVae(denseNetworks());
  const x = tf.zeros([2, 4, 4, 1]) as tf.Tensor4D, z = tf.zeros([2, 2]) as tf.Tensor2D;
  const y = tf.ones([2, 3]) as tf.Tensor2D;
  const why = "as the model is conditional on the class";
  assert.throws(() => model.encode(x), { message: `encode: y: expected [2, 3], ${why}, got none` });
  assert.throws(() => model.decode(z, y.slice(0, 1)), {
    message: `decode: y: expected [2, 3], ${why}, got [1, 3]`,
  });
  assert.throws(() => plain.decode(z, y), {
    name: "OptionError",
    message: "decode: y: expected none, as it is not conditional, got [2, 3]",
  });
});

Deno.test("train() learns what a class looks like, alone and over workers, and the class is worth nats", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const { model, records } = await trained();
  const other = await trained({ workers: 2 });
  const last = records.at(-1)!.test.loss;
  assertNear([other.records.at(-1)!.test.loss], [last], { relative: 1e-3 });
  const networks = denseNetworks({ inputShape: [4, 4, 1], hiddenUnits: [8], latentDim: 2 });
  const untold = await trained({}, createVae(networks));
  assert.ok(last < untold.records.at(-1)!.test.loss - 0.3, `${last}`);

  const { images, codes } = await classDraws(model, { count: 4 });
  assert.deepEqual([images.count, codes.count], [12, 12]);
  assert.deepEqual([...codes.labels!], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  assert.deepEqual(codes.row(1), codes.row(9), "the same draws in every row");
  for (let i = 0; i < 12; i++) {
    const image = images.at(i),
      brightness = (row: number) => image.slice(4 * row, 4 * row + 4).reduce((a, b) => a + b) / 4;
    const label = codes.labels![i];
    for (const row of [0, 1, 2, 3]) {
      assert.ok(row === label ? brightness(row) > 0.9 : brightness(row) < 0.5, `${i}, row ${row}`);
    }
  }
  const two = await classDraws(model, { classes: [2], count: 3 });
  assert.deepEqual([...two.codes.labels!], [2, 2, 2]);
});

Deno.test("a conditional run is saved, resumed to the bit and found by its own networks", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const folder = await Deno.makeTempDir();
  const whole = await trained({ epochs: 3 });
  await trained({ epochs: 2, folder });
  await trained({ epochs: 3, folder, resume: true });
  const { model, run } = await loadRun(folder);
  assert.equal(run.model.classes, 3);
  const weights = (of: typeof model) => of.variables().map((variable) => [...variable.dataSync()]);
  assert.deepEqual(weights(model), weights(whole.model));
  const training = trainingSchema.parse({});
  const plain = createVae(denseNetworks({ inputShape: [4, 4, 1], hiddenUnits: [8] }));
  const [a, b] = [model, plain].map((one) => identityApartFromData(one, training));
  assert.ok(differencesApartFromData(a, b).some(({ field }) => field === "encoder"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("codes know their classes: encodeAll(), decodeCodes(), iwaeBound() and the film's samples", async () => {
  await useBackend({ engine: "portable", threads: 1 });
  const model = small();
  const codes = await encodeAll(model, data.test, { batchSize: 7 });
  const images = await decodeCodes(model, codes, { batchSize: 11 });
  tf.tidy(() => {
    const y = tf.tensor2d([[0, 0, 1]]);
    const [place] = [[...codes.labels!].indexOf(2)];
    const z = tf.tensor2d([[...codes.row(place)]]);
    assertNear(images.at(place), model.pixelMeans(z, y).dataSync(), { absolute: 1e-6 });
  });
  const { bound, elbo } = await iwaeBound(model, data.test, { k: 8, count: 60 });
  assert.ok(bound >= elbo);
  const record = (await trained({ epochs: 0 }, model)).records[0];
  const one = await iwaeBound(model, data.test, { k: 1, count: 60 });
  assertNear([one.elbo], [-record.test.loss], { absolute: 1e-3 });
  const fixed = fixedSamples(model, data.test, { count: 5 });
  assert.deepEqual([...fixed.priorCodes.labels!], [0, 1, 2, 0, 1]);
  assert.equal((await renderFixedSamples(model, fixed)).prior.count, 5);
});

Deno.test("decodeGrid() and traversal() decode the class they are told, each cell of it", async () => {
  const model = small();
  const grid = linearGrid(coordinatePlane(2), { from: -1, to: 1, step: 1 });
  const each = new Codes(grid.codes.values, 2, { labels: Array(grid.codes.count).fill(2) });
  const { images, codes } = await decodeGrid(model, grid, { label: 2 });
  assert.deepEqual(images.pixels, (await decodeCodes(model, each)).pixels);
  assert.deepEqual(codes.labels, each.labels);
  const other = await decodeGrid(model, grid, { label: 1 });
  assert.notDeepEqual(other.images.pixels, images.pixels);
  const walk = await traversal(model, { dimensions: [1], values: [-1, 0], label: 2 });
  const way = new Codes([0, -1, 0, 0], 2, { labels: [2, 2] });
  assert.deepEqual(walk.images.pixels, (await decodeCodes(model, way)).pixels);

  const wanted =
    "decodeGrid: label: expected an integer from 0 to 2, as the model is conditional, got";
  await assert.rejects(decodeGrid(model, grid), { message: `${wanted} undefined` });
  await assert.rejects(decodeGrid(model, grid, { label: 3 }), { message: `${wanted} 3` });
  await assert.rejects(decodeGrid(createVae(denseNetworks()), grid, { label: 0 }), {
    message: "decodeGrid: label: expected none, as the model is not conditional, got 0",
  });
});

Deno.test("labels that are missing, or of no class, are named", async () => {
  const model = small();
  const unlabelled = { ...data, train: rows(30, false) };
  await assert.rejects(train(model, unlabelled, options).next(), {
    name: "OptionError",
    message: "train: train images: expected labels, as the model is conditional on one of 3 " +
      "classes, got none",
  });
  const test = createImageSet({
    name: "strange",
    pixels: new Uint8Array(16),
    shape: [4, 4, 1],
    labels: [3],
  });
  await assert.rejects(train(model, { ...data, test }, options).next(), {
    message: "train: test images: expected labels below 3, got 3",
  });
  await assert.rejects(encodeAll(model, rows(3, false)), {
    message: /^encodeAll: expected labels,/,
  });
  await assert.rejects(decodeCodes(model, new Codes([0, 0], 2)), {
    message: /^decodeCodes: codes: expected labels, .* got none$/,
  });
  await assert.rejects(classDraws(createVae(denseNetworks())), {
    message: /^classDraws: expected a conditional model/,
  });
});

Deno.test("what has no place for a class refuses a conditional model", async () => {
  const model = small();
  await assert.rejects(exportModel(model), { name: "OptionError", message: /^exportModel: / });
  await assert.rejects(exportOnnx(model, "nowhere"), {
    name: "OptionError",
    message: /^exportOnnx: /,
  });
  const grid = linearGrid(coordinatePlane(2), { from: -1, to: 1, step: 1 });
  await assert.rejects(truePosterior(model, grid, data.test, { indices: [0] }), {
    message: /^truePosterior: expected a model of p\(x\|z\)/,
  });
});

Deno.test("identityOf() knows a conditional model's labels, which it learns from", () => {
  const training = trainingSchema.parse({});
  const others = { ...data, train: { ...data.train, labels: data.train.labels!.toReversed() } };
  const [own, other] = [data, others].map((set) => identityOf(small(), training, set));
  assert.deepEqual(differences(own, other).map(({ words }) => words), [
    "other labels than those asked for",
  ]);
  assert.notEqual(identityHash(own), identityHash(other));
  assert.deepEqual(differences(own, identityOf(small(), training, data)), []);
  const plain = () => createVae(denseNetworks({ inputShape: [4, 4, 1], hiddenUnits: [8] }));
  const [one, two] = [data, others].map((set) => identityOf(plain(), training, set));
  assert.deepEqual([differences(one, two), identityHash(one)], [[], identityHash(two)]);
});
