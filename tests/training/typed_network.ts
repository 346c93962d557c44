/** A network typed layer by layer, as in the README's example. */
import * as tf from "@tensorflow/tfjs";
import { createVae } from "../../lib/models/create_model.ts";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../../lib/models/layers.ts";
import type { Model } from "../../lib/models/model.ts";

/** The convolutional tutorial's layers as a reader types them. */
export function typedVae({ latentDim = 2, seed = 1 } = {}): Model {
  const encoder = tf.sequential({
    layers: [
      conv2d({
        inputShape: [28, 28, 1],
        filters: 32,
        kernelSize: 3,
        strides: 2,
        activation: "relu",
      }),
      conv2d({ filters: 64, kernelSize: 3, strides: 2, activation: "relu" }),
      flatten(),
      dense({ units: 2 * latentDim }),
    ],
  });
  const doubled = { kernelSize: 3, strides: 2, padding: "same", activation: "relu" } as const;
  const decoder = tf.sequential({
    layers: [
      dense({ inputShape: [latentDim], units: 7 * 7 * 32, activation: "relu" }),
      reshape({ targetShape: [7, 7, 32] }),
      conv2dTranspose({ filters: 64, ...doubled }),
      conv2dTranspose({ filters: 32, ...doubled }),
      conv2dTranspose({ filters: 1, kernelSize: 3, padding: "same" }),
    ],
  });
  return createVae({ encoder, decoder, likelihood: "bernoulli", seed });
}
