/**
 * Where Keras 3 keeps a network's weights in an HDF5 file: `layers/conv2d_1/vars/0` is the kernel of the
 * second Conv2D. Layers count by class there, whatever they are called
 * (keras/src/saving/saving_lib.py, `_save_container_state`).
 */
import * as tf from "@tensorflow/tfjs";
import type { Model } from "../../models/model.ts";

/** One weight's place, in the file and in the network. */
export interface KerasVariable {
  path: string;
  /** For messages: `conv_1/kernel`. */
  name: string;
  variable: tf.Variable;
}

/** `Conv2DTranspose` → `conv2d_transpose`, by Keras's own rule. */
export const snakeCase = (className: string): string =>
  className.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

/** What Keras calls the layer's class. */
function kerasClass(layer: tf.layers.Layer): string {
  if (layer instanceof tf.Sequential) return "Sequential";
  return layer instanceof tf.LayersModel ? "Functional" : layer.getClassName();
}

/** All weights of a network, in the order of its layers. @param at the network's group; "" in a file of its own */
export function kerasVariables(network: tf.LayersModel, at: string, within = ""): KerasVariable[] {
  const counts = new Map<string, number>();
  return network.layers.flatMap((layer) => {
    const kind = snakeCase(kerasClass(layer)), count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const path = `${at ? `${at}/` : ""}layers/${kind}${count === 0 ? "" : `_${count}`}`;
    const name = `${within}${layer.name}`;
    if (layer instanceof tf.LayersModel) return kerasVariables(layer, path, `${name}/`);
    return layer.weights.map((weight, i) => ({
      path: `${path}/vars/${i}`,
      name: `${name}/${weight.originalName.split("/").at(-1)}`,
      variable: weight.read() as tf.Variable,
    }));
  });
}

/** All weights of a model: its networks' and, as `keras.Model` keeps its own, the likelihood's learned scale. */
export function modelVariables({ encoder, decoder, logScale }: Model): KerasVariable[] {
  const ofNetworks = [kerasVariables(encoder, "encoder"), kerasVariables(decoder, "decoder")];
  if (!logScale) return ofNetworks.flat();
  return [...ofNetworks.flat(), { path: "vars/0", name: "log_scale", variable: logScale }];
}
