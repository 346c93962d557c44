/** Training, as an async generator of one record per epoch. */
import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { modelSchema } from "../models/presets.ts";
import { parseOptions } from "../options.ts";
import type { TrainEnd, TrainProgress } from "./progress.ts";
import type { EpochRecord } from "./records.ts";
import { Run } from "./run.ts";

const changeable = modelSchema.pick({
  epochs: true,
  batchSize: true,
  dropRemainder: true,
  learningRate: true,
  optimizer: true,
  beta: true,
  klWarmupEpochs: true,
  inputNoise: true,
  patience: true,
  keepBest: true,
}).partial();

const trainSchema = z.strictObject({
  ...changeable.shape,
  /** Use so many images of each set only; default: all. */
  trainCount: z.int().min(1).optional(),
  testCount: z.int().min(1).optional(),
  /** The run's folder: a checkpoint after every epoch. Without one nothing is written. */
  folder: z.string().min(1).optional(),
  /** Go on from the folder's checkpoint instead of beginning anew, which clears the folder. */
  resume: z.boolean().default(false),
  /** Threads that share each batch. Default: all of the engine's, where a batch is large enough. */
  workers: z.int().min(1).optional(),
  /** Stop after so many minutes as the Stop button does. */
  maxMinutes: z.number().positive().optional(),
  progress: z.custom<(progress: TrainProgress) => void>((f) => typeof f === "function").optional(),
});
/** Options of `train`: fields of the model's configuration to change, and those of the run. */
export type TrainOptions = z.input<typeof trainSchema>;

/**
 * Trains a model in place. The first record, epoch 0, is the untrained model's; then comes one after
 * each epoch, when the model has that epoch's weights and the folder its checkpoint.
 *
 * Losses are means over images: −ELBO in nats for a VAE, the objective for an autoencoder. The Stop
 * button and `maxMinutes` end the loop after the current batch, be it trained on or evaluated, with a
 * checkpoint in the middle of the epoch; `train(model, dataset, { …, resume: true })` goes on from there
 * and ends with the weights of a run that was never interrupted (bit for bit on the same engine and
 * number of workers).
 *
 * The data decide by `dataset.test` when to stop early and which epoch is best. The tutorials use the
 * test set for that; `holdOut` gives a validation set to put in its place.
 *
 * @throws OptionError for options that cannot be used
 * @throws NotFiniteError at the first term or gradient that is not finite
 * @throws WorkerError where a worker fails
 */
export async function* train(
  model: Model,
  dataset: Dataset,
  options: TrainOptions = {},
): AsyncGenerator<EpochRecord, TrainEnd, void> {
  const { trainCount, testCount, folder, resume, workers, maxMinutes, progress, ...changes } =
    parseOptions(trainSchema, options, "train");
  const given = Object.fromEntries(Object.entries(changes).filter(([, v]) => v !== undefined));
  const run = await Run.open(model, dataset, given, {
    trainCount,
    testCount,
    folder,
    resume,
    workers,
    report: progress ?? (() => {}),
    deadline: maxMinutes ? performance.now() + maxMinutes * 60_000 : Infinity,
  });
  try {
    return yield* run.epochs();
  } finally {
    run.close();
  }
}
