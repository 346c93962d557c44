/** A bell around each pixel's mean, of one width for all, which is learned. */
import * as tf from "@tensorflow/tfjs";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

const halfLog2Pi = Math.log(2 * Math.PI) / 2;

/**
 * Gaussian of one learned σ: the σ-VAE (Rybkin, Daniilidis & Levine 2021, arXiv 2006.13202, section 4). The mean is
 * sigmoid(l), so that what is shown stays in [0, 1]:
 *
 * −log p(x|l) = Σ ½ ((x − sigmoid(l)) / σ)² + log σ + ½ log 2π
 *
 * With σ held at 1 it would be half the squared error, beside which the KL counts far too much; learned, σ² becomes
 * the mean squared error. A density, over all numbers: below zero as soon as σ is below 0.24.
 */
export const gaussian: Likelihood = {
  numbersPerValue: 1,
  treatments: ["grey"],
  // The paper's code begins with σ = 1; nearer to an untrained decoder's error (0.3 to 0.5) less time is lost.
  scale: { name: "σ", initialLog: -1, perChannel: false },
  nll(outputs, x, logScale) {
    requireSameShape("gaussian.nll", "x", x, outputs);
    return tf.tidy(() => {
      const values = x.size / x.shape[0], logSigma = logScale!;
      const squares = sumPerImage(outputs.sigmoid().sub(x).square());
      const weighted = squares.mul(logSigma.mul(-2).exp().mul(0.5));
      return weighted.add(logSigma.add(halfLog2Pi).mul(values)) as tf.Tensor1D;
    });
  },
  logPartition: null,
  mean: (outputs) => outputs.sigmoid(),
  meanActivation: "sigmoid",
};
