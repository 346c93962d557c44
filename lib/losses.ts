/**
 * What codes cost, each term a function: summed over latents, one number per image, in nats. The mean over the
 * batch is taken last, where terms are added up. What pixels cost is in `likelihoods/`.
 *
 * Both KLs bring their gradient: a line each instead of the dozen small kernels that tfjs would run
 * for it at every step.
 */
import { aTensor, requireArguments } from "./kinds.ts";
import * as tf from "@tensorflow/tfjs";
import { requireSameShape } from "./likelihoods/per_image.ts";

const log2Pi = Math.log(2 * Math.PI);

/**
 * KL(N(mean, exp(logVar)) ‖ N(0, 1)) = ½ Σ mean² + exp(logVar) − 1 − logVar
 * (Kingma & Welling 2013, appendix B).
 *
 * @returns [batch], nats, summed over latents; ≥ 0, and 0 at the prior
 */
export function analyticKl(mean: tf.Tensor2D, logVar: tf.Tensor2D): tf.Tensor1D {
  requireArguments("analyticKl", { mean: [aTensor, mean], logVar: [aTensor, logVar] });
  requireSameShape("analyticKl", "logVar", logVar, mean);
  return tf.customGrad((mean, logVar, save) => {
    const [m, v] = [mean as tf.Tensor2D, logVar as tf.Tensor2D];
    (save as tf.GradSaveFunc)([m, v]);
    return {
      value: m.square().add(v.exp()).sub(v).sub(1).sum(1).mul(0.5),
      // d/d mean = mean, d/d logVar = ½ (exp(logVar) − 1)
      gradFunc: (dy: tf.Tensor, [m, v]: tf.Tensor[]) => {
        const column = dy.reshape([-1, 1]);
        return [m.mul(column), v.exp().sub(1).mul(column.mul(0.5))];
      },
    };
  })(mean, logVar) as tf.Tensor1D;
}

/**
 * log N(z; mean, exp(logVar)), as `log_normal_pdf` of TensorFlow's tutorial.
 *
 * @returns [batch], nats, summed over latents
 */
export function logNormal(
  z: tf.Tensor2D,
  mean: tf.Tensor2D,
  logVar: tf.Tensor2D,
): tf.Tensor1D {
  requireArguments("logNormal", {
    z: [aTensor, z],
    mean: [aTensor, mean],
    logVar: [aTensor, logVar],
  });
  requireSameShape("logNormal", "mean", mean, z);
  return tf.tidy(() => {
    const squared = z.sub(mean).square().mul(logVar.neg().exp());
    return squared.add(logVar).add(log2Pi).sum(1).mul(-0.5);
  });
}

/** log N(z; 0, 1): [batch], nats. */
export function logPrior(z: tf.Tensor2D): tf.Tensor1D {
  requireArguments("logPrior", { z: [aTensor, z] });
  return tf.tidy(() => z.square().add(log2Pi).sum(1).mul(-0.5));
}

/**
 * log q(z|x) − log p(z) at one draw z = mean + exp(logVar / 2) ⊙ eps: the single-sample estimate of
 * the KL. There (z − mean)² / σ² is eps², so that it is ½ Σ z² − eps² − logVar: the same number and
 * the same gradient as `logNormal(z, mean, logVar) − logPrior(z)`, with no division by σ².
 *
 * @param eps the draws that made z; gets no gradient
 * @returns [batch], nats, summed over latents; may be negative
 */
export function monteCarloKl(
  z: tf.Tensor2D,
  logVar: tf.Tensor2D,
  eps: tf.Tensor2D,
): tf.Tensor1D {
  requireArguments("monteCarloKl", {
    z: [aTensor, z],
    logVar: [aTensor, logVar],
    eps: [aTensor, eps],
  });
  return tf.customGrad((z, logVar, save) => {
    (save as tf.GradSaveFunc)([z as tf.Tensor]);
    const terms = (z as tf.Tensor).square().sub(eps.square()).sub(logVar as tf.Tensor);
    return {
      value: terms.sum(1).mul(0.5),
      // d/dz = z, d/d logVar = −½
      gradFunc: (dy: tf.Tensor, [z]: tf.Tensor[]) => {
        const column = dy.reshape([-1, 1]);
        return [z.mul(column), column.mul(-0.5).tile([1, z.shape[1]!])];
      },
    };
  })(z, logVar) as tf.Tensor1D;
}
