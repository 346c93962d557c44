/** The networks of Keras's dense VAE, 784-256-2-256-784, and of the one with 64 units and latents. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { parseOptions } from "../../options.ts";
import { dense, flatten, reshape } from "../layers.ts";
import { encoderOf, layerSizes, type Networks, sharedOptions } from "./heads.ts";

export const denseSchema = z.strictObject({
  ...sharedOptions,
  /** Units of the encoder's hidden layers; the decoder has the same, backwards. */
  hiddenUnits: layerSizes.default([256]),
});

/** Dense layers with relu on both sides of the code; every pixel is joined to every unit. */
export function denseNetworks(options: z.input<typeof denseSchema> = {}): Networks {
  const parsed = parseOptions(denseSchema, options, "denseNetworks");
  const { latentDim, inputShape, hiddenUnits } = parsed;

  const encoder = encoderOf([
    flatten({ inputShape, name: "flatten" }),
    ...hiddenUnits.map((units, i) => dense({ units, activation: "relu", name: `dense_${i + 1}` })),
  ], parsed);

  const decoder = tf.sequential({
    name: "decoder",
    layers: [
      ...hiddenUnits.toReversed().map((units, i) =>
        dense({
          units,
          activation: "relu",
          name: `dense_${i + 1}`,
          ...(i === 0 ? { inputShape: [latentDim] } : {}),
        })
      ),
      dense({ units: inputShape.reduce((a, b) => a * b), name: "pixels" }),
      reshape({ targetShape: inputShape, name: "logits" }),
    ],
  });
  return { encoder, decoder };
}
