/** A trained model without training: a run that answers the wish, else the weights that are shipped. */
import { z } from "zod";
import { type Dataset, imagesOf } from "../data/dataset.ts";
import { exists } from "../files.ts";
import { differences, type Identity, identityHash, identityOf } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import { modelSchema } from "../models/model_config.ts";
import type { Recipe } from "../models/presets.ts";
import { trainingSchema } from "../models/training_settings.ts";
import { formatNumber } from "../numbers.ts";
import { aDataset, aFolder, aRecipe, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { pathSchema } from "../path_option.ts";
import { dataFolder } from "../project.ts";
import { DamagedError } from "../checksums.ts";
import { hasWeights, loadRun, readRun } from "./checkpoint.ts";
import { reached, type RunRecord } from "./records.ts";

/** A trained model, and where it comes from. */
export interface FoundModel {
  model: Model;
  run: RunRecord;
  /** Its folder. */
  folder: string;
  origin: "run" | "pretrained";
  /** One or two sentences for the reader: whose weights, and what about them is not as asked for. */
  note: string;
}

const findSchema = z.strictObject({
  /** What must lie in the run's folder beside its weights: `images` or `codes`, by epoch. */
  has: z.enum(["images", "codes"]).optional(),
  /** The folder with `runs/` and `pretrained/`; the project's `data/` by default. */
  data: pathSchema.default(dataFolder),
});
const findRunSchema = findSchema.extend({
  /** False where the record is enough: some curves are shipped without weights. */
  weights: z.boolean().default(true),
});
/** Options of `findModel`. */
export type FindOptions = z.input<typeof findSchema>;
/** Options of `findRun`. */
export type FindRunOptions = z.input<typeof findRunSchema>;

/** A wish: the identity that a recipe's run on a dataset would have. */
export function wishOf(
  recipe: Recipe,
  dataset: Pick<Dataset, "train" | "test" | "source">,
): Identity {
  const model = recipe.build();
  try {
    const training = parseOptions(trainingSchema, recipe.training, "training");
    return identityOf(model, training, dataset);
  } finally {
    model.dispose();
  }
}

/** The folder of a run: `data/runs/<name>-z<latentDim>-seed<seed>-<hash of all that it is>`. */
export function runFolder(
  recipe: Recipe,
  dataset: Pick<Dataset, "train" | "test" | "source">,
  base = `${dataFolder}/runs`,
): string {
  requireArguments("runFolder", {
    recipe: [aRecipe, recipe],
    dataset: [aDataset, dataset],
    base: [aFolder, base],
  });
  const identity = wishOf(recipe, dataset);
  const { latentDim, seed } = identity.model;
  // A recipe is the reader's own object: no name of its model leads out of the folder.
  const { name } = parseOptions(
    modelSchema.pick({ name: true }),
    { name: identity.model.name },
    "runFolder",
  );
  return `${base}/${name}-z${latentDim}-seed${seed}-${identityHash(identity)}`;
}

/**
 * A run in `data/runs/` or `data/pretrained/` that answers a recipe and a dataset: the same networks,
 * likelihood, treatment, settings of training and images, at least as many epochs and images as asked for,
 * and the same seed where one was asked for. A run whose files are damaged is passed over, and the note says
 * so. Beside synthetic digits, which stand in for MNIST, weights that are shipped answer although they learnt
 * from MNIST; the note says so. Null where there is none. Of several the one that is most like the wish, then
 * the reader's own, then the newest. The caller disposes of the model.
 *
 * @throws OptionError naming the option that cannot be used
 */
export async function findModel(
  recipe: Recipe,
  dataset: Dataset,
  options: FindOptions = {},
): Promise<FoundModel | null> {
  const damaged: string[] = [];
  const { has, data } = parseOptions(findSchema, options, "findModel");
  requireArguments("findModel", { recipe: [aRecipe, recipe], dataset: [aDataset, dataset] });
  for (const found of await answering(recipe, dataset, { has, data, weights: true })) {
    try {
      const { model, run } = await loadRun(found.folder);
      return { ...found, run, model, note: [found.note, ...damaged].join(" ") };
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      damaged.push(`Passed over: ${error.message}.`);
    }
  }
  return null;
}

/**
 * As `findModel`, without loading the model.
 *
 * @throws OptionError naming the option that cannot be used
 */
export async function findRun(
  recipe: Recipe,
  dataset: Dataset,
  options: FindRunOptions = {},
): Promise<Omit<FoundModel, "model"> | null> {
  const parsed = parseOptions(findRunSchema, options, "findRun");
  requireArguments("findRun", { recipe: [aRecipe, recipe], dataset: [aDataset, dataset] });
  const [found] = await answering(recipe, dataset, parsed);
  return found ?? null;
}

/** All runs that answer, the best answer first. */
async function answering(
  recipe: Recipe,
  dataset: Dataset,
  { has, data, weights }: z.output<typeof findRunSchema>,
): Promise<Omit<FoundModel, "model">[]> {
  const wish = wishOf(recipe, dataset);
  const candidates: (Omit<FoundModel, "model" | "note"> & { otherwise: string[] })[] = [];
  for (const origin of ["run", "pretrained"] as const) {
    for (const folder of await newestFirst(`${data}/${origin === "run" ? "runs" : "pretrained"}`)) {
      const run = await readRun(folder).catch(() => null);
      const answered = origin === "pretrained" && isStandIn(wish) ? answersElsewhere : answers;
      const otherwise = run && answered(run, wish, recipe.seedMatters ?? true);
      if (!run || !otherwise) continue;
      if (weights && !await hasWeights(folder)) continue;
      if (has && !await exists(`${folder}/${has}`)) continue;
      candidates.push({ run, folder, origin, otherwise });
    }
  }
  // The sort is stable: among equals the reader's own stand first, the newest first of them.
  candidates.sort((a, b) => a.otherwise.length - b.otherwise.length);
  return candidates.map(({ otherwise, ...found }) => ({
    ...found,
    note: describe(found, otherwise),
  }));
}

/** Synthetic digits are drawn where MNIST cannot be had. */
const isStandIn = ({ data }: Identity) => data.source === "synthetic";

/**
 * As `answers`, for shipped weights beside synthetic digits: a decoder needs no images, and what it learnt
 * from MNIST shows more than minutes of training on drawings.
 */
function answersElsewhere(run: RunRecord, wish: Identity, seedMatters: boolean): string[] | null {
  if (run.data.source !== "mnist") return answers(run, wish, seedMatters);
  const otherwise = answers(run, { ...wish, data: run.data }, seedMatters);
  return otherwise && [
    ...otherwise,
    "trained on MNIST, which is not on this machine, while the images here are synthetic digits",
  ];
}

/** What about a run is otherwise than asked for and may be; null where it does not answer the wish. */
export function answers(run: RunRecord, wish: Identity, seedMatters: boolean): string[] | null {
  const found = differences(run, wish).filter(({ field }) => seedMatters || field !== "seed");
  if (found.length > 0 || run.changes.length > 0) return null;
  const { epochs } = wish.training;
  const last = run.history.at(-1)?.epoch ?? 0;
  if (last === 0 || !reached(run, epochs)) return null;
  const { train, test } = run.data;
  if (train.count < wish.data.train.count || test.count < wish.data.test.count) return null;
  const otherwise = [];
  if (run.model.seed !== wish.model.seed) otherwise.push(`seed ${run.model.seed}`);
  if (last > epochs) otherwise.push(`${last} epochs instead of ${epochs}`);
  if (train.count > wish.data.train.count) {
    const [has, asked] = [train.count, wish.data.train.count].map((n) => formatNumber(n));
    otherwise.push(`${has} training images instead of ${asked}`);
  }
  return otherwise;
}

function describe(
  { run, origin }: Pick<FoundModel, "run" | "origin">,
  otherwise: string[],
): string {
  const { model, training, data, history } = run;
  const epochs = history.at(-1)!.epoch;
  const from = origin === "run" ? "a run of yours" : "shipped with the project";
  const beta = training.beta === 1 ? "" : `beta ${training.beta}, `;
  const differs = otherwise.length > 0 ? ` Not as asked for: ${otherwise.join(", ")}.` : "";
  return `Weights: ${from} (${model.name}, latentDim ${model.latentDim}, ${model.treatment}, ` +
    `${beta}${epochs} epoch${epochs === 1 ? "" : "s"} on ` +
    `${imagesOf(data.source, data.train.count)}, seed ${model.seed}).${differs}`;
}

async function newestFirst(base: string): Promise<string[]> {
  const found: { folder: string; time: number }[] = [];
  try {
    for await (const entry of Deno.readDir(base)) {
      const folder = `${base}/${entry.name}`;
      const file = await Deno.stat(`${folder}/run.json`).catch(() => null);
      if (file) found.push({ folder, time: file.mtime?.getTime() ?? 0 });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => b.time - a.time).map(({ folder }) => folder);
}
