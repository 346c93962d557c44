/** Layers as single operations with a gradient, each a few calls of an engine's kernels. */
import * as tf from "@tensorflow/tfjs";
import type { ConvShape, TrainingKernels } from "../kernels.ts";

/** A kernel's result as a tensor that tfjs tracks. */
export const fromInfo = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);

/** A custom gradient over x, weight and bias, or over weight and bias alone where x is data. */
function layerOp(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | null,
  inputGradient: boolean,
  forward: () => tf.TensorInfo,
  backward: (dy: tf.Tensor, y: tf.Tensor, x: tf.Tensor) => {
    x: () => tf.TensorInfo;
    weight: tf.TensorInfo;
    bias: tf.TensorInfo | null;
  },
): tf.Tensor {
  const parameters = bias ? [weight, bias] : [weight];
  return tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const y = fromInfo(forward());
    save([y, x]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        // The saved x: by now a tidy may have disposed the one that forward saw.
        const gradient = backward(dy, saved[0], saved[1]);
        const gradients = [fromInfo(gradient.weight)];
        if (gradient.bias) gradients.push(fromInfo(gradient.bias));
        if (inputGradient) gradients.push(fromInfo(gradient.x()));
        return gradients;
      },
    };
  })(...parameters, ...(inputGradient ? [x] : []));
}

/** The gradient before the activation; the caller disposes it only where it is a new tensor. */
function beforeRelu(kernels: TrainingKernels, relu: boolean, dy: tf.Tensor, y: tf.Tensor) {
  return relu ? fromInfo(kernels.reluGrad(y, dy)) : dy;
}

export function conv2d(
  kernels: TrainingKernels,
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | null,
  shape: ConvShape,
  relu: boolean,
  inputGradient: boolean,
): tf.Tensor {
  return layerOp(
    x,
    weight,
    bias,
    inputGradient,
    () => kernels.conv2d(x, weight, bias, shape, relu),
    (dy, y, x) => {
      const dz = beforeRelu(kernels, relu, dy, y);
      const gradient = kernels.conv2dBackpropFilter(x, dz, shape, bias !== null);
      return {
        x: () => kernels.conv2dBackpropInput(dz, weight, null, shape, false),
        weight: gradient.filter,
        bias: gradient.bias,
      };
    },
  );
}

export function conv2dTranspose(
  kernels: TrainingKernels,
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | null,
  shape: ConvShape,
  relu: boolean,
): tf.Tensor {
  return layerOp(
    x,
    weight,
    bias,
    true,
    () => kernels.conv2dBackpropInput(x, weight, bias, shape, relu),
    (dy, y, x) => {
      const dz = beforeRelu(kernels, relu, dy, y);
      return {
        x: () => kernels.conv2d(dz, weight, null, shape, false),
        weight: kernels.conv2dBackpropFilter(dz, x, shape, false).filter,
        bias: bias && kernels.columnSum(dz),
      };
    },
  );
}

export function dense(
  kernels: TrainingKernels,
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor | null,
  relu: boolean,
  inputGradient: boolean,
): tf.Tensor {
  return layerOp(
    x,
    weight,
    bias,
    inputGradient,
    () => kernels.matMul(x, weight, { bias, relu }),
    (dy, y, x) => {
      const dz = beforeRelu(kernels, relu, dy, y);
      return {
        x: () => kernels.matMul(dz, weight, { transposeB: true }),
        weight: kernels.matMul(x, dz, { transposeA: true }),
        bias: bias && kernels.columnSum(dz),
      };
    },
  );
}

/**
 * Nearest-neighbour upsampling; its gradient sums each block. Without an engine too: the gradient
 * of tfjs's `cpu` backend is wrong for more than one image (`ResizeNearestNeighborGrad` of 4.22.0
 * steps through dy with the input's batch stride).
 */
export function upsample(
  kernels: TrainingKernels | null,
  x: tf.Tensor,
  factor: [number, number],
): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const [fy, fx] = factor;
  return tf.customGrad((x) => ({
    value: kernels
      ? fromInfo(kernels.upsample(x as tf.Tensor, factor))
      : tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height * fy, width * fx]),
    gradFunc: (dy: tf.Tensor) =>
      kernels
        ? fromInfo(kernels.upsampleGrad(dy, factor))
        : dy.reshape([batch * height, fy, width * fx * channels]).sum(1)
          .reshape([batch * height * width, fx, channels]).sum(1)
          .reshape([batch, height, width, channels]),
  }))(x);
}
