/** The Bernoulli's form, made a density over grey values. */
import * as tf from "@tensorflow/tfjs";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

/** Below this |l| the closed forms divide nearly nothing by nearly nothing: their series stand in. */
const small = 0.5;

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
          meanOf(l).sub(x).mul(dy.reshape([-1, ...l.shape.slice(1).map(() => 1)])),
      };
    })(logits) as tf.Tensor1D;
  },
  logPartition: (logits) => tf.tidy(() => logits.relu().add(logNormaliser(logits))),
  mean: meanOf,
  meanActivation: "continuousBernoulliMean",
};

/** log((1 − exp(−|l|)) / |l|); near 0 it is −|l|/2 + l²/24 − l⁴/2880, off by under 1e-7. */
function logNormaliser(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const size = l.abs(), squared = l.square();
    const series = squared.mul(-1 / 2880).add(1 / 24).mul(squared).sub(size.mul(0.5));
    return tf.where(size.less(small), series, size.neg().expm1().neg().div(size).log());
  });
}

/** E[x] = 1 / (1 − exp(−l)) − 1 / l; near 0 it is ½ + l/12 − l³/720 + l⁵/30240, off by under 1e-8. */
function meanOf(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const squared = l.square();
    const series = squared.mul(1 / 30240).sub(1 / 720).mul(squared).add(1 / 12).mul(l).add(0.5);
    const closed = l.neg().expm1().neg().reciprocal().sub(l.reciprocal());
    return tf.where(l.abs().less(small), series, closed);
  });
}
