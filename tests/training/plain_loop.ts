/**
 * Training in plain numbers: one dense layer each way, written out without tensors, threads or memory that
 * is shared. What `train` does to the same model has to be this, but for rounding.
 */
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../../lib/data/dataset.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import { dense, flatten, reshape } from "../../lib/models/layers.ts";
import { createAutoencoder, createVae } from "../../lib/models/create_model.ts";
import type { Model } from "../../lib/models/model.ts";
import type { TrainingSettings } from "../../lib/models/training_settings.ts";
import { RandomStream } from "../../lib/random.ts";

const pixels = 6, latents = 2;

/** Images of 2×3 greys, of which a few stand beside the threshold and at both ends. */
function greys(name: string, count: number): ImageSet {
  const stream = new RandomStream(11, name);
  const bytes = Uint8Array.from({ length: count * pixels }, () => stream.integer(256));
  bytes.set([127, 128, 0, 255, 1, 254]);
  return createImageSet({ name, pixels: bytes, labels: new Uint8Array(count), shape: [2, 3, 1] });
}

/** Five batches of 5 with a last one of 3; 250 test images are two and a half batches of 100. */
export const tinyData: Dataset = {
  train: greys("train", 23),
  test: greys("test", 250),
  source: "greys",
  note: "",
};

export type Treatment = "threshold" | "grey" | "dynamic";

/** 6 pixels → 2 latents → 6 logits. */
export function tinyModel(kind: "vae" | "ae", treatment: Treatment, seed = 3): Model {
  const units = kind === "vae" ? 2 * latents : latents;
  const encoder = tf.sequential({
    layers: [flatten({ inputShape: [2, 3, 1] }), dense({ units })],
  });
  const decoder = tf.sequential({
    layers: [dense({ inputShape: [latents], units: pixels }), reshape({ targetShape: [2, 3, 1] })],
  });
  return (kind === "vae" ? createVae : createAutoencoder)({ encoder, decoder, treatment, seed });
}

/** x and x̃ of one image, `pixels` numbers each. */
function image(set: ImageSet, index: number, model: Model, inputNoise: number, epoch: number) {
  const { seed, treatment } = model.config;
  const bytes = [...set.pixels.subarray(index * pixels, (index + 1) * pixels)];
  const coins = new RandomStream(seed, "binarize", epoch, index);
  const x = bytes.map((byte) =>
    treatment === "grey"
      ? byte / 255
      : treatment === "threshold"
      ? (byte >= 128 ? 1 : 0)
      : (255 * coins.uniform() < byte ? 1 : 0)
  );
  const normal = new RandomStream(seed, "input noise", epoch, index);
  const noisy = x.map((p) => Math.min(1, Math.max(0, p + inputNoise * normal.normal())));
  return { x, noisy: inputNoise > 0 ? noisy : x };
}

const sigmoid = (l: number) => 1 / (1 + Math.exp(-l));

/** −log p and KL of one image; adds weight · d(−log p + klWeight · KL)/dθ to `g`. */
function oneImage(
  model: Model,
  kl: TrainingSettings["kl"],
  w: number[],
  { x, noisy }: { x: number[]; noisy: number[] },
  eps: number[],
  g: number[],
  weight: number,
  klWeight: number,
): [number, number] {
  const vae = model.config.kind === "vae", units = vae ? 2 * latents : latents;
  // Kernels are [in, out], row by row; θ is encoder kernel, bias, decoder kernel, bias.
  const bias = pixels * units, kernel = bias + units, last = kernel + latents * pixels;
  const code = Array.from(
    { length: units },
    (_, j) => noisy.reduce((sum, p, i) => sum + p * w[i * units + j], w[bias + j]),
  );
  const mean = code.slice(0, latents);
  // Without a variance no noise: exp(−∞ / 2) is 0.
  const logVar = vae ? code.slice(latents) : mean.map(() => -Infinity);
  const z = mean.map((m, j) => m + Math.exp(logVar[j] / 2) * eps[j]);
  const logits = x.map((_, p) =>
    z.reduce((sum, zj, j) => sum + zj * w[kernel + j * pixels + p], w[last + p])
  );
  const mse = model.config.likelihood === "mse";
  let reconstruction = 0, divergence = 0;
  const dLogits = logits.map((l, p) => {
    const y = sigmoid(l);
    reconstruction += mse
      ? (y - x[p]) ** 2 / pixels
      : -x[p] * Math.log(y) - (1 - x[p]) * Math.log(1 - y);
    return mse ? 2 * (y - x[p]) * y * (1 - y) / pixels : y - x[p];
  });
  const dz = z.map((_, j) =>
    dLogits.reduce((sum, d, p) => sum + d * w[kernel + j * pixels + p], 0)
  );
  if (vae && kl === "monte-carlo") z.forEach((zj, j) => dz[j] += klWeight * zj);
  // z = mean + exp(½ logVar) ε
  const dMean = [...dz];
  const dLogVar = z.map((_, j) => dz[j] * Math.exp(logVar[j] / 2) * eps[j] / 2);
  for (let j = 0; vae && j < latents; j++) {
    const variance = Math.exp(logVar[j]);
    if (kl === "analytic") {
      divergence += (mean[j] ** 2 + variance - 1 - logVar[j]) / 2;
      dMean[j] += klWeight * mean[j];
      dLogVar[j] += klWeight * (variance - 1) / 2;
    } else {
      divergence += (z[j] ** 2 - eps[j] ** 2 - logVar[j]) / 2;
      dLogVar[j] -= klWeight / 2;
    }
  }
  const dCode = vae ? [...dMean, ...dLogVar] : dMean;
  dCode.forEach((d, j) => {
    noisy.forEach((p, i) => g[i * units + j] += weight * d * p);
    g[bias + j] += weight * d;
  });
  dLogits.forEach((d, p) => {
    z.forEach((zj, j) => g[kernel + j * pixels + p] += weight * d * zj);
    g[last + p] += weight * d;
  });
  return [reconstruction, divergence];
}

const rows = (values: Float32Array, i: number) => [
  ...values.subarray(i * latents, (i + 1) * latents),
];

/** Gradient of a batch's mean loss, and [Σ −log p, Σ KL]. */
export function plainGradient(
  model: Model,
  { kl, inputNoise }: Pick<TrainingSettings, "kl" | "inputNoise">,
  w: number[],
  set: ImageSet,
  { indices, epoch, batch, klWeight }: {
    indices: ArrayLike<number>;
    epoch: number;
    batch: number;
    klWeight: number;
  },
): { g: number[]; sums: [number, number] } {
  const g = w.map(() => 0), sums: [number, number] = [0, 0];
  const { seed } = model.config, count = indices.length;
  const eps = new RandomStream(seed, "noise", epoch, batch).normals(count * latents);
  for (let i = 0; i < count; i++) {
    const x = image(set, indices[i], model, inputNoise, epoch);
    const terms = oneImage(model, kl, w, x, rows(eps, i), g, 1 / count, klWeight);
    sums[0] += terms[0];
    sums[1] += terms[1];
  }
  return { g, sums };
}

/** Means over the held-out images. */
function plainEvaluation(model: Model, kl: TrainingSettings["kl"], w: number[], test: ImageSet) {
  const sums = [0, 0], ignored = w.map(() => 0);
  for (let batch = 0; 100 * batch < test.count; batch++) {
    const count = Math.min(100, test.count - 100 * batch);
    const eps = new RandomStream(model.config.seed, "evaluation", batch).normals(count * latents);
    for (let i = 0; i < count; i++) {
      const x = image(test, 100 * batch + i, model, 0, 0);
      const terms = oneImage(model, kl, w, x, rows(eps, i), ignored, 0, 0);
      sums[0] += terms[0];
      sums[1] += terms[1];
    }
  }
  return meansOf(sums, test.count);
}

const meansOf = ([reconstruction, kl]: number[], count: number) => ({
  loss: (reconstruction + kl) / count,
  reconstruction: reconstruction / count,
  kl: kl / count,
});

type Means = ReturnType<typeof meansOf>;

export interface PlainRun {
  records: { epoch: number; train: Means | null; test: Means }[];
  /** Weights and moments, in the order of the model's variables. */
  w: number[];
  m: number[];
  v: number[];
}

/** Keras's Adam and RMSprop, in place; `step` is this step's number, from 1. */
export function plainUpdate(
  { optimizer, learningRate }: Pick<TrainingSettings, "optimizer" | "learningRate">,
  { w, m, v }: { w: number[]; m: number[]; v: number[] },
  g: number[],
  step: number,
): void {
  g.forEach((gi, i) => {
    if (optimizer === "adam") {
      m[i] = 0.9 * m[i] + 0.1 * gi;
      v[i] = 0.999 * v[i] + 0.001 * gi ** 2;
      const rate = learningRate * Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step);
      w[i] -= rate * m[i] / (Math.sqrt(v[i]) + 1e-7);
    } else {
      v[i] = 0.9 * v[i] + 0.1 * gi ** 2;
      w[i] -= learningRate * gi / Math.sqrt(v[i] + 1e-7);
    }
  });
}

/** All of a run, from the weights that the model has. */
export function plainRun(
  model: Model,
  training: TrainingSettings,
  { train, test }: Dataset,
): PlainRun {
  const { batchSize, beta, klWarmupEpochs } = training;
  const w = model.variables().flatMap((variable) => [...variable.dataSync()]);
  const m = w.map(() => 0), v = w.map(() => 0);
  const images = training.dropRemainder
    ? batchSize * Math.floor(train.count / batchSize)
    : train.count;
  const batches = Math.ceil(images / batchSize);
  const evaluate = () => plainEvaluation(model, training.kl, w, test);
  const records: PlainRun["records"] = [{ epoch: 0, train: null, test: evaluate() }];
  let step = 0;
  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    const order = new RandomStream(model.config.seed, "shuffle", epoch).permutation(train.count);
    const sums = [0, 0];
    for (let batch = 0; batch < batches; batch++) {
      const indices = order.slice(batch * batchSize, Math.min(images, (batch + 1) * batchSize));
      // From 0 at the run's first step to beta after so many epochs.
      const klWeight = klWarmupEpochs > 0
        ? beta * Math.min(1, step / (klWarmupEpochs * batches))
        : beta;
      const planned = { indices, epoch, batch, klWeight };
      const { g, sums: terms } = plainGradient(model, training, w, train, planned);
      plainUpdate(training, { w, m, v }, g, ++step);
      sums[0] += terms[0];
      sums[1] += terms[1];
    }
    records.push({ epoch, train: meansOf(sums, images), test: evaluate() });
  }
  return { records, w, m, v };
}
