/** The density ∝ exp(l·x) over x in [0, 1]: its normaliser and its mean, right in float32 for l near 0 too. */
import * as tf from "@tensorflow/tfjs";

/** Below this |l| the closed forms divide nearly nothing by nearly nothing: their series stand in. */
const small = 0.5;

/*
 * Both functions below are a series up to |l| = small, and from there on the closed form less its value at small:
 * each is given the part of l that it is good for, so that nothing has to be chosen element by element, which is slow.
 */

/** log((1 − exp(−|l|)) / |l|); near 0 it is −|l|/2 + l²/24 − l⁴/2880, off by under 1e-7. */
export function logNormaliser(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const size = l.abs(), near = size.clipByValue(0, small), squared = near.square();
    const series = squared.mul(-1 / 2880).add(1 / 24).mul(squared).sub(near.mul(0.5));
    const far = size.clipByValue(small, Infinity);
    const closed = far.neg().exp().neg().add(1).div(far).log();
    return series.add(closed).sub(Math.log(-Math.expm1(-small) / small));
  });
}

/** E[x] = 1 / (1 − exp(−l)) − 1 / l; near 0 it is ½ + l/12 − l³/720 + l⁵/30240, off by under 1e-8. */
export function exponentialMean(l: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const near = l.clipByValue(-small, small), squared = near.square();
    const series = squared.mul(1 / 30240).sub(1 / 720).mul(squared).add(1 / 12).mul(near).add(0.5);
    // E[x] − ½ has the sign of l.
    const far = l.abs().clipByValue(small, Infinity);
    const closed = far.neg().exp().neg().add(1).reciprocal().sub(far.reciprocal());
    return series.add(l.sign().mul(closed.sub(-1 / Math.expm1(-small) - 1 / small)));
  });
}
