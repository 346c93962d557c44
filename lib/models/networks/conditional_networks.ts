/** The networks of a dense VAE that is told the class: of the image it encodes, and of the one it is to draw. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { parseOptions } from "../../options.ts";
import { concatenate, dense, flatten, reshape } from "../layers.ts";
import { layerSizes, type Networks, sharedOptions } from "./heads.ts";

export const conditionalSchema = z.strictObject({
  kind: z.literal("vae").default("vae"),
  latentDim: sharedOptions.latentDim,
  inputShape: sharedOptions.inputShape,
  /** Units of the encoder's hidden layers; the decoder has the same, backwards. */
  hiddenUnits: layerSizes.default([256]),
  /** How many classes there are: y has a number for each, 1 for its own and 0 for the others. */
  classes: z.int().min(2).default(10),
});

type Tensor = tf.SymbolicTensor;

/**
 * As `denseNetworks`, with the class y beside the image and beside the code (Sohn, Lee & Yan 2015, Learning Structured
 * Output Representation using Deep Conditional Generative Models): q(z|x, y) and p(x|z, y).
 */
export function conditionalNetworks(options: z.input<typeof conditionalSchema> = {}): Networks {
  const parsed = parseOptions(conditionalSchema, options, "conditionalNetworks");
  const { latentDim, inputShape, hiddenUnits, classes } = parsed;
  const beside = (first: Tensor, y: Tensor) => concatenate().apply([first, y]) as Tensor;
  const through = (input: Tensor, layers: tf.layers.Layer[]) =>
    layers.reduce((h, layer) => layer.apply(h) as Tensor, input);
  const hidden = (units: number, i: number) =>
    dense({ units, activation: "relu", name: `dense_${i + 1}` });

  const x = tf.input({ shape: inputShape, name: "image" });
  const seen = tf.input({ shape: [classes], name: "class" });
  const moments = through(beside(flatten({ name: "flatten" }).apply(x) as Tensor, seen), [
    ...hiddenUnits.map(hidden),
    dense({ units: 2 * latentDim, name: "moments" }),
  ]);

  const z = tf.input({ shape: [latentDim], name: "code" });
  const wished = tf.input({ shape: [classes], name: "class" });
  const logits = through(beside(z, wished), [
    ...hiddenUnits.toReversed().map(hidden),
    dense({ units: inputShape.reduce((a, b) => a * b), name: "pixels" }),
    reshape({ targetShape: inputShape, name: "logits" }),
  ]);
  return {
    encoder: tf.model({ name: "encoder", inputs: [x, seen], outputs: moments }),
    decoder: tf.model({ name: "decoder", inputs: [z, wished], outputs: logits }),
  };
}
