/** Training, as an async generator of one record per epoch. */
import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { trainingSchema } from "../models/training_settings.ts";
import { aModel, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { pathSchema } from "../path_option.ts";
import type { TrainEnd, TrainProgress } from "./progress.ts";
import type { EpochRecord } from "./records.ts";
import { openRun } from "./open_run.ts";
import { Run } from "./run.ts";

const trainSchema = z.strictObject({
  ...trainingSchema.shape,
  /** Use so many images of each set only; default: all. */
  trainCount: z.int().min(1).optional(),
  testCount: z.int().min(1).optional(),
  /** The run's folder: a checkpoint after every epoch. Without one nothing is written. */
  folder: pathSchema.optional(),
  /** Go on from the folder's checkpoint, with the settings that are named here changed. */
  resume: z.boolean().default(false),
  /** Begin from the seed even where the folder holds the same run, unfinished. */
  fresh: z.boolean().default(false),
  /** Threads that share each batch. Default: all of the engine's, where a batch is large enough. */
  workers: z.int().min(1).optional(),
  /** Stop after so many minutes as the Stop button does. */
  maxMinutes: z.number().positive().optional(),
  progress: z.custom<(progress: TrainProgress) => void>((f) => typeof f === "function").optional(),
});
/** Options of `train`: how the model is trained, and those of the run. */
export type TrainOptions = z.input<typeof trainSchema>;

/**
 * Trains a model in place, from the weights that its seed decides: called twice, it does the same twice.
 * The first record, epoch 0, is the untrained model's; then comes one after each epoch, when the model has
 * that epoch's weights and the folder its checkpoint.
 *
 * Losses are means over images: −ELBO in nats for a VAE, the objective for an autoencoder.
 *
 * The Stop button and `maxMinutes` end the loop after the current batch, be it trained on or evaluated,
 * with a checkpoint in the middle of the epoch. Where the folder holds a run of the same model, settings
 * and images that has epochs left, the same call goes on there and ends with the weights of a run that was
 * never interrupted (bit for bit on the same engine and number of workers); `fresh` begins anew. With
 * `resume`, what is not named is as it was saved, and `epochs`, `patience`, `learningRate` and `beta` may be
 * changed, which `run.json` keeps; anything else would be another run and is refused.
 *
 * A run that is there is replaced only when its successor has its first checkpoint.
 *
 * The data decide by `dataset.test` when to stop early and which epoch is best. The tutorials use the
 * test set for that; `holdOut` gives a validation set to put in its place.
 *
 * @throws OptionError for options and images that cannot be used
 * @throws NotFiniteError at the first term or gradient that is not finite
 * @throws WorkerError where a worker fails
 *
 * @example
 * ```ts
 * import { loadMnist } from "../data/mod.ts";
 * import { preset } from "../models/mod.ts";
 * import { train } from "./train.ts";
 *
 * const { build, training } = preset("dense-vae");
 * for await (const { epoch, test } of train(build(), await loadMnist(), training)) {
 *   console.log(epoch, test.loss);
 * }
 * ```
 */
export async function* train(
  model: Model,
  dataset: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<EpochRecord, TrainEnd, void> {
  const parsed = parseOptions(trainSchema, options, "train");
  const { trainCount, testCount, folder, resume, fresh, workers, maxMinutes, progress } = parsed;
  requireArguments("train", { model: [aModel, model] });
  const named = Object.keys(trainingSchema.shape).filter((key) =>
    options[key as keyof TrainOptions] !== undefined
  );
  const open = await openRun(model, dataset, {
    training: trainingSchema.strip().parse(parsed),
    named,
    trainCount,
    testCount,
    folder,
    resume,
    fresh,
    workers,
    report: progress ?? (() => {}),
    deadline: maxMinutes ? performance.now() + maxMinutes * 60_000 : Infinity,
  });
  try {
    return yield* new Run(open).epochs();
  } finally {
    open.close();
  }
}
