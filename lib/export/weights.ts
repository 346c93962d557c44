/** A network's weights as plain numbers, under names that other programs can use. */
import * as tf from "@tensorflow/tfjs";

/** One weight, row-major. */
export interface NamedWeight {
  layer: tf.layers.Layer;
  /** The names of the networks around the layer, the layer's own and the weight's: `inner/conv_1/kernel`. */
  name: string;
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/**
 * All weights of a network, in the order of its layers, those of networks inside it too; a layer that is
 * used twice has its weights once. Asynchronous, because WebGPU has no other reads.
 */
export async function readWeights(network: tf.LayersModel, within = ""): Promise<NamedWeight[]> {
  const found: NamedWeight[] = [];
  for (const layer of network.layers) {
    const path = `${within}${layer.name}`;
    if (layer instanceof tf.LayersModel) {
      found.push(...await readWeights(layer, `${path}/`));
      continue;
    }
    for (const variable of layer.weights) {
      const data = Float32Array.from(await variable.read().data<"float32">());
      const name = `${path}/${variable.originalName.split("/").at(-1)}`;
      found.push({ layer, name, shape: variable.shape as number[], data });
    }
  }
  return found;
}

/** The same numbers with axes in another order: axis i of the result is axis `order[i]` of the weight. */
export function permuted(
  { shape, data }: Pick<NamedWeight, "shape" | "data">,
  order: readonly number[],
): Pick<NamedWeight, "shape" | "data"> {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis]), steps = order.map((axis) => strides[axis]);
  const result = new Float32Array(data.length);
  const index = new Array(sizes.length).fill(0);
  for (let to = 0, from = 0; to < result.length; to++) {
    result[to] = data[from];
    // Counts like an odometer, the last axis fastest.
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return { shape: sizes, data: result };
}
