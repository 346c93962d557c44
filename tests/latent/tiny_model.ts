/** A model small enough to work out by hand: 2 latents for 4×4 images, no network. */
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/compute/backend.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";
import { likelihoods } from "../../lib/likelihoods/likelihoods.ts";
import type { Encoding, Model } from "../../lib/models/model.ts";
import type { ModelConfig } from "../../lib/models/model_config.ts";
import { RandomStream } from "../../lib/random.ts";

/**
 * Mean: the image's first `latentDim` pixels times 4; log-variance −2 everywhere. Decoded logits: pixel
 * p is z[p mod latentDim].
 */
export function tinyModel(kind: "vae" | "ae" = "vae", latentDim = 2): {
  config: ModelConfig;
  encode(x: tf.Tensor4D): Encoding;
} & Pick<Model, "decode" | "pixelMeans" | "nll" | "likelihood" | "logScale"> {
  const config: ModelConfig = {
    name: "tiny",
    kind,
    likelihood: kind === "vae" ? "bernoulli" : "mse",
    inputShape: [4, 4, 1],
    latentDim,
    treatment: "threshold",
    seed: 1,
  };
  const likelihood = likelihoods[config.likelihood];
  const decode = (z: tf.Tensor2D) =>
    tf.tidy(() =>
      tf.tile(z, [1, Math.ceil(16 / latentDim)]).slice([0, 0], [-1, 16])
        .reshape<tf.Tensor4D>([-1, 4, 4, 1])
    );
  return {
    config,
    encode: (x) => ({
      mean: tf.tidy(() => x.reshape<tf.Tensor2D>([-1, 16]).slice([0, 0], [-1, latentDim]).mul(4)),
      logVar: kind === "vae" ? tf.fill([x.shape[0], latentDim], -2) : null,
    }),
    decode,
    pixelMeans: (z) => tf.tidy(() => likelihood.mean(decode(z)) as tf.Tensor4D),
    nll: (z, x) => tf.tidy(() => likelihood.nll(decode(z), x)),
    likelihood,
    logScale: null,
  };
}

/** Random grey 4×4 images with labels 0–2. */
export function tinySet(count: number, seed = 1): ImageSet {
  const random = new RandomStream(seed, "tiny");
  const pixels = Uint8Array.from({ length: count * 16 }, () => random.integer(256));
  const labels = Uint8Array.from({ length: count }, () => random.integer(3));
  return createImageSet({ name: "tiny", pixels, labels, shape: [4, 4, 1] });
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Runs a test on tfjs's plain backend and fails if it leaves a tensor behind. */
export async function withoutLeaks(body: () => Promise<void>): Promise<void> {
  await useBackend({ engine: "cpu" });
  const before = tf.memory().numTensors;
  await body();
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors left behind`);
}
