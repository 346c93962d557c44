/** What the tutorials reach, per preset, treatment and likelihood: numbers compare only within all three. */
import type { Treatment } from "../data/batches.ts";
import type { LikelihoodName } from "../likelihoods/units.ts";
import type { PresetName } from "../models/presets.ts";

/** A curve measured on MNIST's test set after training on all 60,000 images. */
export interface ReferenceCurve {
  preset: PresetName;
  treatment: Treatment;
  likelihood: LikelihoodName;
  /** −ELBO in nats per image, or MSE per pixel. */
  measure: "−ELBO" | "MSE";
  /** Who or what it was measured with. */
  source: string;
  /** [epoch, value], rising epochs; not every epoch has a value. */
  points: readonly (readonly [epoch: number, value: number])[];
  /** What the tutorial's author reports, where it says something else. */
  author?: string;
}

export const referenceCurves: readonly ReferenceCurve[] = [
  {
    preset: "conv-vae",
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "TensorFlow 2.21, the CVAE tutorial's code",
    points: [
      [1, 178.96],
      [2, 170.81],
      [3, 166.53],
      [4, 163.82],
      [5, 161.78],
      [6, 160.49],
      [7, 159.22],
      [8, 158.09],
      [9, 157.45],
      [10, 156.98],
    ],
    author: "a public notebook of another run ends at 155.91",
  },
  {
    preset: "dense-vae",
    treatment: "grey",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "Keras, 784-256-2-256-784",
    points: [
      [1, 173.1],
      [5, 159.2],
      [10, 155.5],
      [15, 154.2],
      [25, 152.4],
      [40, 150.9],
      [50, 150.4],
    ],
    author: "xingkongliang/Keras-Tutorials: 153.44 at 50",
  },
  {
    preset: "dense-vae-64",
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "Keras, 784-64-64-64-784",
    points: [[11, 129.9], [26, 110.5], [30, 107.5], [100, 95.2]],
    author: "its author: about 96",
  },
  {
    preset: "conv-vae-50",
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "Keras, the tutorial's convolutions with 50 latents",
    points: [[1, 129.6], [2, 109.9], [6, 92.0], [10, 87.3], [32, 80.5], [49, 78.9]],
    author: "its author: about 95, which looks like an unfinished or differently counted run",
  },
  {
    preset: "conv-ae-10",
    treatment: "grey",
    likelihood: "mse",
    measure: "MSE",
    source: "Keras, Foster's convolutional autoencoder with 10 latents",
    points: [[1, 0.0405], [2, 0.0283], [3, 0.0228], [8, 0.0181], [9, 0.0174], [11, 0.0169]],
  },
  {
    preset: "conv-ae-2",
    treatment: "grey",
    likelihood: "mse",
    measure: "MSE",
    source: "Keras, Foster's convolutional autoencoder with 2 latents",
    points: [
      [1, 0.0526],
      [2, 0.0494],
      [3, 0.0477],
      [4, 0.0461],
      [5, 0.0450],
      [6, 0.0446],
      [7, 0.0438],
      [8, 0.0444],
      [9, 0.0433],
      [12, 0.0428],
    ],
  },
];

/** The curve of a preset, whatever the treatment; undefined for a model of one's own. */
export function referenceOf(preset: string): ReferenceCurve | undefined {
  return referenceCurves.find((curve) => curve.preset === preset);
}

/**
 * What a model that ignores its code reaches on MNIST's test set by drawing the mean of all training
 * images: MSE per pixel of grey images, and Bernoulli −log p in nats of thresholded ones.
 */
export const meanImage = { mse: 0.0675, nats: 205.8 } as const;
