/** An autoencoder or a VAE with the words of the field: encode, reparameterize, decode, sample. */
import * as tf from "@tensorflow/tfjs";
import { applyModel } from "../compute/layers/layers.ts";
import { Hash } from "../hash.ts";
import type { Likelihood } from "../likelihoods/likelihood.ts";
import { likelihoods } from "../likelihoods/likelihoods.ts";
import { aModel, aTensor, requireArguments } from "../kinds.ts";
import { OptionError } from "../options.ts";
import { RandomStream } from "../random.ts";
import { withMarkdown } from "../rich.ts";
import { layerMarkdown } from "./layer_table.ts";
import type { ModelConfig } from "./model_config.ts";
import type { Networks } from "./networks/heads.ts";
import { drawWeights } from "./topology.ts";

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
 * Encoder and decoder as one, made by `createVae` and `createAutoencoder` (`create_model.ts`). Tensors it returns are the
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
  #kept: Float32Array[] | null = null;

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
    if (options.keepWeights) this.keepWeights();
    else this.initialize();
  }

  /** Makes the weights as they are now those that training begins with. */
  keepWeights(): void {
    this.#kept = this.variables().map((variable) => variable.dataSync<"float32">().slice());
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
    const { kind, latentDim } = this.config;
    const outputs = applyModel(this.encoder, inputs, {
      inputGradient: false,
      apart: kind === "vae",
    }) as tf.Tensor2D[];
    const [mean, logVar] = outputs;
    if (kind === "ae") return { mean, logVar: null };
    if (outputs.length === 2 && mean.shape[1] === latentDim) return { mean, logVar };
    return tf.tidy(() => {
      const [mean, logVar] = tf.split(tf.concat(outputs, 1), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      outputs.forEach((output) => output.dispose());
      return { mean, logVar };
    });
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
