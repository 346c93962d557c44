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
          meanOf(l).sub(x).reshape([l.shape[0], -1]).mul(dy.reshape([-1, 1])).reshape(l.shape),
      };
    })(logits) as tf.Tensor1D;
  },
  logPartition: (logits) => tf.tidy(() => logits.relu().add(logNormaliser(logits))),
  mean: meanOf,
  meanActivation: "continuousBernoulliMean",
};

/*
 * Both functions below are a series up to |l| = small, and from there on the closed form less its value at small:
 * each is given the part of l that it is good for, so that nothing has to be chosen element by element, which is slow.
 */

/** log((1 − exp(−|l|)) / |l|); near 0 it is −|l|/2 + l²/24 − l⁴/2880, off by under 1e-7. */
function logNormaliser(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const size = l.abs(), near = size.clipByValue(0, small), squared = near.square();
    const series = squared.mul(-1 / 2880).add(1 / 24).mul(squared).sub(near.mul(0.5));
    const far = size.clipByValue(small, Infinity);
    const closed = far.neg().exp().neg().add(1).div(far).log();
    return series.add(closed).sub(Math.log(-Math.expm1(-small) / small));
  });
}

/** E[x] = 1 / (1 − exp(−l)) − 1 / l; near 0 it is ½ + l/12 − l³/720 + l⁵/30240, off by under 1e-8. */
function meanOf(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const near = l.clipByValue(-small, small), squared = near.square();
    const series = squared.mul(1 / 30240).sub(1 / 720).mul(squared).add(1 / 12).mul(near).add(0.5);
    // E[x] − ½ has the sign of l.
    const far = l.abs().clipByValue(small, Infinity);
    const closed = far.neg().exp().neg().add(1).reciprocal().sub(far.reciprocal());
    return series.add(l.sign().mul(closed.sub(-1 / Math.expm1(-small) - 1 / small)));
  });
}
