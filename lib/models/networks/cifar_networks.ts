/** The networks of a plain convolutional VAE for CIFAR-10, and for other images whose sides halve evenly. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { OptionError, parseOptions } from "../../options.ts";
import { conv2d, conv2dTranspose, dense, flatten, reshape } from "../layers.ts";
import { encoderOf, imageSize, layerSizes, type Networks, sharedOptions } from "./heads.ts";

export const cifarSchema = z.strictObject({
  ...sharedOptions,
  latentDim: sharedOptions.latentDim.default(128),
  inputShape: imageSize.default([32, 32, 3]),
  /** Filters of the encoder's convolutions; the decoder has the same, backwards. */
  filters: layerSizes.default([32, 64, 128]),
});

/**
 * Encoder: 3×3 convolutions of stride 2, padded, each halving the image, then dense. Decoder: dense, then transposed
 * 3×3 convolutions of stride 2, each doubling it, then one of stride 1 that ends in a number for each channel.
 *
 * @throws OptionError for an image of a size that cannot be halved so often
 */
export function cifarNetworks(options: z.input<typeof cifarSchema> = {}): Networks {
  const parsed = parseOptions(cifarSchema, options, "cifarNetworks");
  const { latentDim, inputShape, filters } = parsed;
  checkCifarSize(parsed);
  const [height, width, channels] = inputShape;
  const same = { kernelSize: 3, padding: "same" } as const;
  const strided = { ...same, strides: 2, activation: "relu" } as const;

  const encoder = encoderOf([
    ...filters.map((filters, i) =>
      conv2d({ ...strided, filters, name: `conv_${i + 1}`, ...(i === 0 ? { inputShape } : {}) })
    ),
    flatten({ name: "flatten" }),
  ], parsed);

  const factor = 2 ** filters.length, depth = filters.at(-1)!;
  const [rows, columns] = [height / factor, width / factor];
  const units = rows * columns * depth;
  const decoder = tf.sequential({
    name: "decoder",
    layers: [
      dense({ inputShape: [latentDim], units, activation: "relu", name: "dense_1" }),
      reshape({ targetShape: [rows, columns, depth], name: "reshape" }),
      ...filters.toReversed().map((filters, i) =>
        conv2dTranspose({ ...strided, filters, name: `deconv_${i + 1}` })
      ),
      conv2dTranspose({ ...same, filters: channels, name: "logits" }),
    ],
  });
  return { encoder, decoder };
}

/** @throws OptionError where the decoder would miss the image's size */
export function checkCifarSize(
  { inputShape: [height, width], filters }: z.output<typeof cifarSchema>,
): void {
  const factor = 2 ** filters.length;
  if (height % factor === 0 && width % factor === 0) return;
  throw new OptionError(
    `cifarNetworks: inputShape: expected a height and width divisible by ${factor} ` +
      `(the decoder doubles them ${filters.length} times), got ${height}×${width}`,
  );
}
