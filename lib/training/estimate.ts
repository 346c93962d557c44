/** How long training takes on this machine: measured on a few steps, not guessed. */
import { aDataset, aRecipe, requireArguments } from "../kinds.ts";
import { slowLayers } from "../compute/layers/trainable_layers.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Recipe } from "../models/presets.ts";
import { defaultWorkers } from "./choose_executor.ts";
import { trainingMemory } from "./memory.ts";
import type { TrainProgress } from "./progress.ts";
import { train } from "./train.ts";

/** What a few steps of a throw-away model showed. */
export interface Estimate {
  imagesPerSecond: number;
  /** One epoch over all of the training set, and one evaluation on the test set. */
  secondsPerEpoch: number;
  /** About how much memory training takes, in bytes. */
  memory: number;
  /** Layers that the CPU engines leave to tfjs's own, slower kernels. */
  slow: string[];
}

/** Batches that are measured, after as many that only warm up; a slow network does what it can in time. */
const measured = 40;
/** How long to measure; longer where a slow or busy machine has not come to its first batch by then. */
const patience = [5, 20, 80];

/** Trains a fresh model of this recipe for a moment and throws it away. Takes 2 to 8 s on a quiet machine. */
export async function estimateTraining(recipe: Recipe, dataset: Dataset): Promise<Estimate> {
  requireArguments("estimateTraining", { recipe: [aRecipe, recipe], dataset: [aDataset, dataset] });
  const model = recipe.build();
  const { batchSize = 32 } = recipe.training;
  const trainCount = Math.min(measured * batchSize, dataset.train.count);
  const testCount = Math.min(200, dataset.test.count);
  const training = { ...recipe.training, keepBest: false, patience: null, epochs: 2 };
  const looks: { at: number; done: number; epoch: number }[] = [];
  const progress = ({ phase, epoch, done }: TrainProgress) => {
    if (phase === "training" && done > 0) looks.push({ at: performance.now(), done, epoch });
  };
  try {
    let evaluationSeconds = 0, imagesPerSecond = 0;
    for (const seconds of patience) {
      const options = { ...training, trainCount, testCount, progress, maxMinutes: seconds / 60 };
      for await (const record of train(model, dataset, options)) {
        ({ evaluationSeconds, imagesPerSecond } = record);
      }
      // Where its time was up in the first epoch, that has no record.
      if (looks.at(-1)?.epoch !== 2) imagesPerSecond = rateOf(looks, seconds);
      if (looks.length > 0) break;
    }
    const secondsPerEpoch = dataset.train.count / imagesPerSecond +
      evaluationSeconds * dataset.test.count / testCount;
    const memory = trainingMemory(model, batchSize, defaultWorkers(batchSize));
    const slow = [model.encoder, model.decoder].flatMap(slowLayers);
    return { imagesPerSecond, secondsPerEpoch, memory, slow };
  } finally {
    model.dispose();
  }
}

/** Images per second from the first look, when the engine was warm, to the last. */
function rateOf(looks: readonly { at: number; done: number }[], seconds: number): number {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!last || last.done === first.done) return (last?.done ?? 1) / seconds;
  return 1000 * (last.done - first.done) / (last.at - first.at);
}
