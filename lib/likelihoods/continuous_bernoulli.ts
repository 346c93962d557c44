/** The Bernoulli's form, made a density over grey values. */
import * as tf from "@tensorflow/tfjs";
import { exponentialMean, logNormaliser } from "./exponential_on_unit.ts";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

/**
 * Continuous Bernoulli over x in [0, 1] (Loaiza-Ganem & Cunningham 2019, arXiv 1907.06845, eq. 4–6): the Bernoulli's
 * λˣ (1 − λ)¹⁻ˣ divided by its integral. With logits l of λ = sigmoid(l) it is p(x) = exp(l·x) / ∫₀¹ exp(l·t) dt:
 *
 * −log p(x|l) = Σ max(l, 0) − l·x + log((1 − exp(−|l|)) / |l|)
 *
 * It differs from the Bernoulli's in the last term alone. A density: it falls below zero where the decoder is sure.
 * Its mean is not the sigmoid: 1 / (1 − exp(−l)) − 1 / l.
 */
export const continuousBernoulli: Likelihood = {
  numbersPerValue: 1,
  treatments: ["grey"],
  scale: null,
  nll(logits, x) {
    requireSameShape("continuousBernoulli.nll", "x", x, logits);
    return tf.customGrad((logits, save) => {
      const l = logits as tf.Tensor;
      (save as tf.GradSaveFunc)([l, x]);
      return {
        value: sumPerImage(l.relu().sub(l.mul(x)).add(logNormaliser(l))),
        // d/dl = mean − x, as in every exponential family
        gradFunc: (dy: tf.Tensor, [l, x]: tf.Tensor[]) =>
          exponentialMean(l).sub(x).reshape([l.shape[0], -1]).mul(dy.reshape([-1, 1])).reshape(
            l.shape,
          ),
      };
    })(logits) as tf.Tensor1D;
  },
  logPartition: (logits) => tf.tidy(() => logits.relu().add(logNormaliser(logits))),
  mean: exponentialMean,
  meanActivation: "continuousBernoulliMean",
};
