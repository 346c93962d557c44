/** Residual networks around a plane of latents: a VAE that keeps where things are in an image. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { OptionError, parseOptions } from "../../options.ts";
import { add, concatenate, conv2d, conv2dTranspose, flatten, reshape } from "../layers.ts";
import { imageSize, type Networks } from "./heads.ts";

export const residualSchema = z.strictObject({
  kind: z.literal("vae").default("vae"),
  inputShape: imageSize.default([32, 32, 3]),
  /** Latents at each place of a plane that has a quarter of the image's height and width. */
  latentChannels: z.int().min(1).default(16),
  /** Filters at that size; half of them at twice the size. */
  planeFilters: z.int().min(2).multipleOf(2).default(64),
  /** Residual blocks on each side. */
  blocks: z.int().min(0).default(2),
});

/**
 * Encoder: two 4×4 convolutions of stride 2, residual blocks, then 1×1 convolutions for mean and log-variance at each
 * place. Decoder: the same backwards. In the manner of the plain VAE of van den Oord, Vinyals & Kavukcuoglu (2017,
 * arXiv 1711.00937, section 4.1); a block is x + conv(relu(conv(relu(x)))) (He et al. 2016, arXiv 1603.05027).
 *
 * latentDim is height/4 · width/4 · latentChannels.
 *
 * @throws OptionError for an image whose sides are no multiples of 4
 */
export function residualNetworks(options: z.input<typeof residualSchema> = {}): Networks {
  const parsed = parseOptions(residualSchema, options, "residualNetworks");
  const { inputShape, latentChannels, planeFilters: filters, blocks } = parsed;
  checkResidualSize(parsed);
  const [height, width, channels] = inputShape, half = filters / 2;
  const plane = [height / 4, width / 4, latentChannels];
  const strided = { kernelSize: 4, strides: 2, padding: "same" } as const;

  const x = tf.input({ shape: inputShape, name: "image" });
  const seen = through(x, [
    conv2d({ ...strided, filters: half, activation: "relu", name: "conv_1" }),
    conv2d({ ...strided, filters, name: "conv_2" }),
  ]);
  const h = residual(seen, filters, blocks);
  const head = (name: string) =>
    through(h, [
      conv2d({ filters: latentChannels, kernelSize: 1, name }),
      flatten({ name: `${name}_flat` }),
    ]);
  const moments = concatenate({ name: "moments" })
    .apply([head("mean"), head("log_variance")]) as tf.SymbolicTensor;

  const latentDim = plane.reduce((a, b) => a * b);
  const code = tf.input({ shape: [latentDim], name: "code" });
  const begun = through(code, [
    reshape({ targetShape: plane, name: "plane" }),
    conv2d({ filters, kernelSize: 3, padding: "same", name: "conv_1" }),
  ]);
  const drawn = through(residual(begun, filters, blocks), [
    conv2dTranspose({ ...strided, filters: half, name: "deconv_1" }),
  ]);
  const logits = through(residual(drawn, half, 1), [
    conv2dTranspose({ ...strided, filters: channels, name: "logits" }),
  ]);
  return {
    encoder: tf.model({ name: "encoder", inputs: x, outputs: moments }),
    decoder: tf.model({ name: "decoder", inputs: code, outputs: logits }),
  };
}

const through = (input: tf.SymbolicTensor, layers: tf.layers.Layer[]) =>
  layers.reduce((h, layer) => layer.apply(h) as tf.SymbolicTensor, input);

/** `count` blocks, each of which adds something to what it is given, and a relu at the end. */
function residual(h: tf.SymbolicTensor, filters: number, count: number): tf.SymbolicTensor {
  const same = { filters, kernelSize: 3, padding: "same" } as const;
  const relu = () => tf.layers.activation({ activation: "relu" });
  for (let i = 0; i < count; i++) {
    const more = through(h, [relu(), conv2d({ ...same, activation: "relu" }), conv2d(same)]);
    h = add().apply([h, more]) as tf.SymbolicTensor;
  }
  return through(h, [relu()]);
}

/** @throws OptionError where the image cannot be halved twice */
export function checkResidualSize(
  { inputShape: [height, width] }: Pick<z.output<typeof residualSchema>, "inputShape">,
): void {
  if (height % 4 === 0 && width % 4 === 0) return;
  throw new OptionError(
    "residualNetworks: inputShape: expected a height and width divisible by 4, " +
      `got ${height}×${width}`,
  );
}
