/** Networks that are exported in tests, with numbers to go in and what has to come out. */
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { useBackend } from "../../lib/compute/backend.ts";
import { applyModel } from "../../lib/compute/layers/layers.ts";
import { exportKeras, kerasFile } from "../../lib/export/keras/export_keras.ts";
import { exportOnnx } from "../../lib/export/onnx/export_onnx.ts";
import { encodeModel } from "../../lib/export/onnx/messages.ts";
import { networkGraph } from "../../lib/export/onnx/network_graph.ts";
import type { Model } from "../../lib/models/model.ts";
import { preset, presetNames } from "../../lib/models/presets.ts";
import { values } from "../compute/kernel_cases.ts";
import { layerCases } from "../compute/layer_cases.ts";

export interface Numbers {
  shape: number[];
  data: number[];
}

/** A file, and its outputs for three images or codes, computed on tfjs's `cpu` backend. */
export interface ExportCase {
  /** `conv-vae decoder`, or the layer's. */
  name: string;
  file: string;
  x: Numbers;
  outputs: Numbers[];
}

/** Where a difference is the largest, as a part of the largest number that was wanted. */
export interface Difference {
  name: string;
  difference: number;
}

/** What every runtime has to stay below. */
export const allowed = 1e-5;

/** Weights of size 1 for small networks, so that no bias is 0 and no axis is like another. */
function fill(network: tf.LayersModel): tf.LayersModel {
  network.weights.forEach((weight, i) => {
    const shape = weight.shape as number[];
    const value = tf.tensor(values(shape, `weight ${i}`), shape);
    (weight.read() as tf.Variable).assign(value);
    value.dispose();
  });
  return network;
}

/** A preset's model with its first weights, and biases that are not 0. */
export function presetModel(name: typeof presetNames[number]): Model {
  const model = preset(name).build();
  model.variables().filter(({ rank }) => rank === 1).forEach((bias, i) => {
    bias.assign(tf.tidy(() => tf.tensor(values(bias.shape, `bias ${i}`), bias.shape).mul(0.1)));
  });
  return model;
}

/** A network's numbers on tfjs's `cpu` backend: x [3, …], and its outputs. */
export function numbersOf(network: tf.LayersModel): Pick<ExportCase, "x" | "outputs"> {
  const shape = [3, ...network.inputs[0].shape.slice(1)] as number[];
  const data = values(shape, "x");
  const outputs = tf.tidy(() =>
    applyModel(network, [tf.tensor(data, shape)], { inputGradient: false })
      .map((output) => ({ shape: output.shape, data: [...output.dataSync()] }))
  );
  return { x: { shape, data: [...data] }, outputs };
}

/** Columns [from, to) of a table. */
function columns({ shape, data }: Numbers, from: number, to: number): Numbers {
  const part = data.filter((_, i) => i % shape[1] >= from && i % shape[1] < to);
  return { shape: [shape[0], to - from], data: part };
}

/** Every layer that trains, and every preset's encoder and decoder, as ONNX files in a folder. */
export async function onnxCases(folder: string): Promise<ExportCase[]> {
  await useBackend({ engine: "cpu" });
  const cases: ExportCase[] = [];
  for (const [name, make] of Object.entries(layerCases)) {
    const network = fill(make());
    const numbers = numbersOf(network);
    const outputs = numbers.outputs.map((_, i) => `output_${i}`);
    const graph = await networkGraph(network, { input: "x", outputs }, name);
    const about = { name, documentation: "", producer: { name: "test", version: "1" } };
    const file = join(folder, `${cases.length}.onnx`);
    await Deno.writeFile(file, encodeModel({ ...about, metadata: {}, ...graph }));
    cases.push({ name, file, ...numbers });
    network.dispose();
  }
  for (const name of presetNames) {
    if (name === "conditional-vae") continue; // of two inputs: refused
    const model = presetModel(name);
    const files = await exportOnnx(model, join(folder, name));
    for (const part of ["encoder", "decoder"] as const) {
      let { x, outputs } = numbersOf(model[part]);
      const { latentDim, kind } = model.config;
      if (part === "encoder" && kind === "vae") {
        const [moments] = outputs;
        outputs = [columns(moments, 0, latentDim), columns(moments, latentDim, 2 * latentDim)];
      }
      cases.push({ name: `${name} ${part}`, file: files[part], x, outputs });
    }
    model.dispose();
  }
  return cases;
}

/** The same as `.keras` files, but for the layers that Keras has no equivalent of. */
export async function kerasCases(folder: string): Promise<ExportCase[]> {
  await useBackend({ engine: "cpu" });
  const cases: ExportCase[] = [];
  for (const [name, make] of Object.entries(layerCases)) {
    if (/gelu_new|hardSigmoid/.test(name)) continue;
    const network = fill(make());
    const file = join(folder, `${cases.length}.keras`);
    await Deno.writeFile(file, await kerasFile(network, {}, name));
    cases.push({ name, file, ...numbersOf(network) });
    network.dispose();
  }
  for (const name of presetNames) {
    const model = presetModel(name);
    const files = await exportKeras(model, join(folder, name));
    for (const part of ["encoder", "decoder"] as const) {
      cases.push({ name: `${name} ${part}`, file: files[part], ...numbersOf(model[part]) });
    }
    model.dispose();
  }
  return cases;
}

/** The largest difference between outputs, as a part of the largest number wanted; Infinity for another shape. */
export function differenceOf(got: Numbers[], { name, outputs }: ExportCase): Difference {
  const each = outputs.map(({ shape, data }, k) => {
    if (got[k]?.shape.join() !== shape.join()) return Infinity;
    const size = Math.max(...data.map(Math.abs));
    return Math.max(...data.map((wanted, i) => Math.abs(got[k].data[i] - wanted))) / size;
  });
  return { name, difference: Math.max(...each) };
}

/** Prints the largest difference of layers and of each preset, and names those that are too large. */
export function report(target: string, differences: Difference[]): string[] {
  const isPreset = ({ name }: Difference) => presetNames.some((preset) => name.startsWith(preset));
  const layers = differences.filter((one) => !isPreset(one));
  const largest = Math.max(...layers.map(({ difference }) => difference));
  const words = ({ name, difference }: Difference) => `${name} ${difference.toExponential(1)}`;
  const lines = [
    ...layers.length > 0 ? [`${layers.length} layers ${largest.toExponential(1)}`] : [],
    ...differences.filter(isPreset).map(words),
  ];
  console.log(`${target}, largest relative difference: ${lines.join(", ")}`);
  return differences.filter(({ difference }) => !(difference < allowed)).map(words);
}
