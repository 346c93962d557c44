/** Models of any two networks: what fits together, and with which likelihood. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { likelihoods } from "../likelihoods/likelihoods.ts";
import { units, vaeLikelihoodNames } from "../likelihoods/units.ts";
import { OptionError, parseOptions } from "../options.ts";
import { fitNetworks } from "./check_networks.ts";
import { Model } from "./model.ts";
import { type ModelConfig, modelSchema } from "./model_config.ts";

const network = z.custom<tf.LayersModel>(
  (value) => value instanceof tf.LayersModel,
  "expected a tf.LayersModel, as `tf.sequential` and `tf.model` make them",
);
const shared = {
  encoder: network,
  decoder: network,
  seed: modelSchema.shape.seed.default(1),
  /** Whether training begins with the weights that the networks have now, instead of the seed's. */
  keepWeights: z.boolean().default(false),
};
const vaeSchema = z.strictObject({
  ...shared,
  name: modelSchema.shape.name.default("vae"),
  likelihood: z.enum(vaeLikelihoodNames).default("bernoulli"),
  /** The likelihood's first by default. */
  treatment: modelSchema.shape.treatment.optional(),
});
const autoencoderSchema = z.strictObject({
  ...shared,
  name: modelSchema.shape.name.default("autoencoder"),
  likelihood: modelSchema.shape.likelihood.default("mse"),
  treatment: modelSchema.shape.treatment.default("grey"),
});
export type VaeOptions = z.input<typeof vaeSchema>;
export type AutoencoderOptions = z.input<typeof autoencoderSchema>;

/**
 * A VAE of any two networks: encoder x → 2·latentDim (mean beside log-variance, or two outputs), decoder
 * z → logits, or what else its likelihood asks for. latentDim and the image's shape are read off them. Their weights
 * are drawn anew, each by its initializer, from `seed`; from then on they are the model's.
 *
 * Networks with a second input, encoder [x, y] and decoder [z, y], make a conditional VAE: y [batch, classes] is an
 * image's class, one-hot. Training, encoding and decoding take it from the labels of images and codes.
 *
 * @throws OptionError naming the end that does not fit, or the layer that cannot be trained
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { dense, flatten, reshape } from "./layers.ts";
 * import { createVae } from "./create_model.ts";
 *
 * const encoder = tf.sequential({
 *   layers: [flatten({ inputShape: [28, 28, 1] }), dense({ units: 4 })],
 * });
 * const decoder = tf.sequential({
 *   layers: [dense({ inputShape: [2], units: 784 }), reshape({ targetShape: [28, 28, 1] })],
 * });
 * const model = createVae({ encoder, decoder, likelihood: "bernoulli", seed: 1 });
 * ```
 */
export function createVae(options: VaeOptions): Model {
  return build("vae", parseOptions(vaeSchema, options, "createVae"), "createVae");
}

/**
 * As `createVae`, for a plain autoencoder: encoder x → latentDim, no noise and no KL.
 *
 * @throws OptionError naming the end that does not fit, or the layer that cannot be trained
 */
export function createAutoencoder(options: AutoencoderOptions): Model {
  return build(
    "ae",
    parseOptions(autoencoderSchema, options, "createAutoencoder"),
    "createAutoencoder",
  );
}

const oneOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" or ");

/** @throws OptionError where a likelihood does not go with the model's kind, or with how pixels are treated */
export function checkLikelihood(
  { kind, likelihood, treatment }: Pick<ModelConfig, "kind" | "likelihood" | "treatment">,
  where: string,
): void {
  const { treatments } = likelihoods[likelihood];
  if (kind === "vae" && likelihood === "mse") {
    throw new OptionError(
      `${where}: likelihood: expected ${oneOf(vaeLikelihoodNames)} for kind "vae", ` +
        `got "${likelihood}"`,
    );
  }
  if (!treatments.includes(treatment)) {
    throw new OptionError(
      `${where}: treatment: expected ${oneOf(treatments)}, which the ${
        units[likelihood].title
      } is made for, ` +
        `got "${treatment}"`,
    );
  }
}

type Parsed = z.output<typeof vaeSchema> | z.output<typeof autoencoderSchema>;

function build(kind: "vae" | "ae", parsed: Parsed, where: string): Model {
  const { encoder, decoder, keepWeights, ...rest } = parsed;
  const { treatments, numbersPerValue } = likelihoods[rest.likelihood];
  const { treatment = treatments[0] } = rest;
  checkLikelihood({ kind, likelihood: rest.likelihood, treatment }, where);
  const fit = fitNetworks({ encoder, decoder }, { kind, numbersPerValue }, where);
  const config = { ...rest, treatment, kind, ...fit };
  return new Model(config, { encoder, decoder }, { keepWeights });
}
