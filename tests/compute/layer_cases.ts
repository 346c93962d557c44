/** Small networks, one per layer and option that trains: `layer_graph_test.ts` runs them on every engine. */
import * as tf from "@tensorflow/tfjs";

const { layers } = tf;
type Shape = number[];
type Symbolic = tf.SymbolicTensor;

const chain = (shape: Shape, ...parts: tf.layers.Layer[]): tf.LayersModel => {
  const inputs = tf.input({ shape });
  return tf.model({
    inputs,
    outputs: parts.reduce((h, layer) => layer.apply(h) as Symbolic, inputs),
  });
};

/** Odd, not square, with more than one channel. */
const image: Shape = [6, 5, 3];
const conv = (options = {}) => layers.conv2d({ filters: 4, kernelSize: 3, ...options });

export const layerCases: Record<string, () => tf.LayersModel> = {
  "dense without bias": () => chain([7], layers.dense({ units: 5, useBias: false })),
  "dense on rows": () => chain([4, 7], layers.dense({ units: 5, activation: "relu" })),
  "dense on images": () => chain(image, layers.dense({ units: 5, activation: "tanh" })),
  "conv2d, relu, without bias": () => chain(image, conv({ activation: "relu", useBias: false })),
  "conv2d to one channel": () => chain(image, conv({ filters: 1, padding: "same" })),
  "conv2d of the whole image": () => chain(image, conv({ kernelSize: [6, 5] })),
  "two convolutions": () => chain(image, conv({ activation: "elu" }), conv({ useBias: false })),
  "conv2dTranspose to one channel": () =>
    chain(image, layers.conv2dTranspose({ filters: 1, kernelSize: 3, padding: "same" })),
  "conv2dTranspose, swish": () =>
    chain(
      image,
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, activation: "swish" }),
    ),
  "upSampling2d": () => chain(image, layers.upSampling2d({ size: [2, 3] })),
  "globalAveragePooling2d": () => chain(image, layers.globalAveragePooling2d({})),
  "zeroPadding2d": () => chain(image, layers.zeroPadding2d({ padding: [[1, 2], [0, 3]] })),
  "cropping2D": () => chain(image, layers.cropping2D({ cropping: [[1, 2], [0, 3]] })),
  "permute": () => chain(image, layers.permute({ dims: [3, 1, 2] })),
  "repeatVector": () => chain([5], layers.repeatVector({ n: 3 })),
  "flatten and reshape": () =>
    chain(image, layers.flatten(), layers.reshape({ targetShape: [5, 6, 3] }), conv()),
  "reLU": () => chain(image, layers.reLU({ maxValue: 0.5 })),
  "leakyReLU": () => chain(image, layers.leakyReLU({ alpha: 0.2 })),
  "prelu": () => chain(image, layers.prelu()),
  "elu": () => chain(image, layers.elu()),
  "activation": () => chain(image, layers.activation({ activation: "sigmoid" })),
  "concatenate along rows": () => merge(layers.concatenate({ axis: 1 })),
};

// deno-fmt-ignore
const activations = [
  "linear", "relu", "relu6", "elu", "selu", "gelu", "gelu_new", "tanh", "sigmoid",
  "hardSigmoid", "softplus", "softsign", "softmax", "logSoftmax", "swish", "mish",
] as Parameters<typeof layers.activation>[0]["activation"][];
for (const activation of activations) {
  layerCases[`dense, ${activation}`] = () => chain([7], layers.dense({ units: 5, activation }));
  layerCases[`conv2d, ${activation}`] = () => chain(image, conv({ activation }));
}

/** Windows of every kind: smaller than the stride, larger, not square. */
const windows: [number | [number, number], number | [number, number]][] = [
  [1, 1],
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 1],
  [[3, 2], [1, 2]],
  [[2, 3], [3, 2]],
  [2, [3, 1]],
];
for (const padding of ["same", "valid"] as const) {
  for (const [kernelSize, strides] of windows) {
    const what = `${kernelSize} by ${strides}, ${padding}`;
    const pool = { poolSize: kernelSize, strides, padding };
    layerCases[`conv2d ${what}`] = () => chain(image, conv({ kernelSize, strides, padding }));
    layerCases[`conv2dTranspose ${what}`] = () =>
      chain(
        image,
        layers.conv2dTranspose({ filters: 4, kernelSize, strides, padding, activation: "relu" }),
      );
    layerCases[`maxPooling2d ${what}`] = () => chain(image, layers.maxPooling2d(pool));
    layerCases[`averagePooling2d ${what}`] = () => chain(image, layers.averagePooling2d(pool));
  }
}

function merge(layer: tf.layers.Layer): tf.LayersModel {
  const inputs = tf.input({ shape: image });
  const one = conv({ filters: 3, padding: "same" }).apply(inputs) as Symbolic;
  const other = conv({ filters: 3, kernelSize: 1 }).apply(inputs) as Symbolic;
  return tf.model({ inputs, outputs: layer.apply([one, inputs, other]) as Symbolic });
}
for (
  const name of ["concatenate", "add", "average", "multiply", "maximum", "minimum"] as const
) {
  layerCases[name] = () => merge(layers[name]({}));
}

Object.assign(layerCases, {
  "a residual network": () => {
    const inputs = tf.input({ shape: image });
    let h = conv({ padding: "same", activation: "relu" }).apply(inputs) as Symbolic;
    for (const strides of [1, 2]) {
      const options = { padding: "same" as const };
      const inner = conv({ ...options, strides, activation: "relu" }).apply(h);
      const sum = conv(options).apply(inner) as Symbolic;
      const shortcut = conv({ kernelSize: 1, strides, useBias: false }).apply(h) as Symbolic;
      h = layers.activation({ activation: "relu" }).apply(
        layers.add().apply([sum, shortcut]),
      ) as Symbolic;
    }
    return tf.model({
      inputs,
      outputs: layers.globalAveragePooling2d({}).apply(h) as Symbolic,
    });
  },
  "two outputs": () => {
    const inputs = tf.input({ shape: image });
    const h = layers.flatten().apply(conv({ activation: "elu" }).apply(inputs)) as Symbolic;
    const head = (units: number) => layers.dense({ units }).apply(h) as Symbolic;
    return tf.model({ inputs, outputs: [head(2), head(3), h] });
  },
  "a layer used twice, at two sizes": () => {
    const inputs = tf.input({ shape: [6, 6, 3] });
    const shared = conv({ filters: 3, padding: "same", activation: "tanh" });
    const once = shared.apply(inputs) as Symbolic;
    const small = layers.averagePooling2d({ poolSize: 2 }).apply(once);
    const twice = layers.upSampling2d({}).apply(shared.apply(small)) as Symbolic;
    return tf.model({ inputs, outputs: layers.add().apply([once, twice]) as Symbolic });
  },
  "models in the place of layers": () => {
    const inner = tf.sequential({
      layers: [conv({ inputShape: image, filters: 3, padding: "same" }), layers.leakyReLU()],
    });
    const inputs = tf.input({ shape: image });
    const h = inner.apply(inner.apply(inputs)) as Symbolic;
    const outer = chain(image, layers.flatten(), layers.dense({ units: 3 }));
    return tf.model({ inputs, outputs: outer.apply(h) as Symbolic });
  },
  "a sequential model that begins with a model": () => {
    const inner = tf.sequential({ layers: [conv({ inputShape: image })] });
    return tf.sequential({ layers: [inner, layers.flatten(), layers.dense({ units: 3 })] });
  },
  "the input as an output": () => {
    const inputs = tf.input({ shape: image });
    return tf.model({ inputs, outputs: [inputs, conv().apply(inputs) as Symbolic] });
  },
});
