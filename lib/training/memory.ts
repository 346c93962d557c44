/** How much memory a training takes, from the sizes of its layers: said before it is begun. */
import type { Model } from "../models/model.ts";
import { layerRows } from "../models/layer_table.ts";

const float = 4;
/** tfjs, its wasm module and the JavaScript heap, of the caller and of each worker. */
const process = 120e6;

/**
 * About how many bytes of memory training takes: parameters with moments and gradients, activations with
 * their gradients, and what runs them. Measured runs of the tutorials' networks lie within a half of it.
 */
export function trainingMemory(model: Model, batchSize: number, workers: number): number {
  const parameters = model.parameterCount;
  // In shared memory: weights, two moments, and each worker's gradient.
  const shared = parameters * (3 + workers);
  // In each worker's own: weights, gradients, and both once more as the engine packs them.
  const own = workers * 4 * parameters;
  const numbers = [model.encoder, model.decoder].flatMap(layerRows)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  // Each layer's output, its gradient, and what the engine copies of the largest.
  const activations = 3 * batchSize * numbers;
  const helpers = workers > 1 ? workers + 1 : 1;
  return float * (shared + own + activations) + helpers * process;
}

/** Bytes as a reader would say them: `640 MB`, `2.1 GB`. */
export const memoryText = (bytes: number) =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e7) * 10} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
