/** The models a notebook needs: those that are there, and the others trained now, said beforehand. */
import { z } from "zod";
import { type Dataset, take } from "../data/dataset.ts";
import { createModel } from "../models/model.ts";
import { checkConfig, type ModelConfig } from "../models/presets.ts";
import { parseOptions } from "../options.ts";
import { loadRun, runFolder } from "./checkpoint.ts";
import { type Estimate, estimateTraining } from "./estimate.ts";
import { findModel, findRun, type FoundModel } from "./find_model.ts";
import type { TrainEnd, TrainProgress } from "./progress.ts";
import { train, type TrainOptions } from "./train.ts";

const schema = z.strictObject({
  /** Train even where a model is there. Shipped weights stay; your last run of this name does not. */
  retrain: z.boolean().default(false),
  /** Epochs, and images of each set, where it must train: the configuration's and all by default. */
  epochs: z.int().min(1).optional(),
  trainCount: z.int().min(1).optional(),
  testCount: z.int().min(1).optional(),
  maxMinutes: z.number().positive().optional(),
  /** `trainingPlan`: false where the record of a run is enough, as for a curve. */
  weights: z.boolean().default(true),
  /** Whether the run stays in `data/runs/`: a short trial should not be found instead of better weights. */
  keep: z.boolean().default(true),
  progress: z.custom<(progress: TrainProgress) => void>((f) => typeof f === "function").optional(),
  /** The folder with `runs/` and `pretrained/`; the project's `data/` by default. */
  data: z.string().optional(),
});
/** Options of `findOrTrain`. */
export type FindOrTrainOptions = z.input<typeof schema>;

/** A model that was found or trained just now; `folder` is gone where the run was not kept. */
export type ReadyModel = Omit<FoundModel, "origin"> & { origin: FoundModel["origin"] | "trained" };

/**
 * The model of a configuration: the newest run that fits, else the shipped weights (see `findModel`),
 * else trained now into `data/runs/`. The caller disposes of the model.
 *
 * @throws what `train` throws
 */
export async function findOrTrain(
  config: ModelConfig,
  dataset: Dataset,
  options: FindOrTrainOptions = {},
): Promise<ReadyModel> {
  const parsed = parseOptions(schema, options, "findOrTrain");
  const { retrain, maxMinutes, keep, progress, data } = parsed;
  const found = retrain ? null : await findModel(config, { source: dataset.source, data });
  if (found) return found;
  const { changed, limited } = whatToTrain(config, dataset, parsed);
  const folder = keep ? runFolder(changed, data && `${data}/runs`) : await Deno.makeTempDir();
  try {
    const end = await trainFresh(changed, limited, { folder, maxMinutes, progress });
    const { model, run } = await loadRun(folder);
    const note = `Weights: trained just now (${changed.preset}, latentDim ${changed.latentDim}, ` +
      `${images(limited)}, epoch ${run.history.at(-1)!.epoch}; ${end.note}).`;
    return { model, run, folder, origin: "trained", note };
  } finally {
    if (!keep) await Deno.remove(folder, { recursive: true });
  }
}

async function trainFresh(
  config: ModelConfig,
  dataset: Dataset,
  options: TrainOptions,
): Promise<TrainEnd> {
  const model = createModel(config);
  try {
    const training = train(model, dataset, options);
    while (true) {
      const step = await training.next();
      if (step.done) return step.value;
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
 * What `findOrTrain` would train with the same options. A few steps are timed, once for models that differ
 * in latentDim alone, which hardly matters to it.
 */
export async function trainingPlan(
  configs: readonly ModelConfig[],
  dataset: Dataset,
  options: FindOrTrainOptions = {},
): Promise<TrainingPlan> {
  const parsed = parseOptions(schema, options, "trainingPlan");
  const { retrain, maxMinutes = Infinity, data, weights } = parsed;
  const missing = `because no ${weights ? "weights are" : "curve is"} there`;
  const plan: TrainingPlan = { minutes: 0, lines: [] };
  const measured = new Map<string, Estimate>();
  for (const config of configs) {
    if (!retrain && await findRun(config, { source: dataset.source, data, weights })) continue;
    const { changed, limited } = whatToTrain(config, dataset, parsed);
    const key = JSON.stringify({ ...changed, ...notTimed });
    const estimate = measured.get(key) ?? await estimateTraining(changed, limited);
    measured.set(key, estimate);
    const { imagesPerSecond, secondsPerEpoch } = estimate;
    const minutes = Math.min(maxMinutes, changed.epochs * secondsPerEpoch / 60);
    plan.minutes += minutes;
    plan.imagesPerSecond = Math.min(plan.imagesPerSecond ?? Infinity, imagesPerSecond);
    const time = minutes < 1 ? `${Math.ceil(60 * minutes)} s` : `${Math.ceil(minutes)} min`;
    const most = changed.patience === null && minutes < maxMinutes ? "" : "at most ";
    plan.lines.push(
      `${config.preset}, latentDim ${config.latentDim}, will be trained ` +
        `${retrain ? "as asked for" : missing}: ` +
        `${most}${changed.epochs} epoch${changed.epochs === 1 ? "" : "s"} on ${images(limited)}, ` +
        `${most}${time} here.`,
    );
  }
  return plan;
}

const notTimed = {
  preset: "",
  latentDim: 0,
  seed: 0,
  epochs: 0,
  patience: 0,
  learningRate: 0,
  beta: 0,
};

function whatToTrain(
  config: ModelConfig,
  dataset: Dataset,
  { epochs, trainCount, testCount }: FindOrTrainOptions,
) {
  const changed = checkConfig({ ...config, epochs: epochs ?? config.epochs });
  const limited = {
    ...dataset,
    train: take(dataset.train, trainCount ?? dataset.train.count),
    test: take(dataset.test, testCount ?? dataset.test.count),
  };
  return { changed, limited };
}

const images = ({ train, source }: Dataset) =>
  `${train.count.toLocaleString("en-US")} ${source === "mnist" ? "MNIST" : "synthetic"} digits`;
