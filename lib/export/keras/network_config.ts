/** A network's topology as Keras 3 reads it from `config.json`. */
import * as tf from "@tensorflow/tfjs";
import { inputConfig, type KerasObject, layerConfig } from "./layer_config.ts";

/** A layer's output: its name, which of its calls, which of that call's outputs. */
type Reference = [layer: string, call: number, output: number];

/** What tfjs says of a network that is no sequence. */
interface GraphConfig {
  layers: { name: string; inboundNodes: Reference[][] }[];
  inputLayers: Reference[];
  outputLayers: Reference[];
}

/** @throws OptionError naming a layer that Keras has no equivalent of */
export function networkConfig(network: tf.LayersModel, where: string): KerasObject {
  return network instanceof tf.Sequential
    ? sequentialConfig(network, where)
    : functionalConfig(network, where);
}

const layerOrNetwork = (layer: tf.layers.Layer, where: string) =>
  layer instanceof tf.LayersModel ? networkConfig(layer, where) : layerConfig(layer, where);

function sequentialConfig(network: tf.Sequential, where: string): KerasObject {
  const layers = network.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  const input = inputConfig(`${network.name}_input`, network.inputs[0].shape);
  return {
    module: "keras",
    class_name: "Sequential",
    config: {
      name: network.name,
      layers: [input, ...layers.map((layer) => layerOrNetwork(layer, where))],
    },
    registered_name: null,
  };
}

/** One tensor stands by itself, several in a list. */
const oneOrAll = (references: Reference[]) => references.length === 1 ? references[0] : references;

function functionalConfig(network: tf.LayersModel, where: string): KerasObject {
  const config = network.getConfig() as unknown as GraphConfig;
  // A network's first call is its own making in tfjs, as it was in Keras 2.
  const reference = (
    [name, call, output]: Reference,
  ): Reference => [
    name,
    network.getLayer(name) instanceof tf.LayersModel ? call - 1 : call,
    output,
  ];
  const layers = config.layers.map(({ name, inboundNodes }) => {
    const layer = network.getLayer(name);
    const object = layer.getClassName() === "InputLayer"
      ? inputConfig(name, layer.batchInputShape)
      : layerOrNetwork(layer, where);
    const calls = inboundNodes.map((tensors) => tensors.map(reference));
    return { ...object, name, inbound_nodes: calls };
  });
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: network.name,
      layers,
      input_layers: oneOrAll(config.inputLayers.map(reference)),
      output_layers: oneOrAll(config.outputLayers.map(reference)),
    },
    registered_name: "Functional",
  };
}
