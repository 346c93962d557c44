/** How long training takes on this machine: measured on a few steps, not guessed. */
import type { Dataset } from "../data/dataset.ts";
import { createModel } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { train } from "./train.ts";

/** What a few steps of a throw-away model showed. */
export interface Estimate {
  imagesPerSecond: number;
  /** One epoch over all of the training set, and one evaluation on the test set. */
  secondsPerEpoch: number;
}

/** Batches that are measured, after as many that only warm up. */
const measured = 40;

/** Trains a fresh model of this configuration for a moment and throws it away. Takes about 2 s. */
export async function estimateTraining(config: ModelConfig, dataset: Dataset): Promise<Estimate> {
  const model = createModel({ ...config, keepBest: false, patience: null, epochs: 2 });
  const trainCount = Math.min(measured * config.batchSize, dataset.train.count);
  const testCount = Math.min(1000, dataset.test.count);
  try {
    let imagesPerSecond = 0, evaluationSeconds = 0;
    for await (const record of train(model, dataset, { trainCount, testCount })) {
      ({ imagesPerSecond, evaluationSeconds } = record);
    }
    const secondsPerEpoch = dataset.train.count / imagesPerSecond +
      evaluationSeconds * dataset.test.count / testCount;
    return { imagesPerSecond, secondsPerEpoch };
  } finally {
    model.dispose();
  }
}
