import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { add, concatenate, conv2d, dense, flatten, reshape } from "../../lib/models/layers.ts";
import {
  describeNetwork,
  drawWeights,
  networkFrom,
  topologyOf,
} from "../../lib/models/topology.ts";
import { RandomStream } from "../../lib/random.ts";

await tf.setBackend("cpu");

type Layer = tf.layers.Layer;
type ConvOptions = Partial<Parameters<typeof conv2d>[0]>;
const apply = (layer: Layer, ...x: tf.SymbolicTensor[]) =>
  layer.apply(x.length === 1 ? x[0] : x) as tf.SymbolicTensor;

const inputShape = [6, 6, 2];

/** Convolution, flatten, dense, dense; the convolution's settings are what a test changes. */
const layersOf = (changes: ConvOptions = {}, names: string[] = []): Layer[] => [
  conv2d({
    inputShape,
    filters: 4,
    kernelSize: 3,
    strides: 2,
    activation: "relu",
    name: names[0],
    ...changes,
  }),
  flatten({ name: names[1] }),
  dense({ units: 5, activation: "tanh", name: names[2] }),
  dense({ units: 5, name: names[3] }),
];

const sequential = (changes: ConvOptions = {}, names: string[] = []) =>
  tf.sequential({ layers: layersOf(changes, names) });

function functional(changes: ConvOptions = {}, names: string[] = []) {
  const input = tf.input({ shape: inputShape });
  const outputs = layersOf(changes, names).reduce((x, layer) => apply(layer, x), input);
  return tf.model({ inputs: input, outputs });
}

/** Two equal convolutions one after the other, with or without the way past the second. */
function residual({ skip = true } = {}) {
  const input = tf.input({ shape: inputShape });
  const same = { filters: 3, kernelSize: 3, padding: "same" } as const;
  const first = apply(conv2d({ ...same, activation: "relu" }), input);
  const second = apply(conv2d(same), first);
  const h = apply(add(), skip ? first : second, second);
  return tf.model({ inputs: input, outputs: apply(dense({ units: 4 }), apply(flatten(), h)) });
}

/** Mean and log-variance as two outputs. */
function twoOutputs() {
  const input = tf.input({ shape: inputShape });
  const h = apply(dense({ units: 7, activation: "relu" }), apply(flatten(), input));
  const outputs = [apply(dense({ units: 3 }), h), apply(dense({ units: 3 }), h)];
  return tf.model({ inputs: input, outputs });
}

const kinds: [string, () => tf.LayersModel][] = [
  ["sequential", sequential],
  ["functional", functional],
  ["with a skip connection", residual],
  ["with two outputs", twoOutputs],
];

const x = tf.tensor4d(new RandomStream(1, "x").normals(3 * 72), [3, 6, 6, 2]);
const outputsOf = (network: tf.LayersModel) =>
  tf.tidy(() => [network.predict(x)].flat().map((y) => [...(y as tf.Tensor).dataSync()]));
const weightsOf = (network: tf.LayersModel) =>
  network.getWeights().map((weight) => [...weight.dataSync()]);
const draw = (network: tf.LayersModel, seed = 1) => {
  drawWeights(network, new RandomStream(seed, "weights"));
  return weightsOf(network);
};

Deno.test("describeNetwork() has a line a layer, with its settings and where its input comes from", () => {
  const glorot = "kernelInitializer VarianceScaling(1 fanAvg uniform)";
  assert.deepEqual(describeNetwork(sequential()), [
    "0: image or code 6×6×2",
    `1: Conv2D activation relu, filters 4, ${glorot}, kernelSize 3,3, padding valid, strides 2,2 of 0`,
    "2: Flatten of 1",
    `3: Dense activation tanh, ${glorot}, units 5 of 2`,
    `4: Dense ${glorot}, units 5 of 3`,
    "outputs: 4",
  ]);
  assert.deepEqual(describeNetwork(residual()).slice(2, 4), [
    `2: Conv2D filters 3, ${glorot}, kernelSize 3,3, padding same, strides 1,1 of 1`,
    "3: Add of 1+2",
  ]);
  assert.equal(describeNetwork(twoOutputs()).at(-1), "outputs: 3 and 4");
});

Deno.test("describeNetwork() is the same for the same layers, whatever their names and way of building", () => {
  const wanted = describeNetwork(sequential());
  const others = [
    sequential(),
    sequential({}, ["a", "b", "c", "d"]),
    functional(),
    functional({}, ["d", "c", "b", "a"]),
    sequential({ kernelSize: [3, 3], strides: [2, 2] }),
    sequential({ useBias: true, biasInitializer: "zeros", dilationRate: 1 }),
    sequential({ kernelInitializer: tf.initializers.glorotUniform({}) }),
    tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }), ...layersOf()] }),
  ];
  for (const [i, other] of others.entries()) {
    assert.deepEqual(describeNetwork(other), wanted, `network ${i}`);
  }
  assert.deepEqual(describeNetwork(residual()), describeNetwork(residual()));
});

Deno.test("describeNetwork() is another one for every setting that is changed", () => {
  const { heNormal, randomNormal, constant } = tf.initializers;
  const changes: Record<string, ConvOptions> = {
    nothing: {},
    filters: { filters: 5 },
    kernelSize: { kernelSize: 2 },
    "kernelSize, not square": { kernelSize: [3, 2] },
    strides: { strides: 1 },
    padding: { padding: "same" },
    "no activation": { activation: "linear" },
    activation: { activation: "elu" },
    "no bias": { useBias: false },
    dilationRate: { strides: 1, dilationRate: 2 },
    initializer: { kernelInitializer: "heNormal" },
    "initializer's number": { kernelInitializer: randomNormal({ mean: 0, stddev: 0.1 }) },
    "initializer's other number": { kernelInitializer: randomNormal({ mean: 0, stddev: 0.2 }) },
    "bias initializer": { biasInitializer: constant({ value: 0.5 }) },
    "named seed": { kernelInitializer: heNormal({ seed: 3 }) },
    "other named seed": { kernelInitializer: heNormal({ seed: 4 }) },
    inputShape: { inputShape: [6, 6, 1] },
  };
  const seen = new Map<string, string>();
  for (const build of [sequential, functional]) {
    for (const [name, change] of Object.entries(changes)) {
      if (build === functional && name === "inputShape") continue;
      const text = describeNetwork(build(change)).join("\n");
      assert.equal(seen.get(text) ?? name, name, `${name} looks like ${seen.get(text)}`);
      seen.set(text, name);
    }
  }
  assert.equal(seen.size, Object.keys(changes).length);
});

Deno.test("describeNetwork() tells the order of layers, skip connections and outputs apart", () => {
  const units = (...units: number[]) =>
    tf.sequential({ layers: units.map((units) => dense({ units, inputShape: [4] })) });
  const joined = (order: "first" | "second") => {
    const input = tf.input({ shape: [4] });
    const a = apply(dense({ units: 3, activation: "relu" }), input);
    const b = apply(dense({ units: 3, activation: "relu" }), a);
    const outputs = apply(concatenate(), ...(order === "first" ? [a, b] : [b, a]));
    return tf.model({ inputs: input, outputs });
  };
  const ends = (order: "first" | "second") => {
    const input = tf.input({ shape: [4] });
    const a = apply(dense({ units: 3 }), input);
    const b = apply(dense({ units: 3 }), a);
    return tf.model({ inputs: input, outputs: order === "first" ? [a, b] : [b, a] });
  };
  const all = [
    units(3, 4),
    units(4, 3),
    units(3, 4, 4),
    residual(),
    residual({ skip: false }),
    joined("first"),
    joined("second"),
    ends("first"),
    ends("second"),
  ].map((network) => describeNetwork(network).join("\n"));
  assert.equal(new Set(all).size, all.length);
});

for (const [kind, build] of kinds) {
  Deno.test(`networkFrom(topologyOf()) is the same network, ${kind}`, () => {
    const network = build();
    const topology = structuredClone(topologyOf(network));
    const before = JSON.stringify(topology);
    const again = networkFrom(topology);
    assert.equal(JSON.stringify(topology), before, "left as it was, for the next one");
    assert.equal(again instanceof tf.Sequential, network instanceof tf.Sequential);
    assert.deepEqual(describeNetwork(again), describeNetwork(network));
    assert.deepEqual(again.layers.map(({ name }) => name), network.layers.map(({ name }) => name));
    again.setWeights(network.getWeights());
    assert.deepEqual(outputsOf(again), outputsOf(network));
    again.dispose();
    assert.ok(network.getWeights().every((weight) => !weight.isDisposed), "its own weights stay");
  });

  Deno.test(`drawWeights() is decided by the stream, ${kind}`, () => {
    const [one, other] = [build(), build()];
    assert.notDeepEqual(weightsOf(one), weightsOf(other), "tfjs draws at random");
    const drawn = draw(one);
    assert.deepEqual(draw(other), drawn);
    assert.deepEqual(outputsOf(other), outputsOf(one));
    assert.deepEqual(draw(one), drawn, "a second time");
    const kernels = (weights: number[][]) => weights.filter((weight) => weight.some(Boolean));
    for (const [i, kernel] of kernels(draw(one, 2)).entries()) {
      assert.notDeepEqual(kernel, kernels(drawn)[i], `kernel ${i} with another seed`);
    }
  });
}

Deno.test("drawWeights() draws the same for one description, however the network was put together", () => {
  assert.deepEqual(draw(functional({}, ["z", "y", "x", "w"])), draw(sequential()));
});

Deno.test("drawWeights() leaves no tensor behind", () => {
  const network = sequential();
  const before = tf.memory().numTensors;
  drawWeights(network, new RandomStream(1, "weights"));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("drawWeights() gives every layer a draw of its own", () => {
  const square = (units: number) =>
    dense({ units, kernelInitializer: tf.initializers.randomUniform({ minval: -1, maxval: 1 }) });
  const network = tf.sequential({
    layers: [reshape({ inputShape: [8], targetShape: [8] }), ...[8, 8, 8, 5].map(square)],
  });
  const kernels = draw(network).filter((weight) => weight.length > 8);
  assert.equal(kernels.length, 4);
  // One seed would give all of them the same numbers to begin with, also where the shapes differ.
  for (let i = 0; i < 8; i++) {
    assert.equal(new Set(kernels.map((kernel) => kernel[i])).size, 4, `number ${i}`);
  }
});

Deno.test("drawWeights() leaves a layer the seed that it names, 0 excepted, which tfjs takes for none", () => {
  const named = (seed: number) => () => {
    const fixed = dense({
      inputShape: [6],
      units: 6,
      kernelInitializer: tf.initializers.heNormal({ seed }),
    });
    return tf.sequential({ layers: [fixed, dense({ units: 6 })] });
  };
  const [a, b] = [draw(named(5)(), 1), draw(named(5)(), 2)];
  assert.deepEqual(a[0], b[0]);
  assert.notDeepEqual(a[2], b[2]);
  assert.notDeepEqual(draw(named(6)(), 1)[0], a[0]);
  const zero = draw(named(0)(), 1);
  assert.deepEqual(draw(named(0)(), 1), zero);
  assert.notDeepEqual(draw(named(0)(), 2)[0], zero[0]);
});

Deno.test("drawWeights() draws by each layer's own initializer; biases are 0", () => {
  const { constant, heNormal, randomNormal } = tf.initializers;
  const kernels: Parameters<typeof dense>[0]["kernelInitializer"][] = [
    heNormal({}),
    randomNormal({ mean: 3, stddev: 0.5 }),
    "zeros",
    constant({ value: 0.25 }),
    "identity",
    undefined,
  ];
  const units = 100;
  const network = tf.sequential({
    layers: kernels.map((kernelInitializer) =>
      tf.layers.dense({ inputShape: [units], units, kernelInitializer })
    ),
  });
  network.add(dense({ units, biasInitializer: constant({ value: 1 }) }));
  network.add(dense({ units: 2, useBias: false }));
  const drawn = draw(network);
  const moments = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    return { mean, deviation, most: Math.max(...values.map(Math.abs)) };
  };
  const near = (got: number, wanted: number, by: number) =>
    assert.ok(Math.abs(got - wanted) < by, `${got}, expected ${wanted}`);
  const kernel = (i: number) => moments(drawn[2 * i]);

  // √(2 / fan_in), cut off at twice that, which leaves 0.8796 of the deviation.
  const he = Math.sqrt(2 / units);
  near(kernel(0).deviation, 0.8796 * he, 0.03 * he);
  near(kernel(0).mean, 0, 0.05 * he);
  assert.ok(kernel(0).most <= 2 * he && kernel(0).most > 1.9 * he);
  near(kernel(1).mean, 3, 0.02);
  near(kernel(1).deviation, 0.5, 0.02);
  assert.equal(kernel(2).most, 0);
  assert.ok(drawn[6].every((value) => value === 0.25));
  assert.ok(drawn[8].every((value, i) => value === (i % (units + 1) === 0 ? 1 : 0)));
  // This project's layers: uniform up to √(6 / (fan_in + fan_out)).
  const glorot = Math.sqrt(6 / (2 * units));
  near(kernel(6).deviation, glorot / Math.sqrt(3), 0.03 * glorot);
  assert.ok(kernel(6).most <= glorot && kernel(6).most > 0.99 * glorot);
  for (let i = 0; i < 6; i++) assert.ok(drawn[2 * i + 1].every((value) => value === 0));
  assert.ok(drawn[13].every((value) => value === 1));
  assert.equal(drawn.length, 15);
});

Deno.test("drawWeights() takes a convolution's fan-in with its kernel", () => {
  const network = tf.sequential({
    layers: [
      conv2d({
        inputShape: [8, 8, 16],
        filters: 64,
        kernelSize: 3,
        kernelInitializer: "heNormal",
      }),
    ],
  });
  const [kernel] = draw(network);
  const he = Math.sqrt(2 / (3 * 3 * 16));
  const deviation = Math.sqrt(kernel.reduce((sum, value) => sum + value ** 2, 0) / kernel.length);
  assert.ok(Math.abs(deviation - 0.8796 * he) < 0.03 * he, `${deviation}`);
});
