/** The probability of each of the 256 greys: the likelihood whose bits can be counted. */
import * as tf from "@tensorflow/tfjs";
import { bernoulli } from "./bernoulli.ts";
import { exponentialMean, logNormaliser } from "./exponential_on_unit.ts";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape } from "./per_image.ts";

/** Half the width of a grey's interval; greys are 0, 1/255, …, 1. */
const half = 0.5 / 255;

/**
 * Discretized logistic (Kingma et al. 2016, arXiv 1606.04934, appendix C.1; Salimans et al. 2017, arXiv 1701.05517,
 * eq. 2): a logistic distribution with mean μ = sigmoid(l) and a scale s that is learned for each channel, and of it
 * the part on a grey's interval of width 1/255. The first and the last interval are open, so that the 256
 * probabilities sum to 1:
 *
 * p(x|l) = sigmoid((x + ½/255 − μ) / s) − sigmoid((x − ½/255 − μ) / s)
 *
 * Far from μ both sigmoids are 0 or 1 in float32. With a = (x + ½/255 − μ) / s, b = (x − ½/255 − μ) / s and the
 * interval's width w = 1 / (255 s) the same is a product of two coins' probabilities and a constant, right in every
 * tail:
 *
 * −log p = −log sigmoid(a) − log sigmoid(−b) − log(1 − exp(−w))
 *
 * At x = 0 only the first term is left, at x = 1 only the second.
 */
export const discretizedLogistic: Likelihood = {
  numbersPerValue: 1,
  treatments: ["grey"],
  scale: { name: "scale", initialLog: -2, perChannel: true },
  nll(outputs, x, logScale) {
    requireSameShape("discretizedLogistic.nll", "x", x, outputs);
    return tf.tidy(() => {
      const [l, pixels] = [outputs, x].map((tensor) => tensor.reshape([x.shape[0], -1]));
      return flatNll(l, pixels, logScale!);
    });
  },
  logPartition: null,
  mean: (outputs) => outputs.sigmoid(),
  meanActivation: "sigmoid",
};

/** Where an end is open: far enough for a sigmoid to be 1, and a coin's cost and slope to be 0. */
const open = 1e6;

/** [channels] → [values of an image], as l [batch, values] has them: engines are slow to broadcast over channels. */
const everyPixel = (ofChannel: tf.Tensor, l: tf.Tensor) =>
  ofChannel.tile([l.shape[1]! / ofChannel.size]);

/** μ, 1/s, a, b, w, and whether a pixel is neither black nor white: 1 or 0. Flat, and of quick kernels. */
function partsOf(l: tf.Tensor, x: tf.Tensor, logScale: tf.Tensor) {
  const inverse = everyPixel(logScale.neg().exp(), l);
  const mean = l.sigmoid(), away = x.sub(mean);
  const white = x.sub(1 - half).step(), black = x.mul(-1).add(half).step();
  return {
    mean,
    inverse,
    a: away.add(half).mul(inverse).add(white.mul(open)),
    b: away.sub(half).mul(inverse).sub(black.mul(open)),
    width: logScale.neg().exp().mul(2 * half),
    inside: white.add(black).mul(-1).add(1),
  };
}

/** `nll` of flat images, [batch, values], with its gradient. */
function flatNll(l: tf.Tensor, x: tf.Tensor, logScale: tf.Tensor1D): tf.Tensor1D {
  return tf.customGrad((...inputs) => {
    const [l, logScale, save] = inputs as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([l, x, logScale]);
    const { a, b, inside, width } = partsOf(l, x, logScale);
    const coins = bernoulli.nll(a, tf.onesLike(a)).add(bernoulli.nll(b, tf.zerosLike(b)));
    // log(1 − exp(−w)): narrow intervals are usual, and of 1 − exp(−w) float32 would leave little.
    const logMass = logNormaliser(width).add(width.log());
    // Counted, then multiplied: thousands of equal numbers added up in float32 round to the same side each time.
    const counts = inside.matMul(tf.eye(width.size).tile([l.shape[1]! / width.size, 1]));
    return { value: coins.sub(counts.mul(logMass).sum(1)), gradFunc: gradients };
  })(l, logScale) as tf.Tensor1D;
}

/** By the decoder's numbers, through μ, and by log s, which moves a, b and w by −1 times themselves. */
function gradients(dy: tf.Tensor, [l, x, logScale]: tf.Tensor[]): tf.Tensor[] {
  const { mean, inverse, a, b, inside, width } = partsOf(l, x, logScale);
  const ofImage = dy.reshape([-1, 1]);
  const byA = a.sigmoid().sub(1).mul(ofImage), byB = b.sigmoid().mul(ofImage);
  const byMean = byA.add(byB).mul(inverse).neg();
  // w · d/dw log(1 − exp(−w)) = w / (exp(w) − 1)
  const byLogMass = width.mul(exponentialMean(width)).add(1).sub(width);
  const byWidth = inside.mul(ofImage).mul(everyPixel(byLogMass, l));
  const byLogScale = byWidth.sub(byA.mul(a)).sub(byB.mul(b));
  return [
    byMean.mul(mean.sub(mean.square())),
    byLogScale.reshape([-1, logScale.size]).sum(0),
  ];
}
