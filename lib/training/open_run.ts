/** How a run opens: what it works on is checked, where it begins is decided, and who computes is started. */
import { checkDataset, type Dataset } from "../data/dataset.ts";
import { take } from "../data/image_set.ts";
import { requireLabels } from "../models/condition.ts";
import { identityOf } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { OptionError } from "../options.ts";
import { onStop } from "../stop.ts";
import { begin, type Beginning, type Wish } from "./begin.ts";
import { requireRunFolder } from "./run_folder.ts";
import { chooseExecutor } from "./choose_executor.ts";
import { evaluationBatchSize } from "./evaluation.ts";
import type { Executor } from "./executor.ts";
import type { TrainProgress } from "./progress.ts";
import { lockRun, type RunLock } from "./run_lock.ts";
import type { RunMemory } from "./run_memory.ts";

/** What a run is told, all of it parsed. */
export interface RunOptions extends Wish {
  training: TrainingSettings;
  trainCount?: number;
  testCount?: number;
  workers?: number;
  report: (progress: TrainProgress) => void;
  /** When to stop, in milliseconds of `performance.now`. */
  deadline: number;
}

/** A run that may begin its epochs. */
export interface OpenRun {
  model: Model;
  options: RunOptions;
  beginning: Beginning;
  executor: Executor;
  memory: RunMemory;
  /** Training images of an epoch, and test images. */
  images: number;
  testImages: number;
  /** Ends what was started: workers, the subscription to Stop, and the folder's lock. */
  close: () => void;
}

/**
 * Opens a run. From its first line on a press of Stop is kept, so that none is lost while workers start.
 *
 * @throws OptionError for images, settings or a folder that cannot be used
 * @throws WorkerError where a worker cannot start
 */
export async function openRun(
  model: Model,
  dataset: Dataset,
  options: RunOptions,
): Promise<OpenRun> {
  let stopped = false;
  let memory: RunMemory | null = null;
  let lock: RunLock | null = null;
  const unsubscribe = onStop(() => {
    stopped = true;
    if (memory) memory.stopRequested = true;
  });
  try {
    checkDataset("train: dataset", dataset, model.config.inputShape);
    for (const part of ["train", "test"] as const) {
      requireLabels(`train: ${part} images`, model.config, dataset[part]);
    }
    if (options.folder) {
      await requireRunFolder(options.folder);
      lock = await lockRun(options.folder);
    }
    const train = take(dataset.train, options.trainCount ?? dataset.train.count);
    const test = take(dataset.test, options.testCount ?? dataset.test.count);
    const wanted = identityOf(model, options.training, { ...dataset, train, test });
    const beginning = await begin(model, wanted, options);
    const { checkpoint, identity: { training } } = beginning;
    const images = imagesOfEpoch(train.count, training);
    const evaluationBatches = Math.ceil(test.count / evaluationBatchSize);
    const chosen = await chooseExecutor(
      { model, training, train, test, evaluationBatches },
      options.workers ?? checkpoint?.run.workers,
    );
    memory = chosen.memory;
    if (checkpoint) {
      memory.m.set(checkpoint.m);
      memory.v.set(checkpoint.v);
    }
    if (stopped) memory.stopRequested = true;
    const close = () => {
      unsubscribe();
      chosen.executor.close();
      lock?.release();
    };
    return { model, options, beginning, ...chosen, images, testImages: test.count, close };
  } catch (error) {
    unsubscribe();
    lock?.release();
    throw error;
  }
}

/**
 * How many images one epoch goes through.
 *
 * @throws OptionError where that is none
 */
function imagesOfEpoch(count: number, { batchSize, dropRemainder }: TrainingSettings): number {
  const images = dropRemainder ? count - count % batchSize : count;
  if (images > 0) return images;
  throw new OptionError(
    `train: batchSize: expected at most ${count}, as many as there are training images ` +
      `(dropRemainder leaves out a smaller batch), got ${batchSize}`,
  );
}
