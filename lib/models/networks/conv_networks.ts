/** The networks of TensorFlow's convolutional VAE tutorial. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { OptionError, parseOptions } from "../../options.ts";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../layers.ts";
import { encoderOf, layerSizes, type Networks, sharedOptions } from "./heads.ts";

export const convSchema = z.strictObject({
  ...sharedOptions,
  /** Filters of the encoder's convolutions; the decoder has the same, backwards. */
  filters: layerSizes.default([32, 64]),
});

/**
 * Encoder: 3×3 convolutions of stride 2 without padding, then dense. Decoder: dense, then transposed
 * 3×3 convolutions of stride 2, then one of stride 1 that ends in logits.
 *
 * (https://www.tensorflow.org/tutorials/generative/cvae; with separate heads and 50 latents the
 * convolutional half of “dense against convolutional”.)
 *
 * @throws OptionError for an image of a size that the layers cannot halve or double
 */
export function convNetworks(options: z.input<typeof convSchema> = {}): Networks {
  const parsed = parseOptions(convSchema, options, "convNetworks");
  const { latentDim, inputShape, filters } = parsed;
  checkConvSize(parsed);
  const [height, width, channels] = inputShape;
  const halved = { kernelSize: 3, strides: 2, activation: "relu" } as const;
  const doubled = { ...halved, padding: "same" } as const;

  const encoder = encoderOf([
    ...filters.map((filters, i) =>
      conv2d({ ...halved, filters, name: `conv_${i + 1}`, ...(i === 0 ? { inputShape } : {}) })
    ),
    flatten({ name: "flatten" }),
  ], parsed);

  const factor = 2 ** filters.length;
  const [rows, columns, depth] = [height / factor, width / factor, filters[0]];
  const units = rows * columns * depth;
  const decoder = tf.sequential({
    name: "decoder",
    layers: [
      dense({ inputShape: [latentDim], units, activation: "relu", name: "dense_1" }),
      reshape({ targetShape: [rows, columns, depth], name: "reshape" }),
      ...filters.toReversed().map((filters, i) =>
        conv2dTranspose({ ...doubled, filters, name: `deconv_${i + 1}` })
      ),
      conv2dTranspose({ filters: channels, kernelSize: 3, padding: "same", name: "logits" }),
    ],
  });
  return { encoder, decoder };
}

/** @throws OptionError where the encoder would use the image up, or the decoder misses its size */
export function checkConvSize(
  { inputShape: [height, width], filters }: z.output<typeof convSchema>,
): void {
  const times = filters.length;
  // What a 3×3 convolution of stride 2 makes one pixel of is at least three pixels wide.
  let least = 1;
  for (let i = 0; i < times; i++) least = 2 * least + 1;
  const factor = 2 ** times;
  const got = `got ${height}×${width}`;
  if (height < least || width < least) {
    throw new OptionError(
      `convNetworks: inputShape: expected at least ${least}×${least} pixels, ${got}: ` +
        `the encoder's layer conv_${times} would have nothing left to look at`,
    );
  }
  if (height % factor || width % factor) {
    throw new OptionError(
      `convNetworks: inputShape: expected a height and width divisible by ${factor} ` +
        `(the decoder doubles them ${times} times), ${got}`,
    );
  }
}
