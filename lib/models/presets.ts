/** One preset per tutorial: its networks, what they are held to, and how they are trained. */
import { z } from "zod";
import type { Treatment } from "../data/batches.ts";
import { likelihoods } from "../likelihoods/likelihoods.ts";
import type { LikelihoodName } from "../likelihoods/units.ts";
import { requireArguments, someOptions } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { checkLikelihood, createAutoencoder, createVae } from "./create_model.ts";
import type { Model } from "./model.ts";
import { type ModelConfig, modelSchema } from "./model_config.ts";
import { checkCifarSize, cifarNetworks, cifarSchema } from "./networks/cifar_networks.ts";
import { conditionalNetworks, conditionalSchema } from "./networks/conditional_networks.ts";
import { checkConvSize, convNetworks, convSchema } from "./networks/conv_networks.ts";
import { denseNetworks, denseSchema } from "./networks/dense_networks.ts";
import {
  checkResidualSize,
  residualNetworks,
  residualSchema,
} from "./networks/residual_networks.ts";
import {
  checkUpsamplingSize,
  upsamplingNetworks,
  upsamplingSchema,
} from "./networks/upsampling_networks.ts";
import { trainingSchema, type TrainingSettings } from "./training_settings.ts";

/** How to come by a trained model: build it, then train it. A reader's own is an object of two fields. */
export interface Recipe {
  /** Builds the untrained model; each call gives a new one. */
  build(): Model;
  training: Partial<TrainingSettings>;
  /** False where any seed will do, because none was asked for. Default: true. */
  seedMatters?: boolean;
}

/** A tutorial's recipe, with the reader's changes in it. */
export interface Preset extends Recipe {
  name: string;
  training: TrainingSettings;
  seedMatters: boolean;
}

/** The networks that presets choose from; `check` looks at what cannot be built, before it is. */
const families = {
  conv: { networks: convNetworks, schema: convSchema, check: checkConvSize },
  cifar: { networks: cifarNetworks, schema: cifarSchema, check: checkCifarSize },
  conditional: { networks: conditionalNetworks, schema: conditionalSchema, check: () => {} },
  dense: { networks: denseNetworks, schema: denseSchema, check: () => {} },
  residual: { networks: residualNetworks, schema: residualSchema, check: checkResidualSize },
  upsampling: {
    networks: upsamplingNetworks,
    schema: upsamplingSchema,
    check: checkUpsamplingSize,
  },
} as const;

interface Tutorial {
  family: keyof typeof families;
  network: Record<string, unknown>;
  model: { likelihood: LikelihoodName; treatment: Treatment };
  training: z.input<typeof trainingSchema>;
}

const nats = { likelihood: "bernoulli", treatment: "threshold" } as const;
const tensorflow = { optimizer: "adam", learningRate: 1e-4, batchSize: 32 } as const;
const adam = { optimizer: "adam", learningRate: 1e-3 } as const;
const foster = {
  optimizer: "rmsprop",
  batchSize: 64,
  dropRemainder: true,
  keepBest: true,
} as const;

/**
 * The presets: `conv-vae` (TensorFlow's tutorial, and Keras's variant of it), `dense-vae` (Keras,
 * 784-256-2), `dense-vae-64` and `conv-vae-50` (dense against convolutional at larger latent
 * sizes), `conv-ae-10` and `conv-ae-2` (the convolutional autoencoder with upsampling), `conv-vae-cifar10` (a plain
 * convolutional VAE for CIFAR-10, in bits/dim), `residual-vae-cifar10` (of about an hour on two cores), `conditional-vae` (dense layers that are told the digit).
 */
const tutorials = {
  "conv-vae": {
    family: "conv",
    network: { latentDim: 2 },
    model: nats,
    training: { ...tensorflow, epochs: 10 },
  },
  "dense-vae": {
    family: "dense",
    network: { latentDim: 2, hiddenUnits: [256], heads: "separate" },
    model: { ...nats, treatment: "grey" },
    training: {
      kl: "analytic",
      optimizer: "rmsprop",
      learningRate: 1e-3,
      batchSize: 100,
      epochs: 50,
    },
  },
  "dense-vae-64": {
    family: "dense",
    network: { latentDim: 64, hiddenUnits: [64], heads: "separate" },
    model: nats,
    training: { ...tensorflow, epochs: 100 },
  },
  "conv-vae-50": {
    family: "conv",
    network: { latentDim: 50, heads: "separate" },
    model: nats,
    training: { ...tensorflow, epochs: 50 },
  },
  "conv-ae-10": {
    family: "upsampling",
    network: { latentDim: 10 },
    model: { likelihood: "mse", treatment: "grey" },
    training: { ...foster, learningRate: 3e-4, epochs: 100, patience: 5 },
  },
  "conv-ae-2": {
    family: "upsampling",
    network: { latentDim: 2 },
    model: { likelihood: "mse", treatment: "grey" },
    training: { ...foster, learningRate: 1e-3, epochs: 50, patience: 5 },
  },
  "conv-vae-cifar10": {
    family: "cifar",
    network: { latentDim: 128 },
    model: { likelihood: "discretized-logistic", treatment: "grey" },
    training: { kl: "analytic", ...adam, batchSize: 64, epochs: 10 },
  },
  "residual-vae-cifar10": {
    family: "residual",
    network: { latentChannels: 16, planeFilters: 64, blocks: 2 },
    model: { likelihood: "discretized-logistic", treatment: "grey" },
    training: { kl: "analytic", optimizer: "adam", learningRate: 2e-3, batchSize: 64, epochs: 20 },
  },
  "conditional-vae": {
    family: "conditional",
    network: { latentDim: 2, hiddenUnits: [256], classes: 10 },
    model: nats,
    training: { kl: "analytic", ...adam, batchSize: 100, epochs: 10 },
  },
} as const satisfies Record<string, Tutorial>;

export type PresetName = keyof typeof tutorials;
export const presetNames = Object.keys(tutorials) as PresetName[];

/** Fields of a model that a preset may change. */
const modelChanges = z.strictObject({
  likelihood: modelSchema.shape.likelihood,
  treatment: modelSchema.shape.treatment,
  seed: modelSchema.shape.seed,
});

/** What may be changed in a preset: its networks' sizes, what they are held to, how they are trained. */
export type PresetChanges =
  & Partial<z.input<typeof convSchema>>
  & Partial<z.input<typeof cifarSchema>>
  & Partial<Pick<z.input<typeof conditionalSchema>, "classes">>
  & Partial<Pick<z.input<typeof residualSchema>, "latentChannels" | "planeFilters" | "blocks">>
  & Partial<z.input<typeof denseSchema>>
  & Partial<z.input<typeof upsamplingSchema>>
  & Partial<z.input<typeof modelChanges>>
  & z.input<typeof trainingSchema>;

/**
 * A preset with some fields changed. `build()` gives the untrained model.
 *
 * @throws OptionError naming field, value, what was wanted and the nearest valid spelling
 *
 * @example
 * ```ts
 * import { preset } from "./presets.ts";
 *
 * const recipe = preset("conv-vae", { latentDim: 10, seed: 3 });
 * const model = recipe.build();
 * ```
 */
export function preset(name: PresetName, changes: PresetChanges = {}): Preset {
  requireArguments("preset", { changes: [someOptions, changes] });
  parseOptions(z.strictObject({ preset: z.enum(presetNames) }), { preset: name }, "preset");
  const { family, network, model, training }: Tutorial = tutorials[name];
  const { networks, schema, check } = families[family];
  const fields = Object.fromEntries(Object.entries(changes).filter(([, v]) => v !== undefined));
  const all = z.strictObject({ ...schema.shape, ...modelChanges.shape, ...trainingSchema.shape });
  const where = `preset "${name}"`;
  // Parsed together, so that a field is right or wrong whichever of the three it belongs to.
  const parsed = parseOptions(
    all.partial(),
    { ...network, ...model, ...training, ...fields },
    where,
  );
  // Another likelihood brings its own treatment of pixels, where the tutorial's means nothing to it.
  const { treatments } = likelihoods[parsed.likelihood!];
  if (!("treatment" in fields) && !treatments.includes(parsed.treatment!)) {
    parsed.treatment = treatments[0];
  }
  const part = (shape: object) =>
    Object.fromEntries(Object.entries(parsed).filter(([key]) => key in shape));
  check(part(schema.shape) as never);
  const { kind } = parsed as { kind: "vae" | "ae" };
  checkLikelihood(parsed as ModelConfig, where);
  const settings = {
    ...part(modelChanges.shape),
    name,
  };
  const build = () => {
    const parts = networks(part(schema.shape));
    return kind === "vae"
      ? createVae({ ...parts, ...settings } as Parameters<typeof createVae>[0])
      : createAutoencoder({ ...parts, ...settings } as Parameters<typeof createAutoencoder>[0]);
  };
  return {
    name,
    build,
    training: parseOptions(trainingSchema, part(trainingSchema.shape), where),
    seedMatters: "seed" in fields,
  };
}
