/**
 * What a CPU engine supplies: the training kernels that tfjs's `wasm` backend lacks or does slowly.
 *
 * An engine is one object of this interface. Everything outside `lib/compute/` is written against
 * tfjs and `layers.ts`; which engine stands behind is decided in `backend.ts`.
 */
import type * as tf from "@tensorflow/tfjs";

/** Geometry of a 2-D convolution from `in` to `out`, NHWC, filter HWIO, padding explicit. */
export interface ConvShape {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideHeight: number;
  strideWidth: number;
  padTop: number;
  padLeft: number;
  padBottom: number;
  padRight: number;
}

/** The `wasm` backend's own kernels that an engine can stand in for. */
export const replaceableKernels = [
  "Conv2D",
  "FusedConv2D",
  "Conv2DBackpropInput",
  "Conv2DBackpropFilter",
  "BatchMatMul",
  "_FusedMatMul",
  "Sum",
  "Identity",
] as const;
export type ReplaceableKernel = typeof replaceableKernels[number];

export interface MatMulOptions {
  transposeA?: boolean;
  transposeB?: boolean;
  /** Shape [columns], added to every row. */
  bias?: tf.TensorInfo | null;
  relu?: boolean;
}

/** A convolution or its adjoint: input, filter (HWIO), bias or none, geometry, whether relu follows → output. */
export type Convolve = (
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo | null,
  shape: ConvShape,
  relu: boolean,
) => tf.TensorInfo;

/**
 * All operands are float32 tensors that live on the `wasm` backend; every result is a new tensor
 * there, owned by the caller (tfjs disposes it like a kernel's output), unless "in place" is said.
 */
export interface TrainingKernels {
  readonly name: string;

  /** Whether operands, and results under a recording, may be `OutsideData`. */
  readonly outside: boolean;

  /** The stock kernels it stands in for: all but those that it is built on or would slow down. */
  readonly replaces: readonly ReplaceableKernel[];

  /** y = relu?(conv(x, filter) + bias?): [batch, out…]. */
  conv2d: Convolve;

  /**
   * The adjoint of `conv2d` in its input: dy [batch, out…] → [batch, in…]. With bias [inChannels]
   * and relu it is the forward pass of a transposed convolution.
   */
  conv2dBackpropInput: Convolve;

  /** The gradient of the filter (HWIO) and, where asked, of the bias [outChannels] (sum of dy). */
  conv2dBackpropFilter(
    x: tf.TensorInfo,
    dy: tf.TensorInfo,
    shape: ConvShape,
    withBias: boolean,
  ): { filter: tf.TensorInfo; bias: tf.TensorInfo | null };

  /** relu?(op(a) · op(b) + bias?) of two matrices; `op` transposes where asked. */
  matMul(a: tf.TensorInfo, b: tf.TensorInfo, options: MatMulOptions): tf.TensorInfo;

  /** dy where y > 0, else 0. */
  reluGrad(y: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo;

  /** Sum over all axes but the last: [..., columns] → [columns]. The gradient of a bias. */
  columnSum(x: tf.TensorInfo): tf.TensorInfo;

  /** Bernoulli −log p(x|logits), summed over all axes but the first: [batch]. */
  bernoulliNll(logits: tf.TensorInfo, x: tf.TensorInfo): tf.TensorInfo;

  /** Its gradient in the logits: (sigmoid(logits) − x) · dy[row]. */
  bernoulliNllGrad(logits: tf.TensorInfo, x: tf.TensorInfo, dy: tf.TensorInfo): tf.TensorInfo;

  /** Nearest-neighbour ×(fy, fx) upsampling, NHWC, and its adjoint (sums each block). */
  upsample(x: tf.TensorInfo, factor: [number, number]): tf.TensorInfo;
  upsampleGrad(dy: tf.TensorInfo, factor: [number, number]): tf.TensorInfo;

  /** Releases native memory and cached primitives. The engine is unusable afterwards. */
  dispose(): void;
}
