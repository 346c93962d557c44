/**
 * Runs a `tf.LayersModel` through the current engine's fused kernels, with gradients.
 *
 * Under a gradient tfjs fuses only linear activations, and its own layers spend a kernel each on
 * bias, relu and their gradients. Here every layer is one `tf.customGrad` over the model's own
 * weights: variables, checkpoints and `summary()` stay as they are. Layers an engine does not know,
 * and backends without an engine, go through tfjs's own `layer.apply`.
 */
import * as tf from "@tensorflow/tfjs";
import { trainingKernels } from "./backend.ts";
import type { ConvShape, TrainingKernels } from "./kernels.ts";
import { layerPlan } from "./layer_plan.ts";

interface Options {
  /** Whether x needs a gradient; images as data do not, and the first layer's costs the most. */
  inputGradient: boolean;
}

/**
 * The model's output for x. Disposed by the caller.
 *
 * @param x [batch, …] as the model's only input
 */
export function applyModel(model: tf.LayersModel, x: tf.Tensor, options: Options): tf.Tensor {
  const kernels = trainingKernels();
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    return tf.tidy(() => model.apply(x) as tf.Tensor);
  }
  return tf.tidy(() => {
    const values = new Map<string, tf.Tensor>();
    const withGradient = new Set<tf.Tensor>(options.inputGradient ? [x] : []);
    for (const layer of model.layers) {
      const inputs = inboundLayers(layer).map((inbound) => values.get(inbound.name)!);
      const inputGradient = inputs.some((input) => withGradient.has(input));
      const y = inputs.length === 0 ? x : applyLayer(kernels, layer, inputs, inputGradient);
      if (inputGradient || layer.weights.length > 0) withGradient.add(y);
      values.set(layer.name, y);
    }
    return values.get(model.outputLayers[0].name)!;
  });
}

function inboundLayers(layer: tf.layers.Layer): tf.layers.Layer[] {
  return layer.inboundNodes[0].inboundLayers;
}

function applyLayer(
  kernels: TrainingKernels | null,
  layer: tf.layers.Layer,
  inputs: tf.Tensor[],
  inputGradient: boolean,
): tf.Tensor {
  const [x] = inputs;
  const plan = layerPlan(layer);
  if (plan.kind === "upsample") return upsample(kernels, x, plan.factor);
  if (!kernels) return layer.apply(inputs.length === 1 ? x : inputs) as tf.Tensor;
  if (plan.kind === "flatten") return x.reshape([x.shape[0], -1]);
  if (plan.kind === "reshape") return x.reshape([x.shape[0], ...plan.shape]);
  const [weight, bias] = layer.weights.map((variable) => variable.read());
  if (plan.kind === "dense" && x.rank === 2) {
    const [matrix, w] = [x as tf.Tensor2D, weight as tf.Tensor2D];
    return dense(kernels, matrix, w, bias, plan.relu, inputGradient);
  }
  const shape = "shape" in plan ? plan.shape(x) : null;
  if (plan.kind === "conv2d" && shape) {
    return conv2d(kernels, x, weight, bias, shape, plan.relu, inputGradient);
  }
  if (plan.kind === "conv2dTranspose" && shape) {
    return conv2dTranspose(kernels, x, weight, bias, shape, plan.relu);
  }
  return layer.apply(inputs.length === 1 ? x : inputs) as tf.Tensor;
}

const tensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);

/** A custom gradient over x, weight and bias, or over weight and bias alone where x is data. */
function layerOp(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  inputGradient: boolean,
  forward: () => tf.TensorInfo,
  backward: (dy: tf.Tensor, y: tf.Tensor, x: tf.Tensor) => {
    x: () => tf.TensorInfo;
    weight: tf.TensorInfo;
    bias: tf.TensorInfo;
  },
): tf.Tensor {
  const inputs = inputGradient ? [weight, bias, x] : [weight, bias];
  return tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const y = tensor(forward());
    save([y, x]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        // The saved x: by now a tidy may have disposed the one that forward saw.
        const gradient = backward(dy, saved[0], saved[1]);
        const gradients = [tensor(gradient.weight), tensor(gradient.bias)];
        return inputGradient ? [...gradients, tensor(gradient.x())] : gradients;
      },
    };
  })(...inputs);
}

/** The gradient before the activation; the caller disposes it only where it is a new tensor. */
function beforeRelu(kernels: TrainingKernels, relu: boolean, dy: tf.Tensor, y: tf.Tensor) {
  return relu ? tensor(kernels.reluGrad(y, dy)) : dy;
}

function conv2d(
  kernels: TrainingKernels,
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
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
      const gradient = kernels.conv2dBackpropFilter(x, dz, shape, true);
      return {
        x: () => kernels.conv2dBackpropInput(dz, weight, null, shape, false),
        weight: gradient.filter,
        bias: gradient.bias!,
      };
    },
  );
}

function conv2dTranspose(
  kernels: TrainingKernels,
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
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
        bias: kernels.columnSum(dz),
      };
    },
  );
}

function dense(
  kernels: TrainingKernels,
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor,
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
        bias: kernels.columnSum(dz),
      };
    },
  );
}

/**
 * Nearest-neighbour upsampling; its gradient sums each block. Without an engine too: the gradient
 * of tfjs's `cpu` backend is wrong for more than one image (`ResizeNearestNeighborGrad` of 4.22.0
 * steps through dy with the input's batch stride).
 */
function upsample(
  kernels: TrainingKernels | null,
  x: tf.Tensor,
  factor: [number, number],
): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const [fy, fx] = factor;
  return tf.customGrad((x) => ({
    value: kernels
      ? tensor(kernels.upsample(x as tf.Tensor, factor))
      : tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height * fy, width * fx]),
    gradFunc: (dy: tf.Tensor) =>
      kernels
        ? tensor(kernels.upsampleGrad(dy, factor))
        : dy.reshape([batch * height, fy, width * fx * channels]).sum(1)
          .reshape([batch * height * width, fx, channels]).sum(1)
          .reshape([batch, height, width, channels]),
  }))(x);
}

/** The engine's Bernoulli −log p(x|logits), [batch], or null where the backend has no engine. */
export function fusedBernoulliNll(logits: tf.Tensor, x: tf.Tensor): tf.Tensor1D | null {
  const kernels = trainingKernels();
  if (!kernels) return null;
  return tf.customGrad((logits, save) => {
    const l = logits as tf.Tensor;
    (save as tf.GradSaveFunc)([l, x]);
    return {
      value: tensor(kernels.bernoulliNll(l, x)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tensor(kernels.bernoulliNllGrad(saved[0], saved[1], dy)),
    };
  })(logits) as tf.Tensor1D;
}
