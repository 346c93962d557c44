/** What the tutorials' networks share: options, and how an encoder ends. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { concatenate, dense } from "../layers.ts";

/** The two halves of an autoencoder, from image to code and from code to image. */
export interface Networks {
  /** x [batch, height, width, channels] → mean beside log-variance [batch, 2·latentDim], or the code. */
  encoder: tf.LayersModel;
  /** z [batch, latentDim] → logits [batch, height, width, channels]. */
  decoder: tf.LayersModel;
}

/** Sizes of layers, at least one. */
export const layerSizes = z.array(z.int().min(1)).min(1);

/** [height, width, channels] of an image. */
export const imageSize = z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]);

export const sharedOptions = {
  /** What the encoder ends in: mean and log-variance for a VAE, the code alone for an autoencoder. */
  kind: z.enum(["vae", "ae"]).default("vae"),
  latentDim: z.int().min(1).default(2),
  inputShape: imageSize.default([28, 28, 1]),
  /** One dense head of 2·latentDim, split, or one each for mean and log-variance. */
  heads: z.enum(["joint", "separate"]).default("joint"),
};

/** The layers below, and above them the dense head or heads that a model's kind asks for. */
export function encoderOf(
  trunk: tf.layers.Layer[],
  { kind, latentDim, heads }: { kind: "vae" | "ae"; latentDim: number; heads: string },
): tf.LayersModel {
  const name = "encoder";
  if (kind === "ae") {
    return tf.sequential({ name, layers: [...trunk, dense({ units: latentDim, name: "code" })] });
  }
  if (heads === "joint") {
    const moments = dense({ units: 2 * latentDim, name: "moments" });
    return tf.sequential({ name, layers: [...trunk, moments] });
  }
  const below = tf.sequential({ layers: trunk });
  const h = below.outputs[0];
  const mean = dense({ units: latentDim, name: "mean" }).apply(h) as tf.SymbolicTensor;
  const logVar = dense({ units: latentDim, name: "log_variance" }).apply(h) as tf.SymbolicTensor;
  const both = concatenate({ name: "moments" }).apply([mean, logVar]) as tf.SymbolicTensor;
  return tf.model({ name, inputs: below.inputs, outputs: both });
}
