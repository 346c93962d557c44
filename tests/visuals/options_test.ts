/** Options of what notebooks call in latent/, visuals/ and film/: none takes a field that it does not know. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Codes } from "../../lib/data/codes.ts";
import { Images } from "../../lib/data/images.ts";
import * as evaluation from "../../lib/evaluation/mod.ts";
import * as film from "../../lib/film/mod.ts";
import * as latent from "../../lib/latent/mod.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { projectRoot } from "../../lib/project.ts";
import * as visuals from "../../lib/visuals/mod.ts";
import { tinyModel, tinySet } from "../latent/tiny_model.ts";

const model = tinyModel();
const set = tinySet(4);
const images = new Images(new Float32Array(16), [4, 4, 1]);
const codes = new Codes([0, 0, 1, 1], 2, { logVars: new Float32Array(4), labels: [0, 1] });
const plane = coordinatePlane(2);
const grid = latent.manifoldGrid(plane, { size: 1 });
const curve = [{ label: "a", points: [{ x: 1, y: 1 }] }];
const axes = { xLabel: "x", yLabel: "y" };
const plain = { ...model.config, decoder: [], encoder: null };

// deno-lint-ignore no-explicit-any
type Wrong = any;
/** Each function with options, called with what it needs and one field too many. */
const calls: Record<string, (typo: Wrong) => unknown> = {
  checkerboardShare: (o) => evaluation.checkerboardShare(images, o),
  iwaeBound: (o) => evaluation.iwaeBound(model, set, o),
  kNearestNeighbourAccuracy: (o) => evaluation.kNearestNeighbourAccuracy(codes, codes, o),
  lookAlikes: (o) => evaluation.lookAlikes(images, set, o),
  nearestImages: (o) => evaluation.nearestImages(images, images, o),
  nearestLabels: (o) => evaluation.nearestLabels(codes, codes, o),
  decodeCodes: (o) => latent.decodeCodes(model, codes, o),
  decodeGrid: (o) => latent.decodeGrid(model, grid, o),
  classDraws: (o) => latent.classDraws(model, o),
  disturbance: (o) => latent.disturbance(model, set, o),
  disturbedCodes: (o) => latent.disturbedCodes([0, 0], o),
  encodeAll: (o) => latent.encodeAll(model, set, o),
  gridAround: (o) => latent.gridAround({ plane, points: codes } as Wrong, o),
  interpolate: (o) => latent.interpolate([0], [1], o),
  latentView: (o) => latent.latentView(model, set, o),
  linearGrid: (o) => latent.linearGrid(plane, o),
  manifoldGrid: (o) => latent.manifoldGrid(plane, o),
  posteriorWindow: (o) => latent.posteriorWindow({} as Wrong, o),
  truePosterior: (o) => latent.truePosterior(model, grid, set, { indices: [0], ...o }),
  pixelComponents: (o) => latent.pixelComponents(set, { components: 1, ...o }),
  priorCodes: (o) => latent.priorCodes(2, o),
  reconstructions: (o) => latent.reconstructions(model, set, o),
  traversal: (o) => latent.traversal(model, { dimensions: [0], ...o }),
  exportModel: (o) => latent.exportModel(model as Wrong, o),
  barChart: (o) => visuals.barChart([{ label: "a", value: 1 }], { ...axes, ...o }),
  codesFigure: (o) => visuals.codesFigure(codes, o),
  codesFrames: (o) => visuals.codesFrames([{ codes, caption: "" }], o),
  curves: (o) => visuals.curves(curve, { ...axes, ...o }),
  decoderHtml: (o) => visuals.decoderHtml(plain as Wrong, o),
  elboCurve: (o) => visuals.elboCurve([], o),
  encodeAnimation: (o) => visuals.encodeAnimation([], o),
  epochsHtml: (o) => visuals.epochsHtml([], o),
  explorerHtml: (o) => visuals.explorerHtml(plain as Wrong, o),
  firstRunCard: (o) =>
    visuals.firstRunCard({ engineLine: "", dataNote: "", source: "mnist", minutes: 1, ...o }),
  imageGrid: (o) => visuals.imageGrid(images, o),
  imageRows: (o) => visuals.imageRows({ a: images }, o),
  layerDiagram: (o) => visuals.layerDiagram([], o),
  manifoldImage: (o) => visuals.manifoldImage({ ...grid, images }, o),
  planeMaps: (o) => visuals.planeMaps([], { label: "d", ...o }),
  posteriorMaps: (o) => visuals.posteriorMaps([], o),
  progressBar: (o) => visuals.progressBar("a", o),
  runsHtml: (o) => visuals.runsHtml({}, o),
  show: (o) => visuals.show("a", o),
  slidersHtml: (o) => visuals.slidersHtml(plain as Wrong, o),
  smallMultiples: (o) => visuals.smallMultiples(curve, { ...axes, ...o }),
  table: (o) => visuals.table([], o),
  findOrFilm: (o) => film.findOrFilm({} as Wrong, {} as Wrong, o),
  fixedSamples: (o) => film.fixedSamples(model, set, o),
  readEpochCodes: (o) =>
    film.readEpochCodes("nowhere", { latentDim: 2, labels: new Uint8Array(0), ...o }),
  saveEpochAnimation: (o) => film.saveEpochAnimation("nowhere", "image", o),
};

for (const [name, call] of Object.entries(calls)) {
  Deno.test(`${name}() answers a misspelt option by its name`, async () => {
    await assert.rejects(async () => await call({ tiitle: 1 }), {
      name: "OptionError",
      message: /tiitle: no such option; (did you mean|known)/,
    });
  });
}

/** What a file declares a function with: from its name to the end of its parameters. */
function signatureOf(name: string): string {
  for (const { path } of files) {
    const found = Deno.readTextFileSync(path)
      .match(new RegExp(`^export (?:async )?function\\*? ${name}\\b[^]*?\\): `, "m"));
    if (found) return found[0];
  }
  return "";
}

const files = ["latent", "visuals", "film", "evaluation"].flatMap((
  room,
) => [...filesIn(join(projectRoot, "lib", room))]);

function* filesIn(folder: string): Generator<{ path: string }> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* filesIn(path);
    else if (name.endsWith(".ts")) yield { path };
  }
}

Deno.test("no function of latent/, visuals/, film/ and evaluation/ takes options unparsed", () => {
  const names = [latent, visuals, film, evaluation].flatMap((room) => Object.keys(room));
  const signatures = names.map((name) => ({ name, signature: signatureOf(name) }));
  // `{ size = 3 }: Options = {}` takes what it knows and drops the rest without a word.
  const loose = signatures.filter(({ signature }) =>
    /\}(?::(?:(?!options\b)[^=])*)? = \{\},?\s*\)/.test(signature)
  );
  assert.deepEqual(loose.map(({ name }) => name), []);
  assert.match(signatureOf("imageGrid"), /options: ImageGridOptions = \{\}/);
});
