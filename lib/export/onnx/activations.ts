/** tfjs's activations as ONNX nodes. */
import type { OnnxGraph } from "./graph.ts";

type Apply = (graph: OnnxGraph, x: string, channels: number) => string;

const unary = (op: string, attributes = {}): Apply => (graph, x) => graph.node(op, [x], attributes);
const alongChannels = (op: string): Apply => (graph, x, axis) => graph.node(op, [x], { axis });

/** x · sigmoid(x) and its like. */
const timesItself = (gate: (graph: OnnxGraph, x: string) => string): Apply => (graph, x) =>
  graph.node("Mul", [x, gate(graph, x)]);

/** ½ (1 + f(x)). */
const half = (graph: OnnxGraph, f: string) =>
  graph.node("Mul", [graph.constant(0.5), graph.node("Add", [graph.constant(1), f])]);

const activations: Record<string, Apply> = {
  linear: (_, x) => x,
  relu: unary("Relu"),
  relu6: (graph, x) => clip(graph, x, 6),
  elu: unary("Elu", { alpha: 1 }),
  selu: unary("Selu"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  hardSigmoid: unary("HardSigmoid", { alpha: 0.2, beta: 0.5 }),
  softplus: unary("Softplus"),
  softsign: unary("Softsign"),
  softmax: alongChannels("Softmax"),
  logSoftmax: alongChannels("LogSoftmax"),
  swish: timesItself((graph, x) => graph.node("Sigmoid", [x])),
  mish: timesItself((graph, x) => graph.node("Tanh", [graph.node("Softplus", [x])])),
  gelu: timesItself((graph, x) =>
    half(graph, graph.node("Erf", [graph.node("Mul", [x, graph.constant(Math.SQRT1_2)])]))
  ),
  // 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))); Hendrycks & Gimpel 2016
  gelu_new: timesItself((graph, x) => {
    const cube = graph.node("Mul", [x, graph.node("Mul", [x, x])]);
    const sum = graph.node("Add", [x, graph.node("Mul", [graph.constant(0.044715), cube])]);
    const scaled = graph.node("Mul", [graph.constant(Math.sqrt(2 / Math.PI)), sum]);
    return half(graph, graph.node("Tanh", [scaled]));
  }),
};

/** max(0, min(x, most)). */
export const clip = (graph: OnnxGraph, x: string, most: number) =>
  graph.node("Clip", [x, graph.constant(0), graph.constant(most)]);

/**
 * The name of what an activation makes of x, or null where ONNX has none like it.
 *
 * @param channels the axis of the channels, along which softmax goes
 */
export function activate(
  graph: OnnxGraph,
  name: string,
  x: string,
  channels: number,
): string | null {
  return activations[name]?.(graph, x, channels) ?? null;
}
