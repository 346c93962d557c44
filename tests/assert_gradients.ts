/** Gradients against finite differences. */
import * as tf from "@tensorflow/tfjs";
import { assertNear } from "./assert_near.ts";

/** A term of a loss, [batch], of matrices. */
export type Term = (...inputs: tf.Tensor2D[]) => tf.Tensor1D;

/**
 * Each input's gradient of the sum against central differences. The step of 1/64 keeps the rounding
 * of float32 (about 1e-5 here) and the curvature's share (about 1e-4) both under the tolerance.
 */
export function assertGradients(term: Term, inputs: tf.Tensor[]) {
  tf.tidy(() => {
    const sum = (...tensors: tf.Tensor[]) => term(...tensors as tf.Tensor2D[]).sum() as tf.Scalar;
    const gradients = tf.grads(sum)(inputs);
    inputs.forEach((input, k) => {
      const step = 1 / 64, values = input.dataSync();
      const at = (i: number, shift: number) => {
        const shifted = Float32Array.from(values);
        shifted[i] += shift;
        const replaced = inputs.map((other, j) =>
          j === k ? tf.tensor(shifted, input.shape) : other
        );
        return sum(...replaced).dataSync()[0];
      };
      const differences = values.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
      const tolerance = { absolute: 2e-3, relative: 2e-3 };
      assertNear(gradients[k].dataSync(), differences, tolerance, `gradient ${k}`);
    });
  });
}
