/**
 * A network's topology, apart from its weights: rebuilt in another thread, drawn anew from a seed, and
 * told line by line, so that two networks can be compared.
 */
import * as tf from "@tensorflow/tfjs";
import type { RandomStream } from "../random.ts";

/** What `networkFrom` needs to build a network again: plain data, which can be sent to a worker. */
export interface Topology {
  sequential: boolean;
  config: Record<string, unknown>;
}

export function topologyOf(network: tf.LayersModel): Topology {
  return {
    sequential: network instanceof tf.Sequential,
    config: JSON.parse(JSON.stringify(network.getConfig())),
  };
}

/** tfjs builds networks from plain data by a static function that its types leave out. */
type Rebuilds = { fromConfig(type: unknown, config: unknown): tf.LayersModel };

/** The network of a topology, with weights drawn by its initializers. Disposed by the caller. */
export function networkFrom({ sequential, config }: Topology): tf.LayersModel {
  const type = (sequential ? tf.Sequential : tf.LayersModel) as unknown as Rebuilds;
  return type.fromConfig(type, structuredClone(config));
}

/** Initializers that draw, by the class names that tfjs saves. */
const drawing = new Set([
  "RandomNormal",
  "RandomUniform",
  "TruncatedNormal",
  "VarianceScaling",
  "Orthogonal",
]);

/**
 * Draws all of a network's weights anew, each by its own initializer. One that names no seed gets it from
 * the stream, in the order of the layers.
 */
export function drawWeights(network: tf.LayersModel, stream: RandomStream): void {
  const topology = topologyOf(network);
  for (const { className, config } of initializersIn(topology.config)) {
    // tfjs takes the seed 0 for no seed: one that is named counts as none, and bit 0 of ours is set.
    if (drawing.has(className)) config.seed ||= (stream.bits() & 0x7fffffff) | 1;
  }
  const drawn = networkFrom(topology);
  network.setWeights(drawn.getWeights());
  drawn.dispose();
}

interface Initializer {
  className: string;
  config: Record<string, unknown>;
}

function* initializersIn(value: unknown): Generator<Initializer> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (/[iI]nitializer$/.test(key) && inner?.className) yield inner as Initializer;
    else yield* initializersIn(inner);
  }
}

/** What says nothing about the numbers that a layer computes. */
const silent = new Set(["name", "trainable", "dtype", "batchInputShape", "sparse"]);
const defaults: Record<string, string> = {
  activation: "linear",
  useBias: "true",
  dataFormat: "channelsLast",
  dilationRate: "1,1",
  biasInitializer: "Zeros",
  interpolation: "nearest",
};

/**
 * One line a layer, as in `2: Conv2D filters 64, kernelSize 3,3, strides 2,2, padding valid, activation relu
 * of 1`: equal for equal networks, whatever their layers are called and however they were put together.
 */
export function describeNetwork(network: tf.LayersModel): string[] {
  const layers = network.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  const numberOf = new Map(layers.map((layer, i) => [layer, i + 1]));
  const inputs = network.inputs.map(({ shape }) => shape.slice(1).join("×"));
  const lines = layers.map((layer, i) => {
    const from = layer.inboundNodes.map(({ inboundLayers }) =>
      inboundLayers.map((inbound) => numberOf.get(inbound) ?? 0).join("+")
    );
    const settings = Object.entries(layer.getConfig())
      .filter(([key]) => !silent.has(key))
      .map(([key, value]) => [key, plain(value)])
      .filter(([key, value]) => value !== "" && defaults[key] !== value)
      .map(([key, value]) => `${key} ${value}`).sort();
    const set = settings.length > 0 ? ` ${settings.join(", ")}` : "";
    return `${i + 1}: ${layer.getClassName()}${set} of ${from.join(" and ")}`;
  });
  const outputs = network.outputs.map(({ sourceLayer }) => numberOf.get(sourceLayer) ?? 0);
  return [
    `0: image or code ${inputs.join(" and ")}`,
    ...lines,
    `outputs: ${outputs.join(" and ")}`,
  ];
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join(",");
  if (typeof value !== "object") return String(value);
  const { className, config } = value as Partial<Initializer>;
  if (!className || !config) return JSON.stringify(value);
  const inner = Object.values(config).map(plain).filter(Boolean).join(" ");
  return inner ? `${className}(${inner})` : className;
}
