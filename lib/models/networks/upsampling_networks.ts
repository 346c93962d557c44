/** The networks of the convolutional autoencoder that decodes by upsampling. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { OptionError, parseOptions } from "../../options.ts";
import { conv2d, dense, flatten, reshape, upSampling2d } from "../layers.ts";
import { encoderOf, layerSizes, type Networks, sharedOptions } from "./heads.ts";

export const upsamplingSchema = z.strictObject({
  ...sharedOptions,
  kind: z.enum(["vae", "ae"]).default("ae"),
  latentDim: z.int().min(1).default(10),
  /** Filters of the encoder's convolutions; the first and then every other one halves the image. */
  filters: layerSizes.default([8, 8, 8, 8]),
  /** Filters of the decoder's convolutions, one for each doubling of the image. */
  decoderFilters: layerSizes.default([64, 32]),
});

/**
 * Encoder: 3×3 convolutions, strides 2, 1, 2, 1, then dense. Decoder: dense, then pairs of a 3×3
 * convolution and nearest upsampling, then a convolution that ends in logits.
 *
 * (after D. Foster, _Generative Deep Learning_, 2nd ed., chapter 3)
 *
 * @throws OptionError for an image whose size the decoder's doublings do not reach
 */
export function upsamplingNetworks(options: z.input<typeof upsamplingSchema> = {}): Networks {
  const parsed = parseOptions(upsamplingSchema, options, "upsamplingNetworks");
  const { latentDim, inputShape, filters, decoderFilters } = parsed;
  checkUpsamplingSize(parsed);
  const doublings = Math.ceil(filters.length / 2);
  const [height, width, channels] = inputShape;
  const same = { kernelSize: 3, padding: "same" } as const;
  const relu = { ...same, activation: "relu" } as const;

  const encoder = encoderOf([
    ...filters.map((filters, i) =>
      conv2d({
        ...relu,
        filters,
        strides: i % 2 === 0 ? 2 : 1,
        name: `conv_${i + 1}`,
        ...(i === 0 ? { inputShape } : {}),
      })
    ),
    flatten({ name: "flatten" }),
  ], parsed);

  const factor = 2 ** doublings;
  const [rows, columns, depth] = [height / factor, width / factor, decoderFilters[0]];
  const units = rows * columns * depth;
  const decoder = tf.sequential({
    name: "decoder",
    layers: [
      dense({ inputShape: [latentDim], units, activation: "relu", name: "dense_1" }),
      reshape({ targetShape: [rows, columns, depth], name: "reshape" }),
      ...decoderFilters.flatMap((filters, i) => [
        conv2d({ ...relu, filters, name: `conv_${i + 1}` }),
        upSampling2d({ size: [2, 2], name: `upsample_${i + 1}` }),
      ]),
      conv2d({ ...same, filters: channels, name: "logits" }),
    ],
  });
  return { encoder, decoder };
}

/** @throws OptionError where the decoder misses the image's size */
export function checkUpsamplingSize(
  { inputShape: [height, width], filters, decoderFilters }: z.output<typeof upsamplingSchema>,
): void {
  const doublings = Math.ceil(filters.length / 2), given = decoderFilters.length;
  const factor = 2 ** doublings;
  if (height % factor || width % factor) {
    throw new OptionError(
      `upsamplingNetworks: inputShape: expected a height and width divisible by ${factor} ` +
        `(the decoder doubles them ${doublings} times), got ${height}×${width}`,
    );
  }
  if (given !== doublings) {
    throw new OptionError(
      `upsamplingNetworks: decoderFilters: expected ${doublings} entries, one for each doubling ` +
        `of the image, got ${given}`,
    );
  }
}
