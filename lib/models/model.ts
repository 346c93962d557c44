/** An autoencoder or a VAE with the words of the field: encode, reparameterize, decode, sample. */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { applyModel } from "../compute/layers/layers.ts";
import { treatments } from "../data/batches.ts";
import { Hash } from "../hash.ts";
import type { Likelihood } from "../likelihoods/likelihood.ts";
import { likelihoods } from "../likelihoods/likelihoods.ts";
import { likelihoodNames, units, vaeLikelihoodNames } from "../likelihoods/units.ts";
import { aModel, aTensor, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { RandomStream } from "../random.ts";
import { withMarkdown } from "../rich.ts";
import { fitNetworks } from "./check_networks.ts";
import { layerMarkdown } from "./layer_table.ts";
import type { Networks } from "./networks/heads.ts";
import { drawWeights } from "./topology.ts";

/** What a model is, beside its networks; a run's `run.json` holds one. */
export const modelSchema = z.strictObject({
  /** What its runs are called. */
  name: z.string().regex(/^\w[\w.-]*$/, "expected letters, digits, and . _ - between them"),
  /** A variational autoencoder, or a plain one, whose code is a point. */
  kind: z.enum(["vae", "ae"]),
  /** What pixels are judged by, one of `lib/likelihoods/`; `mse` is for autoencoders only. */
  likelihood: z.enum(likelihoodNames),
  /** [height, width, channels] of an image. */
  inputShape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  latentDim: z.int().min(1),
  /** Of a conditional model: how many classes its networks are told one of. */
  classes: z.int().min(2).optional(),
  /** How grey bytes become its targets, where nobody says otherwise. */
  treatment: z.enum(treatments),
  /** Decides initial weights, shuffling and noise, each through a stream of its own. */
  seed: z.int(),
});
export type ModelConfig = z.output<typeof modelSchema>;

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

/** q(z|x) = N(mean, exp(logVar)), [batch, latentDim] each; an autoencoder's code has no variance. */
export interface Encoding {
  mean: tf.Tensor2D;
  logVar: tf.Tensor2D | null;
}

/**
 * z = mean + exp(logVar / 2) ⊙ eps: the random draw becomes an input, so that gradients reach mean
 * and logVar (Kingma & Welling 2013, section 2.4).
 *
 * @param eps draws from N(0, 1), [batch, latentDim]; gets no gradient
 * @returns [batch, latentDim], disposed by the caller
 */
export function reparameterize(
  mean: tf.Tensor2D,
  logVar: tf.Tensor2D,
  eps: tf.Tensor2D,
): tf.Tensor2D {
  requireArguments("reparameterize", {
    mean: [aTensor, mean],
    logVar: [aTensor, logVar],
    eps: [aTensor, eps],
  });
  return tf.customGrad((mean, logVar, save) => {
    const offset = (logVar as tf.Tensor).mul(0.5).exp().mul(eps);
    (save as tf.GradSaveFunc)([offset]);
    return {
      value: (mean as tf.Tensor).add(offset),
      // dz/d mean = 1, dz/d logVar = ½ exp(logVar / 2) ⊙ eps
      gradFunc: (dz: tf.Tensor, [offset]: tf.Tensor[]) => [dz.clone(), dz.mul(offset).mul(0.5)],
    };
  })(mean, logVar) as tf.Tensor2D;
}

/**
 * Encoder and decoder as one, made by `createVae` and `createAutoencoder`. Tensors it returns are the
 * caller's to dispose.
 */
export class Model {
  readonly config: ModelConfig;
  readonly encoder: tf.LayersModel;
  readonly decoder: tf.LayersModel;
  readonly likelihood: Likelihood;
  /** log of the likelihood's learned scale, [1] or [channels]: a weight like the networks'. */
  readonly logScale: tf.Variable<tf.Rank.R1> | null;
  #disposed = false;
  /** What `initialize` goes back to, where that is not the seed: the weights of both parts. */
  readonly #kept: Float32Array[] | null;

  /** @param options.keepWeights whether the networks' weights stay as they are */
  constructor(config: ModelConfig, networks: Networks, options: { keepWeights: boolean }) {
    this.config = config;
    this.encoder = networks.encoder;
    this.decoder = networks.decoder;
    this.likelihood = likelihoods[config.likelihood];
    const { scale } = this.likelihood, [, , channels] = config.inputShape;
    const first = scale && tf.fill<tf.Rank.R1>([scale.perChannel ? channels : 1], scale.initialLog);
    this.logScale = first && tf.variable(first);
    first?.dispose();
    const parts = [this.encoder, this.decoder];
    for (const part of parts) withMarkdown(part, () => layerMarkdown(part));
    withMarkdown(this, () => parts.map(layerMarkdown).join("\n\n"));
    this.#kept = options.keepWeights
      ? this.variables().map((variable) => variable.dataSync<"float32">().slice())
      : null;
    if (!this.#kept) this.initialize();
  }

  /** Where training begins: `seed`, or a hash of the weights that were kept. */
  startingPoint(): string {
    if (!this.#kept) return "seed";
    const hash = new Hash();
    for (const { buffer, byteOffset, byteLength } of this.#kept) {
      hash.bytes(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return `weights ${hash.text()}`;
  }

  /** Gives all weights the values that training begins with: the seed's, or those that were kept. */
  initialize(): void {
    if (this.#kept) {
      for (const [i, variable] of this.variables().entries()) {
        tf.tidy(() => variable.assign(tf.tensor(this.#kept![i], variable.shape)));
      }
      return;
    }
    drawWeights(this.encoder, new RandomStream(this.config.seed, "weights of the encoder"));
    drawWeights(this.decoder, new RandomStream(this.config.seed, "weights of the decoder"));
    const { logScale, likelihood: { scale } } = this;
    tf.tidy(() => logScale?.assign(tf.fill(logScale.shape, scale!.initialLog)));
  }

  /** Trainable weights of both parts, and the likelihood's scale. */
  get parameterCount(): number {
    return this.encoder.countParams() + this.decoder.countParams() + (this.logScale?.size ?? 0);
  }

  /** The trainable variables: the encoder's in the order of its layers, the decoder's, the likelihood's. */
  variables(): tf.Variable[] {
    const ofLayers = [this.encoder, this.decoder].flatMap((part) =>
      part.trainableWeights.map((weight) => weight.read() as tf.Variable)
    );
    return this.logScale ? [...ofLayers, this.logScale] : ofLayers;
  }

  /** The likelihood's learned scale as it is shown, [1] or [channels]; null where it learns none. */
  async scale(): Promise<number[] | null> {
    return this.logScale && Array.from(await this.logScale.data(), Math.exp);
  }

  /**
   * x [batch, height, width, channels] in [0, 1] → mean and log-variance, [batch, latentDim] each.
   *
   * @param y of a conditional model: the images' classes, one-hot, [batch, classes]
   * @throws OptionError where the images have another shape than the configuration's, or y is missing or too much
   */
  encode(x: tf.Tensor4D, y: tf.Tensor2D | null = null): Encoding {
    requireArguments("encode", { model: [aModel, this], x: [aTensor, x] });
    const [height, width, channels] = this.config.inputShape;
    if (x.rank !== 4 || x.shape.slice(1).join() !== this.config.inputShape.join()) {
      throw new OptionError(
        `encode: expected images of shape [batch, ${height}, ${width}, ${channels}], ` +
          `got [${x.shape.join(", ")}]`,
      );
    }
    const inputs = this.#withClass("encode", x, y);
    const outputs = applyModel(this.encoder, inputs, { inputGradient: false }) as tf.Tensor2D[];
    if (this.config.kind === "ae") return { mean: outputs[0], logVar: null };
    if (outputs.length === 2) return { mean: outputs[0], logVar: outputs[1] };
    const [mean, logVar] = tf.split(outputs[0], 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    outputs[0].dispose();
    return { mean, logVar };
  }

  /**
   * z [batch, latentDim] → the decoder's numbers, [batch, height, width, channels]: logits for most
   * likelihoods. The picture is `pixelMeans(z)`.
   *
   * @param y of a conditional model: the wished-for classes, one-hot, [batch, classes]
   * @throws OptionError where z has another width than latentDim, or y is missing or too much
   */
  decode(z: tf.Tensor2D, y: tf.Tensor2D | null = null): tf.Tensor4D {
    requireArguments("decode", { model: [aModel, this], z: [aTensor, z] });
    if (z.rank !== 2 || z.shape[1] !== this.config.latentDim) {
      throw new OptionError(
        `decode: expected z of shape [batch, ${this.config.latentDim}], got [${
          z.shape.join(", ")
        }]`,
      );
    }
    const inputs = this.#withClass("decode", z, y);
    const [outputs] = applyModel(this.decoder, inputs, { inputGradient: true }) as tf.Tensor4D[];
    return outputs;
  }

  #withClass(where: string, first: tf.Tensor, y: tf.Tensor2D | null): tf.Tensor[] {
    const { classes } = this.config;
    const wanted = classes ? `[${first.shape[0]}, ${classes}]` : "none";
    const got = y ? `[${y.shape.join(", ")}]` : "none";
    if (wanted !== got) {
      const why = classes ? "the model is conditional on the class" : "it is not conditional";
      throw new OptionError(`${where}: y: expected ${wanted}, as ${why}, got ${got}`);
    }
    return y ? [first, y] : [first];
  }

  /** E[x|z], the picture that a code stands for: [batch, height, width, channels], in [0, 1]. */
  pixelMeans(z: tf.Tensor2D, y: tf.Tensor2D | null = null): tf.Tensor4D {
    return tf.tidy(() => this.likelihood.mean(this.decode(z, y)) as tf.Tensor4D);
  }

  /**
   * −log p(x|z) by the model's likelihood, summed over pixels, in nats; for `mse` the mean squared error.
   *
   * @param z [batch, latentDim]
   * @param x treated pixels, [batch, height, width, channels]
   * @param y of a conditional model: the images' classes, one-hot, [batch, classes]
   * @returns [batch]
   */
  nll(z: tf.Tensor2D, x: tf.Tensor4D, y: tf.Tensor2D | null = null): tf.Tensor1D {
    return tf.tidy(() => this.likelihood.nll(this.decode(z, y), x, this.logScale));
  }

  /** Pixel means decoded from draws of the prior: [n, height, width, channels]; 100 by default. */
  sample(eps?: tf.Tensor2D, y: tf.Tensor2D | null = null): tf.Tensor4D {
    return tf.tidy(() => {
      const { seed, latentDim } = this.config;
      const z = eps ??
        tf.tensor2d(new RandomStream(seed, "prior").normals(100 * latentDim), [100, latentDim]);
      return this.pixelMeans(z, y);
    });
  }

  /** Pixel means of x through its code: drawn with `eps` where given, else the code's mean. */
  reconstruct(x: tf.Tensor4D, eps?: tf.Tensor2D, y: tf.Tensor2D | null = null): tf.Tensor4D {
    return tf.tidy(() => {
      const { mean, logVar } = this.encode(x, y);
      const z = eps && logVar ? reparameterize(mean, logVar, eps) : mean;
      return this.pixelMeans(z, y);
    });
  }

  /** Whether its weights have been released. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Releases all weights; a second time there is nothing to release. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.encoder.dispose();
    this.decoder.dispose();
    this.logScale?.dispose();
  }
}

/**
 * A VAE of any two networks: encoder x → 2·latentDim (mean beside log-variance, or two outputs), decoder
 * z → logits, or what else its likelihood asks for. latentDim and the image's shape are read off them. Their weights are drawn anew, each by its
 * initializer, from `seed`; from then on they are the model's.
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
 * import { createVae } from "./model.ts";
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
