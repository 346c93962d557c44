/** What a reader of the page may choose, and the model and training that come of it. */
import { z } from "zod";
import type { Model } from "../models/model.ts";
import { preset, type PresetChanges, type PresetName } from "../models/presets.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { parseOptions } from "../options.ts";
import { networkNames } from "./contents.ts";

export const liveSettingsSchema = z.strictObject({
  network: z.enum(networkNames).default("dense-256"),
  kind: z.enum(["vae", "ae"]).default("vae"),
  latentDim: z.int().min(1).max(10).default(2),
  beta: z.number().min(0).default(1),
  learningRate: z.number().positive().default(1e-3),
  seed: z.int().default(1),
});

/** The sizes to choose from, each a preset's networks with other numbers in them. */
const networks: Record<(typeof networkNames)[number], [PresetName, PresetChanges]> = {
  "dense-64": ["dense-vae", { hiddenUnits: [64] }],
  "dense-256": ["dense-vae", { hiddenUnits: [256] }],
  "dense-512": ["dense-vae", { hiddenUnits: [512, 256] }],
  "conv-8": ["conv-vae", { filters: [8, 16] }],
  "conv-16": ["conv-vae", { filters: [16, 32] }],
  "conv-32": ["conv-vae", { filters: [32, 64] }],
};

/**
 * The untrained model and how it is trained: a preset's, but for what makes networks comparable here, pixels
 * above or below 0.5, Adam, and the KL in closed form.
 *
 * @throws OptionError naming the setting that cannot be used
 */
export function liveRecipe(
  settings: z.input<typeof liveSettingsSchema>,
): { model: Model; training: TrainingSettings } {
  const { network, ...parsed } = parseOptions(liveSettingsSchema, settings, "the page");
  const [name, sizes] = networks[network];
  const same = { treatment: "threshold", optimizer: "adam", kl: "analytic" } as const;
  const { build, training } = preset(name, { ...sizes, ...same, ...parsed });
  return { model: build(), training };
}
