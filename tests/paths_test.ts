/** A path with a NUL byte comes from a name that was cut out of a file wrongly; Deno's own words do not say so. */
import assert from "node:assert/strict";
import { useBackend } from "../lib/compute/backend.ts";
import { loadImageFolder, loadMnist } from "../lib/data/mod.ts";
import * as exporting from "../lib/export/mod.ts";
import * as film from "../lib/film/mod.ts";
import { loadWeights, saveModel } from "../lib/models/mod.ts";
import * as training from "../lib/training/mod.ts";
import { preset } from "../lib/models/mod.ts";
import { smallData, smallModel } from "./training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

const path = "a\0b";
const model = smallModel();
const recipe = preset("dense-vae");

const calls: Record<string, () => unknown> = {
  "train: folder": () => training.train(model, smallData, { folder: path }).next(),
  "film: folder": () => film.film(model, smallData, { folder: path }).next(),
  "loadRun: folder": () => training.loadRun(path),
  "readRun: folder": () => training.readRun(path),
  "runFolder: base": () => training.runFolder(recipe, smallData, path),
  "findModel: data": () => training.findModel(recipe, smallData, { data: path }),
  "findRun: data": () => training.findRun(recipe, smallData, { data: path }),
  "findOrTrain: data": () => training.findOrTrain(recipe, smallData, { data: path }),
  "trainingPlan: data": () => training.trainingPlan([recipe], smallData, { data: path }),
  "findOrFilm: data": () => film.findOrFilm(recipe, smallData, { data: path }),
  "loadRunFile: path": () => training.loadRunFile(path),
  "saveModel: folder": () => saveModel(model, path),
  "loadWeights: folder": () => loadWeights(model, path),
  "loadMnist: dir": () => loadMnist({ dir: path }),
  "loadMnist: folder": () => loadMnist({ folder: path }),
  "loadImageFolder: path": () => loadImageFolder(path, { size: 8 }),
  "loadImageFolder: folder": () => loadImageFolder("tests", { size: 8, folder: path }),
  "savedEpochs: folder": () => film.savedEpochs(path, "image"),
  "readEpochImage: folder": () => film.readEpochImage(path, 1, "image"),
  "readEpochCodes: folder": () => film.readEpochCodes(path, { latentDim: 2, set: smallData.test }),
  "saveEpochAnimation: folder": () => film.saveEpochAnimation(path, "image"),
  "saveEpochAnimation: target": () => film.saveEpochAnimation("a", "image", { target: path }),
  "exportOnnx: folder": () => exporting.exportOnnx(model, path),
  "exportKeras: folder": () => exporting.exportKeras(model, path),
  "exportSafetensors: path": () => exporting.exportSafetensors(model, path),
  "importKeras: path": () => exporting.importKeras(model, path),
};

for (const [argument, call] of Object.entries(calls)) {
  Deno.test(`${argument} with a NUL byte is refused in one sentence`, async () => {
    // deno-lint-ignore require-await -- what throws at once is a refusal, too
    await assert.rejects(async () => call(), ({ name, message }: Error) => {
      assert.equal(name, "OptionError");
      const [where, what] = argument.split(": ");
      assert.match(
        message,
        new RegExp(`^${where}: ${what}: expected .*without a NUL byte, got "a`),
      );
      return true;
    });
  });
}
