/** One preset per tutorial. A reader starts from one and changes a field. */
import { z } from "zod";
import { OptionError, parseOptions } from "../options.ts";
import { treatments } from "../data/dataset.ts";

const layerSizes = z.array(z.int().min(1)).min(1);

/** Everything that defines a model and how it is trained; a run's `run.json` holds one. */
export const modelSchema = z.strictObject({
  /** The preset it started from. */
  preset: z.string(),
  /** A variational autoencoder, or a plain one, whose code is a point. */
  kind: z.enum(["vae", "ae"]),
  /** `conv`: transposed convolutions decode. `upsampling`: nearest upsampling, then convolution. */
  architecture: z.enum(["conv", "dense", "upsampling"]),
  /** [height, width, channels] of an image. */
  inputShape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  latentDim: z.int().min(1),
  /** Filters of the encoder's convolutions (unused by `dense`). */
  filters: layerSizes,
  /** Filters of the decoder's hidden convolutions; null mirrors the encoder's. */
  decoderFilters: layerSizes.nullable(),
  /** Units of the encoder's dense layers, mirrored in the decoder (`dense` only). */
  hiddenUnits: layerSizes,
  /** One dense head of 2·latentDim, split, or one each for mean and log-variance. */
  heads: z.enum(["joint", "separate"]),
  /** Decides initial weights, shuffling and noise, each through a stream of its own. */
  seed: z.int(),
  treatment: z.enum(treatments),
  /** VAE: `monte-carlo` or `analytic` KL. AE: `mse` of the pixel means, or `bce` from logits. */
  objective: z.enum(["monte-carlo", "analytic", "mse", "bce"]),
  /** Weight of the KL term (Higgins et al. 2017); reported numbers stay unweighted. */
  beta: z.number().min(0),
  /** Epochs over which the KL weight grows linearly from 0 to `beta` (Bowman et al. 2016). */
  klWarmupEpochs: z.number().min(0),
  /** Standard deviation of Gaussian noise on the encoder's input; the target stays clean. */
  inputNoise: z.number().min(0),
  optimizer: z.enum(["adam", "rmsprop"]),
  learningRate: z.number().positive(),
  batchSize: z.int().min(1),
  dropRemainder: z.boolean(),
  epochs: z.int().min(0),
  /** Epochs without a better test loss before training stops early; null never does. */
  patience: z.int().min(1).nullable(),
  /** Whether training ends with the weights of the epoch with the best test loss. */
  keepBest: z.boolean(),
});

/** A parsed configuration of model and training. */
export type ModelConfig = z.infer<typeof modelSchema>;

const convVae: ModelConfig = {
  preset: "conv-vae",
  kind: "vae",
  architecture: "conv",
  inputShape: [28, 28, 1],
  latentDim: 2,
  filters: [32, 64],
  decoderFilters: null,
  hiddenUnits: [256],
  heads: "joint",
  seed: 1,
  treatment: "threshold",
  objective: "monte-carlo",
  beta: 1,
  klWarmupEpochs: 0,
  inputNoise: 0,
  optimizer: "adam",
  learningRate: 1e-4,
  batchSize: 32,
  dropRemainder: false,
  epochs: 10,
  patience: null,
  keepBest: false,
};

const convAe: ModelConfig = {
  ...convVae,
  preset: "conv-ae-10",
  kind: "ae",
  architecture: "upsampling",
  latentDim: 10,
  filters: [8, 8, 8, 8],
  decoderFilters: [64, 32],
  treatment: "grey",
  objective: "mse",
  optimizer: "rmsprop",
  learningRate: 3e-4,
  batchSize: 64,
  dropRemainder: true,
  epochs: 100,
  patience: 5,
  keepBest: true,
};

/**
 * The presets: `conv-vae` (TensorFlow's tutorial, and Keras's variant of it), `dense-vae` (Keras,
 * 784-256-2), `dense-vae-64` and `conv-vae-50` (dense against convolutional at larger latent
 * sizes), `conv-ae-10` and `conv-ae-2` (the convolutional autoencoder with upsampling).
 */
export const presets = {
  "conv-vae": convVae,
  "dense-vae": {
    ...convVae,
    preset: "dense-vae",
    architecture: "dense",
    heads: "separate",
    treatment: "grey",
    objective: "analytic",
    optimizer: "rmsprop",
    learningRate: 1e-3,
    batchSize: 100,
    epochs: 50,
  },
  "dense-vae-64": {
    ...convVae,
    preset: "dense-vae-64",
    architecture: "dense",
    latentDim: 64,
    hiddenUnits: [64],
    heads: "separate",
    epochs: 100,
  },
  "conv-vae-50": {
    ...convVae,
    preset: "conv-vae-50",
    latentDim: 50,
    heads: "separate",
    epochs: 50,
  },
  "conv-ae-10": convAe,
  "conv-ae-2": { ...convAe, preset: "conv-ae-2", latentDim: 2, learningRate: 1e-3, epochs: 50 },
} as const satisfies Record<string, ModelConfig>;

export type PresetName = keyof typeof presets;

/**
 * A preset with some fields changed.
 *
 * @throws OptionError naming field, value, what was wanted and the nearest valid spelling
 *
 * @example
 * ```ts
 * const config = preset("conv-vae", { latentDim: 10, seed: 3 });
 * ```
 */
export function preset(name: PresetName, changes: Partial<ModelConfig> = {}): ModelConfig {
  parseOptions(z.object({ preset: z.enum(Object.keys(presets)) }), { preset: name }, "preset");
  const fields = Object.fromEntries(Object.entries(changes).filter(([, v]) => v !== undefined));
  return checkConfig({ ...presets[name], ...fields });
}

/** Parses a configuration and checks that its fields fit together. */
export function checkConfig(value: unknown): ModelConfig {
  const where = `preset ${JSON.stringify((value as ModelConfig)?.preset ?? "?")}`;
  const config = parseOptions(modelSchema, value, where);
  const fits = config.kind === "vae" ? ["monte-carlo", "analytic"] : ["mse", "bce"];
  if (!fits.includes(config.objective)) {
    throw new OptionError(
      `${where}: objective: expected ${fits.join(" or ")} for kind "${config.kind}", ` +
        `got "${config.objective}"`,
    );
  }
  if (config.architecture !== "dense") checkImageSize(config, where);
  return config;
}

/** How often the decoder doubles the image's size. */
export function doublings(config: ModelConfig): number {
  if (config.architecture === "upsampling") return Math.ceil(config.filters.length / 2);
  return config.filters.length;
}

function checkImageSize(config: ModelConfig, where: string): void {
  const [height, width] = config.inputShape;
  const factor = 2 ** doublings(config);
  if (height % factor || width % factor) {
    throw new OptionError(
      `${where}: inputShape: expected a height and width divisible by ${factor} ` +
        `(the decoder doubles them ${doublings(config)} times), got ${height}×${width}`,
    );
  }
  const hidden = config.decoderFilters;
  if (hidden && hidden.length !== doublings(config)) {
    throw new OptionError(
      `${where}: decoderFilters: expected ${doublings(config)} entries, one for each doubling ` +
        `of the image, got ${hidden.length}`,
    );
  }
}
