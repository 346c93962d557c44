/** A coin for each pixel: the likelihood of black and white images. */
import * as tf from "@tensorflow/tfjs";
import { fusedBernoulliNll } from "../compute/layers/layers.ts";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

/**
 * Bernoulli of logits l: p(x = 1) = sigmoid(l) (Kingma & Welling 2013, appendix C.1).
 *
 * −log p(x|l) = Σ max(l, 0) − l·x + log(1 + exp(−|l|)), stable for any logit. For grey x, as many tutorials use
 * it, it is no likelihood (its sum over x is not 1) and has a floor above zero.
 */
export const bernoulli: Likelihood = {
  numbersPerValue: 1,
  treatments: ["threshold", "dynamic", "grey"],
  scale: null,
  nll(logits, x) {
    requireSameShape("bernoulli.nll", "x", x, logits);
    const fused = fusedBernoulliNll(logits, x);
    if (fused) return fused;
    return tf.tidy(() => {
      const terms = logits.relu().sub(logits.mul(x)).add(logits.abs().neg().exp().log1p());
      return sumPerImage(terms);
    });
  },
  logPartition: (logits) => logits.softplus(),
  mean: (logits) => logits.sigmoid(),
  meanActivation: "sigmoid",
};
