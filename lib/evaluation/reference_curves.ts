/** What the tutorials reach, per preset, images, treatment and likelihood: numbers compare only within all four. */
import { aText, requireArguments } from "../kinds.ts";
import type { Treatment } from "../data/batches.ts";
import type { LikelihoodName } from "../likelihoods/units.ts";
import type { PresetName } from "../models/presets.ts";

/** A curve measured on a set's test images after training on all others. */
export interface ReferenceCurve {
  preset: PresetName;
  /** A dataset's source, and how many training images it has. */
  images: "mnist" | "fashion-mnist" | "cifar10";
  trainCount: number;
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

const mnist = { images: "mnist", trainCount: 60_000 } as const;

export const referenceCurves: readonly ReferenceCurve[] = [
  {
    preset: "conv-vae",
    ...mnist,
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
    ...mnist,
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
    ...mnist,
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "Keras, 784-64-64-64-784",
    points: [[11, 129.9], [26, 110.5], [30, 107.5], [100, 95.2]],
    author: "its author: about 96",
  },
  {
    preset: "conv-vae-50",
    ...mnist,
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "Keras, the tutorial's convolutions with 50 latents",
    points: [[1, 129.6], [2, 109.9], [6, 92.0], [10, 87.3], [32, 80.5], [49, 78.9]],
    author: "its author: about 95, which looks like an unfinished or differently counted run",
  },
  {
    preset: "conv-ae-10",
    ...mnist,
    treatment: "grey",
    likelihood: "mse",
    measure: "MSE",
    source: "Keras, Foster's convolutional autoencoder with 10 latents",
    points: [[1, 0.0405], [2, 0.0283], [3, 0.0228], [8, 0.0181], [9, 0.0174], [11, 0.0169]],
  },
  {
    preset: "conv-ae-2",
    ...mnist,
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
  {
    preset: "conv-vae",
    images: "fashion-mnist",
    trainCount: 60_000,
    treatment: "threshold",
    likelihood: "bernoulli",
    measure: "−ELBO",
    source: "TensorFlow 2.21, the CVAE tutorial's code on Fashion-MNIST",
    points: [
      [1, 224.3],
      [2, 213.96],
      [3, 207.88],
      [4, 203.8],
      [5, 200.89],
      [6, 198.84],
      [7, 197.09],
      [8, 195.52],
      [9, 194.48],
      [10, 193.75],
    ],
  },
  {
    preset: "conv-vae-cifar10",
    images: "cifar10",
    trainCount: 50_000,
    treatment: "grey",
    likelihood: "discretized-logistic",
    measure: "−ELBO",
    source: "TensorFlow 2.21, the same network; 6.816, 6.571, 6.431, 6.362, 6.343, 6.294 bits/dim",
    points: [
      [1, 14513.6],
      [2, 13991.9],
      [3, 13693.8],
      [4, 13546.9],
      [5, 13506.5],
      [6, 13402.1],
    ],
  },
];

/**
 * The curve of a preset on the images that its tutorial has, or on others by their dataset's source, whatever the
 * treatment; undefined for a model of one's own.
 */
export function referenceOf(preset: string, images?: string): ReferenceCurve | undefined {
  requireArguments("referenceOf", { preset: [aText, preset] });
  return referenceCurves.find((curve) =>
    curve.preset === preset && (images === undefined || curve.images === images)
  );
}

/**
 * What a model that ignores its code reaches on MNIST's test set by drawing the mean of all training
 * images: MSE per pixel of grey images, and Bernoulli −log p in nats of thresholded ones.
 */
export const meanImage = { mse: 0.0675, nats: 205.8 } as const;
