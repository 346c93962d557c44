/** How a model is trained: everything that decides its weights beside the networks and the images. */
import { z } from "zod";

export const trainingSchema = z.strictObject({
  /** A VAE's KL term: estimated at the one code that is drawn, or in closed form. */
  kl: z.enum(["monte-carlo", "analytic"]).default("monte-carlo"),
  /** Weight of the KL term (Higgins et al. 2017); reported numbers stay unweighted. */
  beta: z.number().min(0).default(1),
  /** Epochs over which the KL weight grows linearly from 0 to `beta` (Bowman et al. 2016). */
  klWarmupEpochs: z.number().min(0).default(0),
  /** Standard deviation of Gaussian noise on the encoder's input; the target stays clean. */
  inputNoise: z.number().min(0).default(0),
  /** Adam or RMSprop, with Keras's formulas and defaults. */
  optimizer: z.enum(["adam", "rmsprop"]).default("adam"),
  learningRate: z.number().positive().default(1e-3),
  batchSize: z.int().min(1).default(32),
  /** Whether a last batch that is smaller than the others is left out. */
  dropRemainder: z.boolean().default(false),
  epochs: z.int().min(0).default(10),
  /** Epochs without a better test loss before training stops early; null never does. */
  patience: z.int().min(1).nullable().default(null),
  /** Whether training ends with the weights of the epoch with the best test loss. */
  keepBest: z.boolean().default(false),
});

/** Parsed settings of training; a run's `run.json` holds them. */
export type TrainingSettings = z.output<typeof trainingSchema>;
