/** What each door of `lib/` may be called with: right arguments, to put nonsense in the place of one of them. */
import * as tf from "@tensorflow/tfjs";
import * as compute from "../lib/compute/mod.ts";
import * as data from "../lib/data/mod.ts";
import * as evaluation from "../lib/evaluation/mod.ts";
import * as exports from "../lib/export/mod.ts";
import * as film from "../lib/film/mod.ts";
import * as latent from "../lib/latent/mod.ts";
import * as live from "../lib/live/mod.ts";
import * as likelihoods from "../lib/likelihoods/mod.ts";
import * as models from "../lib/models/mod.ts";
import * as lib from "../lib/mod.ts";
import * as training from "../lib/training/mod.ts";
import * as visuals from "../lib/visuals/mod.ts";
import { smallData, smallModel, smallRecipe } from "./training/small_run.ts";

export const rooms: Record<string, Record<string, unknown>> = {
  lib,
  compute,
  data,
  evaluation,
  export: exports,
  film,
  latent,
  likelihoods,
  live,
  models,
  training,
  visuals,
};

/** Arguments of functions, by room and name; what stands behind the first `required` of them may be left out. */
export interface Call {
  args: unknown[];
  required: number;
}

const call = (required: number, ...args: unknown[]): Call => ({ args, required });

/** Right arguments for each function by room and name, and the model among them; disposing removes their files. */
export interface Calls extends AsyncDisposable {
  list: Record<string, Call>;
  model: models.Model;
  /** Where calls may write. */
  folder: string;
}

/** Calls made anew, on the engine in use. */
export async function rightCalls(): Promise<Calls> {
  const model = smallModel();
  const set = data.take(smallData.test, 4);
  const dataset = { ...smallData, train: data.take(smallData.train, 20), test: set };
  const images = data.treat(set, "grey");
  const codes = await latent.encodeAll(model, set);
  const plane = latent.coordinatePlane(2);
  const grid = latent.manifoldGrid(plane, { size: 3 });
  const decoded = await latent.decodeGrid(model, grid);
  const [posterior] = await latent.truePosterior(model, grid, set, { indices: [0] });
  const view = await latent.latentView(model, set, { count: 4 });
  const plain = await latent.exportModel(model);
  const picture = visuals.imageGrid(images);
  const figure = visuals.codesFigure(codes);
  const x = tf.ones([2, 28, 28, 1]), z = tf.ones([2, 2]);
  const recipe = smallRecipe({ epochs: 0 });
  const folder = await Deno.makeTempDir({ prefix: "vae_nonsense_" });
  for await (const _ of film.film(smallModel(), dataset, { folder, epochs: 1, workers: 1 }));
  const run = await training.readRun(folder);
  const fixed = film.fixedSamples(model, set);
  const samples = await film.renderFixedSamples(model, fixed);
  const grids = film.drawEpoch(samples);
  const axes = { xLabel: "x", yLabel: "y" };
  const series = [{ label: "a", points: [{ x: 1, y: 1 }, { x: 2, y: 3 }] }];
  const { encoder, decoder } = smallModel();
  const networks = { encoder, decoder };
  const plainNetworks = models.denseNetworks({
    kind: "ae",
    inputShape: [4, 4, 1],
    latentDim: 2,
    hiddenUnits: [4],
  });
  await models.saveModel(model, `${folder}/weights`);
  const column = models.layerColumn(model.encoder);
  const small = { source: "synthetic", folder, syntheticTrainCount: 10, syntheticTestCount: 10 };
  await training.saveRunFile(`${folder}/run.bin`, model, run);
  for (const kind of ["a", "b"]) {
    await Deno.mkdir(`${folder}/photos/${kind}`, { recursive: true });
    for (const one of [1, 2, 3]) {
      await Deno.writeFile(`${folder}/photos/${kind}/${one}.png`, visuals.encodePng(picture));
    }
  }
  const told = models.createVae(models.conditionalNetworks({}));
  const list = {
    "lib.analyticKl": call(2, z, z),
    "lib.linearSteps": call(3, 3, 0, 1),
    "lib.logNormal": call(3, z, z, z),
    "lib.logPrior": call(1, z),
    "lib.monteCarloKl": call(3, z, z, z),
    "lib.notebookSettings": call(1, { latentDim: 2 }, {}),
    "lib.objectiveTerms": call(4, model, x, x, z, "analytic"),
    "lib.range": call(2, 0, 3),
    "compute.currentBackend": call(0),
    "compute.slowLayers": call(1, model.encoder),
    "compute.useBackend": call(0, { engine: "portable", threads: 1 }),
    "data.addNoise": call(4, images.pixels, Uint32Array.of(0, 1, 2, 3), 0.1, { seed: 1, epoch: 1 }),
    "data.batches": call(2, 10, { batchSize: 4, seed: 1, epoch: 1 }),
    "data.classCounts": call(1, set),
    "data.className": call(2, set, 0),
    "data.createDataset": call(1, { source: "own", train: set, test: set }),
    "data.createImageSet": call(1, { name: "own", pixels: new Uint8Array(8), shape: [2, 2, 1] }),
    "data.gatherPixels": call(4, set, Uint32Array.of(0), "grey", { seed: 1, epoch: 0 }),
    "data.holdOut": call(3, set, 2, 1),
    "data.loadMnist": call(0, small),
    "data.loadCifar10": call(0, small),
    "data.loadFashionMnist": call(0, small),
    "data.loadImageFolder": call(2, `${folder}/photos`, { size: 4, folder }),
    "data.loadKmnist": call(0, small),
    "data.pick": call(2, set, Uint32Array.of(0)),
    "data.take": call(2, set, 2),
    "data.treat": call(2, set, "grey", {}),
    "evaluation.activeUnits": call(1, codes, 0.01),
    "evaluation.checkerboardShare": call(1, images, {}),
    "evaluation.columnStatistics": call(2, codes.values, 2),
    "evaluation.compareRuns": call(1, [run]),
    "evaluation.comparisonPoints": call(1, [run]),
    "evaluation.diagnose": call(1, {
      model: run.model,
      networks: run.networks,
      training: run.training,
      history: run.history,
    }),
    "evaluation.iwaeBound": call(2, model, set, { k: 2, count: 2 }),
    "evaluation.kNearestNeighbourAccuracy": call(1, codes, codes, { k: 1 }),
    "evaluation.klPerDimension": call(1, codes),
    "evaluation.lookAlikes": call(2, images, set, { k: 1, count: 4 }),
    "evaluation.meanSquaredError": call(2, images.pixels, images.pixels),
    "evaluation.nearestImages": call(2, images, images, {}),
    "evaluation.nearestLabels": call(2, codes, codes, {}),
    "evaluation.referenceOf": call(1, "conv-vae"),
    "export.exportKeras": call(2, model, `${folder}/keras`, {}),
    "export.exportSafetensors": call(2, model, `${folder}/model.safetensors`, {}),
    "export.importKeras": call(2, model, `${folder}/keras/model.weights.h5`),
    "export.exportOnnx": call(2, model, `${folder}/onnx`, {}),
    "film.drawEpoch": call(1, samples),
    "film.film": call(3, model, dataset, { folder: `${folder}/film`, epochs: 0 }),
    "film.findOrFilm": call(2, recipe, dataset, { data: `${folder}/data` }),
    "film.fixedSamples": call(2, model, set, {}),
    "film.readEpochCodes": call(2, folder, { latentDim: 2, set }),
    "film.readEpochImage": call(2, folder, 1, "image"),
    "film.readEpochSamples": call(4, folder, 1, "prior", [28, 28, 1]),
    "film.renderFixedSamples": call(2, model, fixed),
    "film.saveEpochAnimation": call(2, folder, "image", {}),
    "film.saveEpochCodes": call(3, `${folder}/codes`, 1, codes),
    "film.saveEpochImages": call(3, `${folder}/pictures`, 1, grids),
    "film.savedEpochs": call(2, folder, "image"),
    "latent.bestGaussian": call(1, posterior),
    "latent.classDraws": call(1, told, { count: 1 }),
    "latent.coordinatePlane": call(1, 2, [0, 1], [0, 0]),
    "latent.decodeCodes": call(2, model, codes, {}),
    "latent.decodeGrid": call(2, model, grid, {}),
    "latent.disturbance": call(2, model, set, { count: 2 }),
    "latent.disturbedCodes": call(1, [0, 0], {}),
    "latent.drawCodes": call(2, codes, new Float32Array(8)),
    "latent.encodeAll": call(2, model, set, {}),
    "latent.exportLayers": call(1, model.encoder),
    "latent.exportModel": call(1, model, {}),
    "latent.gridAround": call(1, view, {}),
    "latent.interpolate": call(2, [0, 0], [1, 1], {}),
    "latent.largestDimensions": call(2, [1, 2, 3], 2),
    "latent.latentView": call(2, model, set, { count: 4 }),
    "latent.linearGrid": call(1, plane, {}),
    "latent.manifoldGrid": call(1, plane, { size: 3 }),
    "latent.normalQuantile": call(1, 0.5),
    "latent.ontoPlane": call(2, plane, codes),
    "latent.pixelComponents": call(2, set, { components: 1 }),
    "latent.planeOf": call(1, codes),
    "latent.posteriorWindow": call(1, posterior, {}),
    "latent.priorCodes": call(1, 2, { count: 2 }),
    "latent.reconstructions": call(2, model, set, { count: 2 }),
    "latent.traversal": call(2, model, { dimensions: [0] }),
    "latent.truePosterior": call(4, model, grid, set, { indices: [0] }),
    "likelihoods.bitsPerDim": call(2, 100, model.config),
    "likelihoods.unitOf": call(1, model.config),
    "models.createAutoencoder": call(1, plainNetworks),
    "models.createVae": call(1, networks),
    "models.cifarNetworks": call(0, {}),
    "live.trainingPage": call(1, { ...smallData, test: smallData.train }, {
      trainCount: 100,
      testCount: 100,
    }),
    "models.add": call(0, {}),
    "models.concatenate": call(0, {}),
    "models.conv2d": call(1, { filters: 2, kernelSize: 3 }),
    "models.conv2dTranspose": call(1, { filters: 2, kernelSize: 3 }),
    "models.conditionalNetworks": call(0, {}),
    "models.convNetworks": call(0, {}),
    "models.dense": call(1, { units: 2 }),
    "models.denseNetworks": call(0, {}),
    "models.flatten": call(0, {}),
    "models.reshape": call(1, { targetShape: [4] }),
    "models.upSampling2d": call(0, {}),
    "models.upsamplingNetworks": call(0, {}),
    "models.layerColumn": call(1, model.encoder),
    "models.loadWeights": call(2, model, `${folder}/weights`),
    "models.preset": call(1, "conv-vae", {}),
    "models.reparameterize": call(3, z, z, z),
    "models.residualNetworks": call(0, {}),
    "models.saveModel": call(2, model, `${folder}/weights`, {}),
    "training.epochLine": call(2, run.history[1], "vae"),
    "training.estimateTraining": call(2, recipe, dataset),
    "training.findModel": call(2, recipe, dataset, { data: folder }),
    "training.findOrTrain": call(2, recipe, dataset, { data: `${folder}/data` }),
    "training.findRun": call(2, recipe, dataset, { data: folder }),
    "training.loadRun": call(1, folder),
    "training.loadRunFile": call(1, `${folder}/run.bin`),
    "training.saveRunFile": call(3, `${folder}/run.bin`, model, run),
    "training.readRun": call(1, folder),
    "training.runFolder": call(2, recipe, dataset, folder),
    "training.train": call(2, model, dataset, { epochs: 0 }),
    "training.trainingPlan": call(2, [recipe], dataset, { data: `${folder}/data` }),
    "visuals.axisName": call(1, "z 1"),
    "visuals.autoencoderDiagram": call(0),
    "visuals.barChart": call(2, [{ label: "a", value: 1 }], axes),
    "visuals.codesFigure": call(1, codes, {}),
    "visuals.codesFrames": call(1, [{ codes, caption: "a" }], {}),
    "visuals.comparisonTable": call(1, [run]),
    "visuals.curves": call(2, series, axes),
    "visuals.decoderHtml": call(1, plain, {}),
    "visuals.displaySlot": call(0),
    "visuals.elboCurve": call(1, run.history, {}),
    "visuals.encodeAnimation": call(1, [{ raster: picture }], {}),
    "visuals.encodePng": call(1, picture),
    "visuals.epochsHtml": call(1, [0, 1].map((epoch) => ({ epoch, model: plain, codes })), {}),
    "visuals.explorerHtml": call(1, plain, {}),
    "visuals.fewerGreys": call(1, picture, 16),
    "visuals.figureRaster": call(1, figure, 1),
    "visuals.firstRunCard": call(1, {
      engineLine: "a",
      dataNote: "b",
      source: "mnist",
      minutes: 1,
    }),
    "visuals.imageGrid": call(1, images, {}),
    "visuals.imageRows": call(1, { a: images }, {}),
    "visuals.layerDiagram": call(1, [column], {}),
    "visuals.links": call(1, { a: "b" }),
    "visuals.manifoldImage": call(1, decoded, {}),
    "visuals.markdown": call(1, "a"),
    "visuals.overlaps": call(3, 4, 3, 2, 1),
    "visuals.planeMaps": call(2, [{ values: [1, 2, 3, 4], x: [0, 1], y: [0, 1] }], { label: "d" }),
    "visuals.posteriorMaps": call(1, [{ title: "a", ...posterior }], {}),
    "visuals.progressBar": call(1, "a", {}),
    "visuals.reparameterizationDiagram": call(0),
    "visuals.runsHtml": call(1, { a: { model: plain, codes }, b: { model: plain, codes } }, {}),
    "visuals.show": call(1, "a", {}),
    "visuals.sideBySide": call(1, [{ raster: picture, caption: "a" }]),
    "visuals.slidersHtml": call(1, plain, {}),
    "visuals.smallMultiples": call(2, series, axes),
    "visuals.stretchContrast": call(1, images),
    "visuals.table": call(1, [{ a: 1 }], {}),
    "visuals.upsamplingDiagram": call(0),
    "visuals.vaeDiagram": call(0),
  };
  return {
    list,
    model,
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What a reader may hand over by mistake. */
export const nonsense: [name: string, value: unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["NaN", NaN],
  ["-1", -1],
  ["a word", "nonsense"],
  ["{}", {}],
  ["[]", []],
  ["true", true],
  ["a function", () => {}],
];

/** Calls, and goes to the end of what a generator yields. */
export async function run(f: unknown, args: unknown[]): Promise<unknown> {
  const result = await (f as (...args: unknown[]) => unknown)(...args);
  if (result && typeof result === "object" && Symbol.asyncIterator in result) {
    const values = [];
    for await (const value of result as AsyncIterable<unknown>) values.push(value);
    return values;
  }
  return result;
}
