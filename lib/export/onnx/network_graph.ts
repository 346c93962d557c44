/** A whole network as an ONNX graph. */
import * as tf from "@tensorflow/tfjs";
import { layerGraph } from "../../compute/layers/layer_graph.ts";
import { outputShape } from "../../compute/layers/layer_plan.ts";
import { OptionError } from "../../options.ts";
import { type NamedWeight, readWeights } from "../weights.ts";
import { OnnxGraph, type Value } from "./graph.ts";
import { layerNodes } from "./layer_nodes.ts";
import type { OnnxModel } from "./messages.ts";

/** A graph, and what its ends are called. */
export type NetworkGraph = Pick<OnnxModel, "nodes" | "constants" | "inputs" | "outputs">;

/**
 * The network as nodes. Its input and its outputs are as in tfjs: [batch, …], channels last.
 *
 * @param names of the input; of the outputs, of which a single one is split in equal parts where more
 *   names than outputs are given
 * @throws OptionError naming a layer that ONNX has no equivalent of
 */
export async function networkGraph(
  network: tf.LayersModel,
  names: { input: string; outputs: string[] },
  where: string,
): Promise<NetworkGraph> {
  const graph = new OnnxGraph();
  const weights = await readWeights(network);
  const input = { shape: [1, ...network.inputs[0].shape.slice(1)] as number[], last: names.input };
  for (const name of [names.input, ...names.outputs]) graph.name(name);
  const results = addNetwork(graph, network, [input], weights, "", where);
  const ports = [...names.outputs];
  const parts = names.outputs.length / results.length;
  const outputs = results.flatMap((value) => {
    const mine = ports.splice(0, parts);
    const shape = value.shape.with(-1, value.shape.at(-1)! / parts);
    // A network's output may be its input, or another output's: an Identity gives it the wanted name.
    const [op, attributes] = parts > 1
      ? ["Split", { axis: -1 }] as const
      : ["Identity", {}] as const;
    graph.nodes.push({ op, inputs: [graph.last(value)], outputs: mine, attributes });
    return mine.map((name) => ({ name, shape: [null, ...shape.slice(1)] }));
  });
  const inputs = [{ name: names.input, shape: [null, ...input.shape.slice(1)] }];
  return { nodes: graph.nodes, constants: graph.constants, inputs, outputs };
}

function addNetwork(
  graph: OnnxGraph,
  network: tf.LayersModel,
  inputs: Value[],
  weights: NamedWeight[],
  within: string,
  where: string,
): Value[] {
  const { steps, ...ends } = layerGraph(network);
  const values = new Map(ends.inputs.map((id, i) => [id, inputs[i]]));
  for (const { layer, inputs, outputs } of steps) {
    const from = inputs.map((id) => values.get(id)!);
    const path = `${within}${layer.name}`;
    const results = layer instanceof tf.LayersModel
      ? addNetwork(graph, layer, from, weights, `${path}/`, where)
      : [addLayer(graph, layer, from, weights, path, where)];
    outputs.forEach((id, i) => values.set(id, results[i]));
  }
  return ends.outputs.map((id) => values.get(id)!);
}

function addLayer(
  graph: OnnxGraph,
  layer: tf.layers.Layer,
  inputs: Value[],
  weights: NamedWeight[],
  path: string,
  where: string,
): Value {
  const refuse = (what: string): never => {
    throw new OptionError(
      `${where}: layer "${path}" (${layer.getClassName()}): ONNX has no equivalent of ${what}`,
    );
  };
  const toNodes = layerNodes[layer.getClassName()] ?? refuse("it here");
  const config = layer.getConfig();
  if (config.dataFormat === "channelsFirst") refuse('dataFormat "channelsFirst" here');
  if ([config.dilationRate ?? 1].flat().some((rate) => rate !== 1)) refuse("a dilationRate here");
  const shape = outputShape(layer, inputs);
  graph.scope = path;
  const mine = weights.filter((weight) => weight.layer === layer);
  return { shape, ...toNodes({ graph, config, weights: mine, inputs, shape, refuse }) };
}
