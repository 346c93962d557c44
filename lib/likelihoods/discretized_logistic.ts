/** The probability of each of the 256 greys: the likelihood whose bits can be counted. */
import * as tf from "@tensorflow/tfjs";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

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
 * Far from μ both sigmoids are 0 or 1 in float32. With a = (x + ½/255 − μ) / s and b = (x − ½/255 − μ) / s the same is
 *
 * −log p = softplus(−a) + softplus(b) − log(1 − exp(−1 / (255 s))),
 *
 * right in every tail; at x = 0 only the first term is left, at x = 1 only the second.
 */
export const discretizedLogistic: Likelihood = {
  numbersPerValue: 1,
  treatments: ["grey"],
  scale: { name: "scale", initialLog: -2, perChannel: true },
  nll(outputs, x, logScale) {
    requireSameShape("discretizedLogistic.nll", "x", x, outputs);
    return tf.customGrad((outputs, logScale, save) => {
      const l = outputs as tf.Tensor, logS = logScale as tf.Tensor;
      (save as tf.GradSaveFunc)([l, x, logS]);
      const { above, below, belowTop, aboveBottom, logInside } = partsOf(l, x, logS);
      const terms = above.neg().softplus().mul(belowTop).add(below.softplus().mul(aboveBottom))
        .sub(logInside.mul(belowTop.mul(aboveBottom)));
      return { value: sumPerImage(terms), gradFunc: gradient };
    })(outputs, logScale!) as tf.Tensor1D;
  },
  logPartition: null,
  mean: (outputs) => outputs.sigmoid(),
  meanActivation: "sigmoid",
};

/** a, b, which of the two ends a pixel has, and log(1 − exp(−width)) with the interval's width in scales. */
function partsOf(l: tf.Tensor, x: tf.Tensor, logScale: tf.Tensor) {
  const inverse = logScale.neg().exp();
  const mean = l.sigmoid();
  const away = x.sub(mean).mul(inverse), halfWidth = inverse.mul(half);
  return {
    mean,
    inverse,
    above: away.add(halfWidth),
    below: away.sub(halfWidth),
    belowTop: x.less(1 - half).cast("float32"),
    aboveBottom: x.greater(half).cast("float32"),
    width: halfWidth.mul(2),
    logInside: halfWidth.mul(-2).expm1().neg().log(),
  };
}

/** By the decoder's numbers, through μ, and by log s, which moves a, b and the width by −1 times themselves. */
function gradient(dy: tf.Tensor, [l, x, logScale]: tf.Tensor[]): tf.Tensor[] {
  const { mean, inverse, above, below, belowTop, aboveBottom, width } = partsOf(l, x, logScale);
  const ofImage = dy.reshape([-1, ...l.shape.slice(1).map(() => 1)]);
  // d/da = −sigmoid(−a), d/db = sigmoid(b)
  const first = above.neg().sigmoid().mul(belowTop).mul(ofImage);
  const second = below.sigmoid().mul(aboveBottom).mul(ofImage);
  const byMean = first.sub(second).mul(inverse);
  const byWidth = width.div(width.expm1()).mul(belowTop.mul(aboveBottom)).mul(ofImage);
  const byLogScale = first.mul(above).sub(second.mul(below)).add(byWidth);
  return [
    byMean.mul(mean.mul(mean.neg().add(1))),
    byLogScale.reshape([-1, logScale.size]).sum(0),
  ];
}
