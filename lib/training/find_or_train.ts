/** The models a notebook needs: those that are there, and the others trained now, said beforehand. */
import { z } from "zod";
import { type Dataset, imagesOf } from "../data/dataset.ts";
import { take } from "../data/image_set.ts";
import type { Recipe } from "../models/presets.ts";
import { trainingSchema } from "../models/training_settings.ts";
import { aDataset, aRecipe, listOf, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { pathSchema } from "../path_option.ts";
import { stoppable, StoppedError } from "../stop.ts";
import { loadRun } from "./checkpoint.ts";
import { type Estimate, estimateTraining } from "./estimate.ts";
import { findModel, findRun, type FoundModel, runFolder, wishOf } from "./find_model.ts";
import { memoryText } from "./memory.ts";
import type { TrainEnd, TrainProgress } from "./progress.ts";
import { train, type TrainOptions } from "./train.ts";

/** What to train in place of a recipe: less of it. */
export const shortenedSchema = z.strictObject({
  trainCount: z.int().min(1).optional(),
  testCount: z.int().min(1).optional(),
  epochs: trainingSchema.shape.epochs.unwrap().optional(),
  learningRate: trainingSchema.shape.learningRate.unwrap().optional(),
});

const schema = z.strictObject({
  /** Train even where a model is there. Shipped weights stay; your last run of this kind does not. */
  retrain: z.boolean().default(false),
  /** What to train where nothing answers the wish: a shorter run in its place, which is not kept. */
  shortened: shortenedSchema.optional(),
  maxMinutes: z.number().positive().optional(),
  /** `trainingPlan`: false where the record of a run is enough, as for a curve. */
  weights: z.boolean().default(true),
  progress: z.custom<(progress: TrainProgress) => void>((f) => typeof f === "function").optional(),
  /** The folder with `runs/` and `pretrained/`; the project's `data/` by default. */
  data: pathSchema.optional(),
});
/** Options of `findOrTrain`. */
export type FindOrTrainOptions = z.input<typeof schema>;

/** A model that was found or trained just now; `folder` is gone where the run was not kept. */
export type ReadyModel = Omit<FoundModel, "origin"> & { origin: FoundModel["origin"] | "trained" };

/**
 * The model of a recipe: a run or shipped weights that answer it (see `findModel`), else trained now into
 * `data/runs/`. The caller disposes of the model.
 *
 * @throws OptionError naming the option that cannot be used
 * @throws StoppedError where Stop came first; called again, it goes on
 * @throws what `train` throws
 *
 * @example
 * ```ts
 * import { loadMnist } from "../data/mod.ts";
 * import { preset } from "../models/mod.ts";
 * import { findOrTrain } from "./find_or_train.ts";
 *
 * const { model, note } = await findOrTrain(preset("conv-vae"), await loadMnist());
 * console.log(note);
 * model.dispose();
 * ```
 */
export async function findOrTrain(
  recipe: Recipe,
  dataset: Dataset,
  options: FindOrTrainOptions = {},
): Promise<ReadyModel> {
  const parsed = parseOptions(schema, options, "findOrTrain");
  const { retrain, maxMinutes, progress, data } = parsed;
  requireArguments("findOrTrain", { recipe: [aRecipe, recipe], dataset: [aDataset, dataset] });
  // A press while files are read or networks built is kept for the training that would begin after it.
  using work = stoppable("looking for a model");
  const found = retrain ? null : await findModel(recipe, dataset, { data });
  await work.turn();
  if (found) return found;
  const { changed, limited, kept } = shortenedBy(recipe, dataset, parsed.shortened);
  const folder = kept
    ? runFolder(changed, limited, data && `${data}/runs`)
    : await Deno.makeTempDir({ prefix: "vae_run_" });
  try {
    const end = await trainFresh(changed, limited, { folder, maxMinutes, progress });
    const { model, run } = await loadRun(folder);
    const short = kept ? "" : " A shorter run in place of the one asked for; it is not kept.";
    const note =
      `Weights: trained just now (${run.model.name}, latentDim ${run.model.latentDim}, ` +
      `${images(limited)}, epoch ${run.history.at(-1)!.epoch}; ${end.note}).${short}`;
    return { model, run, folder, origin: "trained", note };
  } finally {
    if (!kept) await Deno.remove(folder, { recursive: true });
  }
}

async function trainFresh(
  recipe: Recipe,
  dataset: Dataset,
  options: TrainOptions,
): Promise<TrainEnd> {
  const model = recipe.build();
  try {
    const training = train(model, dataset, { ...recipe.training, ...options });
    while (true) {
      const step = await training.next();
      if (!step.done) continue;
      const end = step.value;
      // Its time was up: that is what was asked for. A person's Stop ends what waits for the model, too.
      if (end.reason === "stopped" && !end.byDeadline) {
        throw new StoppedError(`${model.config.name}: ${end.note}`);
      }
      return end;
    }
  } finally {
    model.dispose();
  }
}

/** What will be trained, and how long it takes on this machine. */
export interface TrainingPlan {
  /** At most: early stopping may end sooner. 0 where every model is there. */
  minutes: number;
  /** Of the slowest model; missing where nothing is trained. */
  imagesPerSecond?: number;
  /** One for each model that must be trained. */
  lines: string[];
}

/**
 * What `findOrTrain` would train with the same options. A few steps are timed, once for models whose layers
 * differ in the latents alone, which hardly matters to it.
 *
 * @throws OptionError naming the option that cannot be used
 */
export async function trainingPlan(
  recipes: readonly Recipe[],
  dataset: Dataset,
  options: FindOrTrainOptions = {},
): Promise<TrainingPlan> {
  const parsed = parseOptions(schema, options, "trainingPlan");
  const { retrain, maxMinutes = Infinity, data, weights } = parsed;
  requireArguments("trainingPlan", {
    recipes: [listOf(aRecipe), recipes],
    dataset: [aDataset, dataset],
  });
  const missing = `because no ${weights ? "weights are" : "curve is"} there that answer`;
  const plan: TrainingPlan = { minutes: 0, lines: [] };
  const measured = new Map<string, Estimate>();
  for (const recipe of recipes) {
    if (!retrain && await findRun(recipe, dataset, { data, weights })) continue;
    const { changed, limited } = shortenedBy(recipe, dataset, parsed.shortened);
    const { model, networks, training } = wishOf(changed, limited);
    const layers = JSON.stringify(networks).replaceAll(/(units|code) \d+/g, "$1");
    const key = JSON.stringify([layers, model.kind, training.batchSize, training.optimizer]);
    const estimate = measured.get(key) ?? await estimateTraining(changed, limited);
    measured.set(key, estimate);
    const { imagesPerSecond, secondsPerEpoch, memory, slow } = estimate;
    const minutes = Math.min(maxMinutes, training.epochs * secondsPerEpoch / 60);
    plan.minutes += minutes;
    plan.imagesPerSecond = Math.min(plan.imagesPerSecond ?? Infinity, imagesPerSecond);
    const time = minutes < 1 ? `${Math.ceil(60 * minutes)} s` : `${Math.ceil(minutes)} min`;
    const most = training.patience === null && minutes < maxMinutes ? "" : "at most ";
    plan.lines.push(
      `${model.name}, latentDim ${model.latentDim}, will be trained ` +
        `${retrain ? "as asked for" : missing}: ` +
        `${most}${training.epochs} epoch${training.epochs === 1 ? "" : "s"} on ` +
        `${images(limited)}, ${most}${time} and about ${memoryText(memory)} of memory here` +
        (slow.length > 0 ? `; without a fast kernel: ${slow.join(", ")}.` : "."),
    );
  }
  return plan;
}

/** A recipe and a dataset, or the shorter ones in their place. */
export function shortenedBy(
  recipe: Recipe,
  dataset: Dataset,
  shortened: z.output<typeof shortenedSchema> | undefined,
): { changed: Recipe; limited: Dataset; kept: boolean } {
  if (!shortened) return { changed: recipe, limited: dataset, kept: true };
  const { trainCount, testCount, ...training } = shortened;
  const given = Object.fromEntries(Object.entries(training).filter(([, v]) => v !== undefined));
  const changed: Recipe = { ...recipe, training: { ...recipe.training, ...given } };
  const limited = {
    ...dataset,
    train: take(dataset.train, trainCount ?? dataset.train.count),
    test: take(dataset.test, testCount ?? dataset.test.count),
  };
  return { changed, limited, kept: false };
}

const images = ({ train, source }: Dataset) => imagesOf(source, train.count);
