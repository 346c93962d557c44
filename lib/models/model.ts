/** An autoencoder or a VAE with the words of the field: encode, reparameterize, decode, sample. */
import * as tf from "@tensorflow/tfjs";
import { applyModel } from "../compute/layers.ts";
import { OptionError } from "../options.ts";
import { RandomStream } from "../random.ts";
import { withMarkdown } from "../rich.ts";
import { buildDecoder, buildEncoder } from "./autoencoder.ts";
import { layerMarkdown } from "./layer_table.ts";
import { checkConfig, type ModelConfig } from "./presets.ts";

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

/** Encoder and decoder with one configuration. Tensors it returns are the caller's to dispose. */
export class Model {
  readonly config: ModelConfig;
  readonly encoder: tf.LayersModel;
  readonly decoder: tf.LayersModel;

  constructor(config: ModelConfig) {
    this.config = checkConfig(config);
    this.encoder = buildEncoder(this.config);
    this.decoder = buildDecoder(this.config);
    const parts = [this.encoder, this.decoder];
    for (const part of parts) withMarkdown(part, () => layerMarkdown(part));
    withMarkdown(this, () => parts.map(layerMarkdown).join("\n\n"));
  }

  /** Trainable weights of both parts. */
  get parameterCount(): number {
    return this.encoder.countParams() + this.decoder.countParams();
  }

  /** The trainable variables, the encoder's first, in the order of the layers. */
  variables(): tf.Variable[] {
    return [this.encoder, this.decoder].flatMap((part) =>
      part.trainableWeights.map((weight) => weight.read() as tf.Variable)
    );
  }

  /**
   * x [batch, height, width, channels] in [0, 1] → mean and log-variance, [batch, latentDim] each.
   *
   * @throws OptionError where the images have another shape than the configuration's
   */
  encode(x: tf.Tensor4D): Encoding {
    const [height, width, channels] = this.config.inputShape;
    if (x.rank !== 4 || x.shape.slice(1).join() !== this.config.inputShape.join()) {
      throw new OptionError(
        `encode: expected images of shape [batch, ${height}, ${width}, ${channels}], ` +
          `got [${x.shape.join(", ")}]`,
      );
    }
    const [code] = applyModel(this.encoder, x, { inputGradient: false }) as tf.Tensor2D[];
    if (this.config.kind === "ae") return { mean: code, logVar: null };
    const [mean, logVar] = tf.split(code, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    code.dispose();
    return { mean, logVar };
  }

  /**
   * z [batch, latentDim] → logits [batch, height, width, channels]; with `applySigmoid` the pixel
   * means, in [0, 1].
   *
   * @throws OptionError where z has another width than latentDim
   */
  decode(z: tf.Tensor2D, options: { applySigmoid?: boolean } = {}): tf.Tensor4D {
    if (z.rank !== 2 || z.shape[1] !== this.config.latentDim) {
      throw new OptionError(
        `decode: expected z of shape [batch, ${this.config.latentDim}], got [${
          z.shape.join(", ")
        }]`,
      );
    }
    return tf.tidy(() => {
      const [logits] = applyModel(this.decoder, z, { inputGradient: true }) as tf.Tensor4D[];
      return options.applySigmoid ? logits.sigmoid() : logits;
    });
  }

  /** Pixel means decoded from draws of the prior: [n, height, width, channels]; 100 by default. */
  sample(eps?: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const { seed, latentDim } = this.config;
      const z = eps ??
        tf.tensor2d(new RandomStream(seed, "prior").normals(100 * latentDim), [100, latentDim]);
      return this.decode(z, { applySigmoid: true });
    });
  }

  /** Pixel means of x through its code: drawn with `eps` where given, else the code's mean. */
  reconstruct(x: tf.Tensor4D, eps?: tf.Tensor2D): tf.Tensor4D {
    return tf.tidy(() => {
      const { mean, logVar } = this.encode(x);
      const z = eps && logVar ? reparameterize(mean, logVar, eps) : mean;
      return this.decode(z, { applySigmoid: true });
    });
  }

  /** Releases the weights of both parts. */
  dispose(): void {
    this.encoder.dispose();
    this.decoder.dispose();
  }
}

/**
 * Builds a model with freshly drawn weights (Glorot & Bengio 2010, uniform, as Keras does).
 *
 * @throws OptionError where the configuration cannot be built
 */
export function createModel(config: ModelConfig): Model {
  return new Model(config);
}
