/** What a model is, beside its networks. */
import { z } from "zod";
import { treatments } from "../data/batches.ts";
import { likelihoodNames } from "../likelihoods/units.ts";

/** A run's `run.json` holds one. */
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
