/** Options of compute/, data/, export/, live/, models/, training/ and lib/mod.ts; `visuals/options_test.ts` asks the rest. */
import assert from "node:assert/strict";
import * as compute from "../lib/compute/mod.ts";
import * as data from "../lib/data/mod.ts";
import * as exports from "../lib/export/mod.ts";
import * as models from "../lib/models/mod.ts";
import * as live from "../lib/live/mod.ts";
import * as lib from "../lib/mod.ts";
import { OptionError } from "../lib/options.ts";
import * as training from "../lib/training/mod.ts";

/** Rooms whose doors are watched. */
const rooms: Record<string, Record<string, unknown>> = {
  compute,
  data,
  export: exports,
  models,
  training,
  live,
  lib,
};

/** What stands in other places than the options'; options are looked at first, so that it does not matter. */
const any = null as never;

/** Each function that takes options, called with them. */
const withOptions: Record<string, (options: never) => unknown> = {
  "compute.useBackend": compute.useBackend,
  "data.batches": (options) => data.batches(3, options),
  "data.createDataset": data.createDataset,
  "data.createImageSet": data.createImageSet,
  "data.loadCifar10": data.loadCifar10,
  "data.loadFashionMnist": data.loadFashionMnist,
  "data.loadImageFolder": (options) => data.loadImageFolder(any, options),
  "data.loadKmnist": data.loadKmnist,
  "data.loadMnist": data.loadMnist,
  "data.treat": (options) => data.treat(any, "grey", options),
  "export.exportKeras": (options) => exports.exportKeras(any, any, options),
  "export.exportOnnx": (options) => exports.exportOnnx(any, any, options),
  "export.exportSafetensors": (options) => exports.exportSafetensors(any, any, options),
  "models.add": models.add,
  "models.concatenate": models.concatenate,
  "models.cifarNetworks": models.cifarNetworks,
  "models.conditionalNetworks": models.conditionalNetworks,
  "models.conv2d": models.conv2d,
  "models.conv2dTranspose": models.conv2dTranspose,
  "models.convNetworks": models.convNetworks,
  "models.createAutoencoder": models.createAutoencoder,
  "models.createVae": models.createVae,
  "models.dense": models.dense,
  "models.denseNetworks": models.denseNetworks,
  "models.flatten": models.flatten,
  "models.preset": (options) => models.preset("conv-vae", options),
  "models.residualNetworks": models.residualNetworks,
  "models.reshape": models.reshape,
  "models.saveModel": (options) => models.saveModel(any, any, options),
  "models.upSampling2d": models.upSampling2d,
  "models.upsamplingNetworks": models.upsamplingNetworks,
  "training.findModel": (options) => training.findModel(any, any, options),
  "training.findOrTrain": (options) => training.findOrTrain(any, any, options),
  "training.findRun": (options) => training.findRun(any, any, options),
  "training.train": (options) => training.train(any, any, options).next(),
  "training.trainingPlan": (options) => training.trainingPlan(any, any, options),
  "live.trainingPage": (options) => live.trainingPage(any, options),
  "lib.notebookSettings": lib.notebookSettings,
};

/** Functions that take none. */
const withoutOptions: Record<string, string[]> = {
  compute: ["currentBackend", "slowLayers"],
  data: ["addNoise", "classCounts", "className", "gatherPixels", "holdOut", "pick", "take"],
  export: ["importKeras"],
  models: ["layerColumn", "loadWeights", "reparameterize"],
  live: [],
  training: [
    "epochLine",
    "estimateTraining",
    "loadRun",
    "loadRunFile",
    "readRun",
    "runFolder",
    "saveRunFile",
  ],
  lib: [
    "analyticKl",
    "linearSteps",
    "logNormal",
    "logPrior",
    "monteCarloKl",
    "objectiveTerms",
    "range",
  ],
};

const isClass = (value: unknown) => /^class\b/.test(String(value));
const functions = Object.entries(rooms).flatMap(([room, exports]) =>
  Object.entries(exports)
    .filter(([, value]) => typeof value === "function" && !isClass(value))
    .map(([name, value]) => ({ room, name, full: `${room}.${name}`, source: String(value) }))
);

Deno.test("each function of the rooms' doors stands in one of the two tables", () => {
  for (const { room, name, full } of functions) {
    const places = Number(full in withOptions) + Number(withoutOptions[room].includes(name));
    assert.equal(places, 1, `${full}: add it to the table of those with or without options`);
  }
  const there = new Set(functions.map(({ full }) => full));
  const listed = [
    ...Object.keys(withOptions),
    ...Object.entries(withoutOptions).flatMap(([room, names]) =>
      names.map((name) => `${room}.${name}`)
    ),
  ];
  assert.deepEqual(listed.filter((full) => !there.has(full)), [], "no such function any more");
});

Deno.test("functions in the table of those without options have none", () => {
  for (const { full, source } of functions) {
    if (full in withOptions) continue;
    const [parameters] = source.split(/\)\s*(?:\{|=>)/);
    assert.doesNotMatch(parameters, /\boptions\b|= \{\s*\}/, full);
  }
});

for (const [full, call] of Object.entries(withOptions)) {
  Deno.test(`${full}() refuses an option that it does not know`, async () => {
    await assert.rejects(async () => await call({ tpyo: 1 } as never), (error) => {
      assert.ok(error instanceof OptionError, `${error}`);
      assert.match(error.message, /\btpyo: no such option/);
      return true;
    });
  });
}
