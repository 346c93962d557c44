import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { applyModel } from "../../lib/compute/layers/layers.ts";
import { checkTrainable, slowLayers } from "../../lib/compute/layers/trainable_layers.ts";
import { OptionError } from "../../lib/options.ts";
import { eachEngine } from "../each_engine.ts";
import { layerCases } from "./layer_cases.ts";

const { layers } = tf;
const image = [6, 5, 3];
const network = (shape: number[], ...parts: tf.layers.Layer[]) => {
  const inputs = tf.input({ shape });
  return tf.model({
    inputs,
    outputs: parts.reduce((h, layer) => layer.apply(h) as tf.SymbolicTensor, inputs),
  });
};
const conv = (options = {}) => layers.conv2d({ name: "it", filters: 2, kernelSize: 3, ...options });

class Twice extends layers.Layer {
  static className = "Twice";
  override call(x: tf.Tensor | tf.Tensor[]) {
    return tf.mul([x].flat()[0], 2);
  }
}
const Dense = layers.dense({ units: 1 }).constructor as typeof layers.Layer;
/** Has the name of a layer that trains, and may do anything. */
class OwnDense extends Dense {}

const refused: [tf.layers.Layer, number[], RegExp][] = [
  [layers.batchNormalization({ name: "it" }), image, /BatchNormalization.*neighbours in the batch/],
  [
    layers.layerNormalization({ name: "it" }),
    image,
    /LayerNormalization.*scalar loop/,
  ],
  [layers.dropout({ name: "it", rate: 0.5 }), image, /Dropout.*noise of its own/],
  [layers.gaussianNoise({ name: "it", stddev: 1 }), image, /GaussianNoise.*noise of its own/],
  [layers.gaussianDropout({ name: "it", rate: 0.5 }), image, /GaussianDropout.*noise of its own/],
  [layers.alphaDropout({ name: "it", rate: 0.5 }), image, /AlphaDropout.*noise of its own/],
  [layers.lstm({ name: "it", units: 2 }), [4, 3], /LSTM.*sequences/],
  [layers.embedding({ name: "it", inputDim: 5, outputDim: 2 }), [4], /Embedding.*sequences/],
  [layers.globalMaxPooling2d({ name: "it" }), image, /GlobalMaxPooling2D.*maxPooling2d/],
  [layers.depthwiseConv2d({ name: "it", kernelSize: 3 }), image, /DepthwiseConv2D.*no kernel/],
  [layers.thresholdedReLU({ name: "it" }), image, /ThresholdedReLU.*no test/],
  [new Twice({ name: "it" }), image, /Twice.*class of your own/],
  [
    new OwnDense({ name: "it", units: 2 } as ConstructorParameters<typeof Dense>[0]),
    image,
    /Dense.*class of your own/,
  ],
  [conv({ dataFormat: "channelsFirst" }), image, /Conv2D.*channelsFirst.*channelsLast/],
  [conv({ dilationRate: 2 }), image, /Conv2D.*dilationRate is \[2,2\].*expected 1/],
  [
    layers.upSampling2d({ name: "it", interpolation: "bilinear" }),
    image,
    /UpSampling2D.*bilinear.*expected "nearest"/,
  ],
  [conv({ kernelRegularizer: "l1l2" }), image, /Conv2D.*kernelRegularizer would not be heeded/],
];

Deno.test("checkTrainable() takes every layer that is tested on every engine", async () => {
  await useBackend({ engine: "cpu" });
  for (const make of Object.values(layerCases)) checkTrainable(make(), "train");
});

Deno.test("checkTrainable() refuses a layer by its name and says why", async () => {
  await useBackend({ engine: "cpu" });
  for (const [layer, shape, message] of refused) {
    for (const nested of [false, true]) {
      const one = network(shape, layer);
      const whole = nested ? network(shape, one) : one;
      assert.throws(() => checkTrainable(whole, "createVae: encoder"), (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /^createVae: encoder: it \(/);
        assert.match(error.message, message);
        assert.match(error.message, /layers that can: dense, conv2d,/);
        return true;
      });
    }
  }
});

Deno.test("checkTrainable() refuses many inputs, unknown shapes, no layers", async () => {
  await useBackend({ engine: "cpu" });
  const inputs = ["left", "middle", "right"].map((name) => tf.input({ shape: [3], name }));
  const three = tf.model({ inputs, outputs: layers.add().apply(inputs) as tf.SymbolicTensor });
  assert.throws(() => checkTrainable(three, "train"), /or two, got 3: left, middle, right/);
  assert.throws(
    () => applyModel(three, [tf.ones([1, 3])], { inputGradient: false }),
    /expected 3 inputs, got 1/,
  );
  const open = tf.input({ shape: [null, null, 3] });
  const any = tf.model({ inputs: open, outputs: conv().apply(open) as tf.SymbolicTensor });
  assert.throws(
    () => checkTrainable(any, "train"),
    /known shape, got \[any,any,any,3\]|\[any,any,3\]/,
  );
  assert.throws(
    () => checkTrainable(tf.sequential(), "train"),
    /give its first layer an inputShape/,
  );
});

const strided = (shape: number[]) =>
  network(
    shape,
    ...[1, 2, 3].map((i) => conv({ name: `conv_${i}`, strides: 2, activation: "relu" })),
    layers.flatten(),
    layers.dense({ units: 2 }),
  );

Deno.test("checkTrainable() refuses an image too small, and says which is large enough", async () => {
  await useBackend({ engine: "cpu" });
  assert.throws(
    () => checkTrainable(strided([4, 4, 1]), "train"),
    /^OptionError: train: conv_2 \(Conv2D\) gives an empty output for an input of \[4, 4, 1\]; expected at least \[15, 15, 1\]/,
  );
  assert.throws(
    () => checkTrainable(strided([8, 12, 1]), "train"),
    /conv_3 .*at least \[15, 15, 1\]/,
  );
  checkTrainable(strided([15, 15, 1]), "train");
  // A window larger than its image has a negative size in tfjs.
  const large = network([2, 2, 1], conv({ kernelSize: 5 }));
  assert.throws(() => checkTrainable(large, "train"), /it \(Conv2D\).*at least \[5, 5, 1\]/);
});

await eachEngine("an image too small reaches no kernel and leaves other tensors alone", () => {
  const canaries = Array.from({ length: 200 }, (_, i) => tf.fill([1 + i % 37], 5));
  const pooled = (pool: tf.layers.Layer) => network([2, 2, 1], pool, layers.flatten());
  const options = { name: "pool", poolSize: 3, strides: 2 };
  for (
    const [model, shape, message] of [
      [strided([4, 4, 1]), [2, 4, 4, 1], /conv_2 \(Conv2D\).*\[2, 1, 1, 2\] → \[2, 0, 0, 2\]/],
      [strided([8, 8, 1]), [2, 8, 8, 1], /conv_3 \(Conv2D\)/],
      [pooled(layers.maxPooling2d(options)), [1, 2, 2, 1], /pool \(MaxPooling2D\)/],
      [pooled(layers.averagePooling2d(options)), [1, 2, 2, 1], /pool \(AveragePooling2D\)/],
      [strided([28, 28, 1]), [0, 28, 28, 1], /conv_1 \(Conv2D\).*at least one number/],
    ] as [tf.LayersModel, number[], RegExp][]
  ) {
    const x = tf.zeros(shape);
    assert.throws(() => applyModel(model, [x], { inputGradient: false }), message);
    tf.dispose([x, model.weights.map((weight) => weight.read())]);
  }
  for (const canary of canaries) assert.ok(canary.dataSync().every((value) => value === 5));
  tf.dispose(canaries);
});

Deno.test("slowLayers() names what the CPU engines have no kernel for", async () => {
  await useBackend({ engine: "cpu" });
  const model = network(
    [8, 8, 3],
    conv({ activation: "tanh", useBias: false }),
    layers.maxPooling2d({ name: "pool" }),
    layers.leakyReLU(),
    network([3, 3, 2], layers.zeroPadding2d({ name: "pad" })),
    layers.flatten(),
    layers.dense({ units: 2 }),
  );
  assert.deepEqual(slowLayers(model), ["pool", "pad"]);
});
