/** The order in which a network's layers are applied, read once from the tensors that connect them. */
import type * as tf from "@tensorflow/tfjs";

/** One application of a layer; a layer used twice has two. Tensors are named by their id. */
export interface Step {
  layer: tf.layers.Layer;
  inputs: number[];
  outputs: number[];
}

export interface LayerGraph {
  inputs: number[];
  outputs: number[];
  /** Each after those whose outputs it reads. */
  steps: Step[];
  /** What the last step only puts side by side, along the last axis; null where it does something else. */
  sides: number[] | null;
}

const graphs = new WeakMap<tf.LayersModel, { graph: LayerGraph; of: tf.SymbolicTensor[] }>();
const ids = (tensors: tf.SymbolicTensor[]) => tensors.map(({ id }) => id);

/**
 * The network's graph; the same object at every call, until a `tf.Sequential` gets another layer. A
 * network inside it is one step.
 */
export function layerGraph(network: tf.LayersModel): LayerGraph {
  let known = graphs.get(network);
  if (known?.of !== network.outputs) {
    known = { graph: readGraph(network), of: network.outputs };
    graphs.set(network, known);
  }
  return known.graph;
}

function readGraph({ inputs, outputs }: tf.LayersModel): LayerGraph {
  const steps: Step[] = [];
  const done = new Set(ids(inputs));
  const visit = (tensor: tf.SymbolicTensor) => {
    if (done.has(tensor.id)) return;
    const node = tensor.sourceLayer.inboundNodes[tensor.nodeIndex];
    for (const output of node.outputTensors) done.add(output.id);
    node.inputTensors.forEach(visit);
    const [from, to] = [ids(node.inputTensors), ids(node.outputTensors)];
    steps.push({ layer: tensor.sourceLayer, inputs: from, outputs: to });
  };
  outputs.forEach(visit);
  return { inputs: ids(inputs), outputs: ids(outputs), steps, sides: sidesOf(steps, outputs) };
}

function sidesOf(steps: Step[], outputs: tf.SymbolicTensor[]): number[] | null {
  const last = steps.at(-1);
  if (outputs.length !== 1 || last?.layer.getClassName() !== "Concatenate") return null;
  const { axis } = last.layer.getConfig();
  return axis === -1 || axis === outputs[0].rank - 1 ? last.inputs : null;
}
