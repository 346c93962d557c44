/** Every preset against its tutorial: networks, likelihood, treatment and training as values. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { preset, type PresetName, presetNames } from "../../lib/models/presets.ts";
import { describeNetwork } from "../../lib/models/topology.ts";

await tf.setBackend("cpu");

/** What a tutorial says, in one place that no preset is read from. */
interface Tutorial {
  /** Who wrote it, and where. */
  tutorial: string;
  /** As its own `summary()` counts them. */
  parameters: number;
  model: object;
  training: object;
  encoder: string[];
  decoder: string[];
}

const adam = {
  kl: "monte-carlo",
  beta: 1,
  klWarmupEpochs: 0,
  inputNoise: 0,
  optimizer: "adam",
  learningRate: 1e-4,
  batchSize: 32,
  dropRemainder: false,
  patience: null,
  keepBest: false,
} as const;
const foster = {
  ...adam,
  optimizer: "rmsprop",
  batchSize: 64,
  dropRemainder: true,
  patience: 5,
  keepBest: true,
} as const;
const vae = {
  kind: "vae",
  likelihood: "bernoulli",
  treatment: "threshold",
  seed: 1,
  inputShape: [28, 28, 1],
};
const autoencoder = { ...vae, kind: "ae", likelihood: "mse", treatment: "grey" };

const halved = "kernelSize 3,3, padding valid, strides 2,2";
const doubled = "kernelSize 3,3, padding same, strides 2,2";
const same = "kernelSize 3,3, padding same, strides 1,1";
const convolutions = [
  `Conv2D activation relu, filters 32, ${halved}`,
  `Conv2D activation relu, filters 64, ${halved}`,
  "Flatten",
];
const separateHeads = (latentDim: number) => [
  `Dense units ${latentDim}`,
  `Dense units ${latentDim}`,
  "Concatenate axis -1",
];
const transposedConvolutions = [
  "Dense activation relu, units 1568",
  "Reshape targetShape 7,7,32",
  `Conv2DTranspose activation relu, filters 64, ${doubled}`,
  `Conv2DTranspose activation relu, filters 32, ${doubled}`,
  `Conv2DTranspose filters 1, ${same}`,
];
const upsampling = {
  encoder: [
    `Conv2D activation relu, filters 8, ${doubled}`,
    `Conv2D activation relu, filters 8, ${same}`,
    `Conv2D activation relu, filters 8, ${doubled}`,
    `Conv2D activation relu, filters 8, ${same}`,
    "Flatten",
  ],
  decoder: [
    "Dense activation relu, units 3136",
    "Reshape targetShape 7,7,64",
    `Conv2D activation relu, filters 64, ${same}`,
    "UpSampling2D size 2,2",
    `Conv2D activation relu, filters 32, ${same}`,
    "UpSampling2D size 2,2",
    `Conv2D filters 1, ${same}`,
  ],
};

const halved4 = doubled.replace("3,3", "4,4");
const residualBlock = (filters: number) => [
  "Activation activation relu",
  `Conv2D activation relu, filters ${filters}, ${same}`,
  `Conv2D filters ${filters}, ${same}`,
  "Add",
];

const tutorials: Record<PresetName, Tutorial> = {
  "conv-vae": {
    tutorial: "TensorFlow, Convolutional Variational Autoencoder, tutorials/generative/cvae",
    parameters: 69_989,
    model: { ...vae, latentDim: 2 },
    training: { ...adam, epochs: 10 },
    encoder: [...convolutions, "Dense units 4"],
    decoder: transposedConvolutions,
  },
  "dense-vae": {
    tutorial: "Keras, Building Autoencoders in Keras, its variational autoencoder, 784-256-2",
    parameters: 404_244,
    model: { ...vae, treatment: "grey", latentDim: 2 },
    training: {
      ...adam,
      kl: "analytic",
      optimizer: "rmsprop",
      learningRate: 1e-3,
      batchSize: 100,
      epochs: 50,
    },
    encoder: ["Flatten", "Dense activation relu, units 256", ...separateHeads(2)],
    decoder: [
      "Dense activation relu, units 256",
      "Dense units 784",
      "Reshape targetShape 28,28,1",
    ],
  },
  "dense-vae-64": {
    tutorial: "dense against convolutional, its dense half, 784-64-64-64-784",
    parameters: 113_680,
    model: { ...vae, latentDim: 64 },
    training: { ...adam, epochs: 100 },
    encoder: ["Flatten", "Dense activation relu, units 64", ...separateHeads(64)],
    decoder: ["Dense activation relu, units 64", "Dense units 784", "Reshape targetShape 28,28,1"],
  },
  "conv-vae-50": {
    tutorial: "dense against convolutional, its convolutional half: TensorFlow's layers, two heads",
    parameters: 366_533,
    model: { ...vae, latentDim: 50 },
    training: { ...adam, epochs: 50 },
    encoder: [...convolutions, ...separateHeads(50)],
    decoder: transposedConvolutions,
  },
  "conv-ae-10": {
    tutorial: "D. Foster, Generative Deep Learning, 2nd ed., chapter 3, with 10 latents",
    parameters: 95_939,
    model: { ...autoencoder, latentDim: 10 },
    training: { ...foster, learningRate: 3e-4, epochs: 100 },
    encoder: [...upsampling.encoder, "Dense units 10"],
    decoder: upsampling.decoder,
  },
  "conv-ae-2": {
    tutorial: "D. Foster, Generative Deep Learning, 2nd ed., chapter 3, with 2 latents",
    parameters: 67_707,
    model: { ...autoencoder, latentDim: 2 },
    training: { ...foster, learningRate: 1e-3, epochs: 50 },
    encoder: [...upsampling.encoder, "Dense units 2"],
    decoder: upsampling.decoder,
  },
  "conv-vae-cifar10": {
    tutorial: "a plain convolutional VAE for CIFAR-10, with a discretized logistic likelihood",
    parameters: 1_122_694,
    model: {
      ...vae,
      likelihood: "discretized-logistic",
      inputShape: [32, 32, 3],
      latentDim: 128,
      treatment: "grey",
    },
    training: { ...adam, kl: "analytic", learningRate: 1e-3, batchSize: 64, epochs: 10 },
    encoder: [
      ...[32, 64, 128].map((filters) => `Conv2D activation relu, filters ${filters}, ${doubled}`),
      "Flatten",
      "Dense units 256",
    ],
    decoder: [
      "Dense activation relu, units 2048",
      "Reshape targetShape 4,4,128",
      ...[128, 64, 32].map((filters) =>
        `Conv2DTranspose activation relu, filters ${filters}, ${doubled}`
      ),
      `Conv2DTranspose filters 3, ${same}`,
    ],
  },
  "residual-vae-cifar10": {
    tutorial: "in the manner of van den Oord, Vinyals & Kavukcuoglu 2017, section 4.1",
    parameters: 394_022,
    model: {
      ...vae,
      likelihood: "discretized-logistic",
      inputShape: [32, 32, 3],
      latentDim: 1024,
      treatment: "grey",
    },
    training: { ...adam, kl: "analytic", learningRate: 2e-3, batchSize: 64, epochs: 20 },
    encoder: [
      `Conv2D activation relu, filters 32, ${halved4}`,
      `Conv2D filters 64, ${halved4}`,
      ...residualBlock(64),
      ...residualBlock(64),
      "Activation activation relu",
      "Conv2D filters 16, kernelSize 1,1, padding valid, strides 1,1",
      "Conv2D filters 16, kernelSize 1,1, padding valid, strides 1,1",
      "Flatten",
      "Flatten",
      "Concatenate axis -1",
    ],
    decoder: [
      "Reshape targetShape 8,8,16",
      `Conv2D filters 64, ${same}`,
      ...residualBlock(64),
      ...residualBlock(64),
      "Activation activation relu",
      `Conv2DTranspose filters 32, ${halved4}`,
      ...residualBlock(32),
      "Activation activation relu",
      `Conv2DTranspose filters 3, ${halved4}`,
    ],
  },
  "conditional-vae": {
    tutorial: "Sohn, Lee & Yan 2015, with the dense VAE's layers",
    // 794·256 + 256, 256·4 + 4; 12·256 + 256, 256·784 + 784.
    parameters: 409_364,
    model: { ...vae, latentDim: 2, classes: 10 },
    training: { ...adam, kl: "analytic", learningRate: 1e-3, batchSize: 100, epochs: 10 },
    encoder: [
      "Flatten",
      "Concatenate axis -1",
      "Dense activation relu, units 256",
      "Dense units 4",
    ],
    decoder: [
      "Concatenate axis -1",
      "Dense activation relu, units 256",
      "Dense units 784",
      "Reshape targetShape 28,28,1",
    ],
  },
};

/** Glorot's uniform draws, as Keras's layers have where nobody says otherwise. */
const glorot = /kernelInitializer VarianceScaling\(1 fanAvg uniform\)(, )?/;

/** Kinds and settings of a network's layers, one after the other. */
function layersOf(network: tf.LayersModel): string[] {
  return describeNetwork(network).slice(1, -1).map((line) => {
    const [, words] = line.match(/^\d+: (.*) of [\d+]+$/)!;
    if (/^(Conv2D|Dense)/.test(words)) assert.match(words, glorot);
    return words.replace(glorot, "").replace(/,? $/, "");
  });
}

Deno.test("presetNames are the tutorials that are known here", () => {
  assert.deepEqual(presetNames, Object.keys(tutorials));
});

for (const [name, wanted] of Object.entries(tutorials)) {
  Deno.test(`preset() ${name} is what its tutorial says: ${wanted.tutorial}`, () => {
    const recipe = preset(name as PresetName);
    assert.deepEqual(recipe.training, wanted.training);
    assert.equal(recipe.name, name);
    const model = recipe.build();
    assert.deepEqual(model.config, { name, ...wanted.model });
    assert.deepEqual(layersOf(model.encoder), wanted.encoder);
    assert.deepEqual(layersOf(model.decoder), wanted.decoder);
    assert.equal(model.parameterCount, wanted.parameters);
    model.dispose();
  });
}
