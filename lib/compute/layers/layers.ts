/**
 * Runs a `tf.LayersModel` through the current engine's fused kernels, with gradients.
 *
 * Under a gradient tfjs fuses only linear activations, and its own layers spend a kernel each on
 * bias, relu and their gradients. Here every layer is one `tf.customGrad` over the model's own
 * weights: variables, checkpoints and `summary()` stay as they are. Layers an engine does not know,
 * and backends without an engine, go through tfjs's own `layer.apply`.
 */
import * as tf from "@tensorflow/tfjs";
import { OptionError } from "../../options.ts";
import { trainingKernels } from "../backend.ts";
import type { TrainingKernels } from "../kernels.ts";
import { layerGraph } from "./layer_graph.ts";
import { conv2d, conv2dTranspose, dense, fromInfo, upsample } from "./layer_operations.ts";
import { layerPlan, outputShape } from "./layer_plan.ts";
import { averagePool } from "./pooling.ts";

interface Options {
  /** Whether the first input needs a gradient; images as data do not, and the first layer's costs the most. */
  inputGradient: boolean;
  /** Whether an output that is tensors put side by side comes as these: who splits it again needs no copies. */
  apart?: boolean;
}

/** A tensor, and whether a gradient has to go through it. */
interface Value {
  tensor: tf.Tensor;
  gradient: boolean;
}

/**
 * The model's outputs for its inputs, in the model's order. Disposed by the caller. The graph may branch, use
 * a layer several times and hold models in the place of layers.
 *
 * @param inputs [batch, …] each, as many as the model has; only the first may need a gradient
 * @throws OptionError where there are more or fewer, or a layer's output for them is empty
 */
export function applyModel(
  model: tf.LayersModel,
  inputs: tf.Tensor[],
  options: Options,
): tf.Tensor[] {
  if (model.inputs.length !== inputs.length) {
    throw new OptionError(
      `${model.name}: expected ${model.inputs.length} inputs, got ${inputs.length}`,
    );
  }
  const kernels = trainingKernels();
  return tf.tidy(() => {
    const values = inputs.map((tensor, i) => ({
      tensor,
      gradient: i === 0 && options.inputGradient,
    }));
    const apart = options.apart ?? false;
    const outputs = applyGraph(kernels, model, values, apart).map(({ tensor }) => tensor);
    // The caller owns the outputs, but not the inputs.
    return outputs.map((tensor) => inputs.includes(tensor) ? tensor.clone() : tensor);
  });
}

function applyGraph(
  kernels: TrainingKernels | null,
  model: tf.LayersModel,
  inputs: Value[],
  apart = false,
): Value[] {
  const graph = layerGraph(model);
  const sides = apart ? graph.sides : null;
  const values = new Map(graph.inputs.map((id, i) => [id, inputs[i]]));
  for (const { layer, inputs, outputs } of sides ? graph.steps.slice(0, -1) : graph.steps) {
    const from = inputs.map((id) => values.get(id)!);
    const results = layer instanceof tf.LayersModel
      ? applyGraph(kernels, layer, from)
      : [applyLayer(kernels, layer, from)];
    outputs.forEach((id, i) => values.set(id, results[i]));
  }
  return (sides ?? graph.outputs).map((id) => values.get(id)!);
}

function applyLayer(
  kernels: TrainingKernels | null,
  layer: tf.layers.Layer,
  values: Value[],
): Value {
  const inputs = values.map(({ tensor }) => tensor);
  const gradient = values.some(({ gradient }) => gradient);
  const shape = outputShape(layer, inputs);
  const tensor = applyPlan(kernels, layer, inputs, shape, gradient);
  return { tensor, gradient: gradient || layer.weights.length > 0 };
}

function applyPlan(
  kernels: TrainingKernels | null,
  layer: tf.layers.Layer,
  inputs: tf.Tensor[],
  shape: number[],
  inputGradient: boolean,
): tf.Tensor {
  const [x] = inputs;
  const plan = layerPlan(layer);
  if (plan.kind === "upsample") return upsample(kernels, x, plan.factor);
  if (plan.kind === "averagePool") return averagePool(x, plan.attributes);
  if (!kernels || plan.kind === "other") {
    return layer.apply(inputs.length === 1 ? x : inputs) as tf.Tensor;
  }
  if (plan.kind === "flatten" || plan.kind === "reshape") return x.reshape(shape);
  const [weight, bias = null] = layer.weights.map((variable) => variable.read());
  const { relu, activation } = plan;
  let y: tf.Tensor;
  if (plan.kind === "dense") {
    const rows = x.rank === 2 ? x : x.reshape([-1, x.shape[x.rank - 1]]);
    const w = weight as tf.Tensor2D;
    y = dense(kernels, rows as tf.Tensor2D, w, bias, relu, inputGradient);
    if (x.rank !== 2) y = y.reshape(shape);
  } else if (plan.kind === "conv2d") {
    y = conv2d(kernels, x, weight, bias, plan.shape(x), relu, inputGradient);
  } else {
    y = conv2dTranspose(kernels, x, weight, bias, plan.shape(x), relu);
  }
  return activation ? activation.apply(y) : y;
}

/** The engine's Bernoulli −log p(x|logits), [batch], or null where the backend has no engine. */
export function fusedBernoulliNll(logits: tf.Tensor, x: tf.Tensor): tf.Tensor1D | null {
  const kernels = trainingKernels();
  if (!kernels) return null;
  return tf.customGrad((logits, save) => {
    const l = logits as tf.Tensor;
    (save as tf.GradSaveFunc)([l, x]);
    return {
      value: fromInfo(kernels.bernoulliNll(l, x)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        fromInfo(kernels.bernoulliNllGrad(saved[0], saved[1], dy)),
    };
  })(logits) as tf.Tensor1D;
}
