/** No likelihood, but what many autoencoders are trained by. */
import * as tf from "@tensorflow/tfjs";
import type { Likelihood } from "./likelihood.ts";
import { requireSameShape, sumPerImage } from "./per_image.ts";

/**
 * Mean squared error of sigmoid(l), mean over pixels (as `keras.losses.mse` over an image). For autoencoders only:
 * beside a KL it would have to be weighed, which `gaussian` does by itself.
 */
export const squaredError: Likelihood = {
  numbersPerValue: 1,
  treatments: ["grey", "threshold", "dynamic"],
  scale: null,
  nll(outputs, x) {
    requireSameShape("squaredError.nll", "x", x, outputs);
    return tf.tidy(() => {
      const pixels = x.size / x.shape[0];
      return sumPerImage(outputs.sigmoid().sub(x).square()).div(pixels) as tf.Tensor1D;
    });
  },
  logPartition: null,
  mean: (outputs) => outputs.sigmoid(),
  meanActivation: "sigmoid",
};
