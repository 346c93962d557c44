/** What the number of each likelihood is, in words. No tensors here: tables, pictures and verdicts read it. */
import { aNumber, type Kind, requireArguments } from "../kinds.ts";
import type { Treatment } from "../data/batches.ts";

/**
 * - `probability`: −log of a probability, so that its bits can be counted and compared with other models'
 * - `density`: −log of a density over [0, 1]; it may be below zero, and compares only with densities
 * - `score`: no likelihood, a number to train by
 */
type NumberKind = "probability" | "density" | "score";

/** What a likelihood's number is. */
export interface Unit {
  /** The likelihood, as in a sentence: `discretized logistic`. */
  title: string;
  /** Summed over pixels, or for the squared error a mean over them. */
  unit: "nats per image" | "per pixel";
  /** What an autoencoder's loss is called, which is all of it. */
  measure: "BCE" | "MSE" | "NLL";
  kind(treatment: Treatment): NumberKind;
  /** What a pixel costs, in nats, where the decoder says 0 as before training; null where it depends on x. */
  untrained: number | null;
}

/** Those that a VAE may have: its KL is in nats, and so must be what stands beside it. */
export const vaeLikelihoodNames = [
  "bernoulli",
  "continuous-bernoulli",
  "gaussian",
  "discretized-logistic",
] as const;
export const likelihoodNames = [...vaeLikelihoodNames, "mse"] as const;
export type LikelihoodName = typeof likelihoodNames[number];

const density: Omit<Unit, "title"> = {
  unit: "nats per image",
  measure: "NLL",
  kind: () => "density",
  untrained: null,
};

/** By the names that settings use. */
export const units: Record<LikelihoodName, Unit> = {
  "bernoulli": {
    title: "Bernoulli",
    unit: "nats per image",
    measure: "BCE",
    kind: (treatment) => treatment === "grey" ? "score" : "probability",
    untrained: Math.LN2,
  },
  "continuous-bernoulli": { ...density, title: "continuous Bernoulli" },
  "gaussian": { ...density, title: "Gaussian" },
  "discretized-logistic": {
    ...density,
    title: "discretized logistic",
    kind: () => "probability",
  },
  "mse": {
    title: "squared error",
    unit: "per pixel",
    measure: "MSE",
    kind: () => "score",
    untrained: null,
  },
};

const kinds: Record<NumberKind, string> = {
  probability: "log-probability",
  density: "log-density",
  score: "no likelihood",
};

const aConfig: Kind = {
  what: "a model's config, with its likelihood and treatment",
  holds: (value) => value?.likelihood in units && typeof value.treatment === "string",
};

/** What must stand beside a number, as in `nats per image, grey pixels, Bernoulli (no likelihood)`. */
export function unitOf(
  model: { likelihood: LikelihoodName; treatment: Treatment },
): string {
  requireArguments("unitOf", { model: [aConfig, model] });
  const { likelihood, treatment } = model;
  const { unit, title, kind } = units[likelihood];
  const what = unit === "nats per image" ? ` (${kinds[kind(treatment)]})` : "";
  return `${unit}, ${treatment} pixels, ${title}${what}`;
}

/**
 * bits/dim = nats / (dims · ln 2), the number that papers on images compare: the bits a lossless code would need for
 * each of an image's values. Null where the nats are of no probability of 256 greys.
 *
 * @param nats per image
 */
export function bitsPerDim(
  nats: number,
  model: { likelihood: LikelihoodName; treatment: Treatment; inputShape: readonly number[] },
): number | null {
  requireArguments("bitsPerDim", { nats: [aNumber, nats], model: [aConfig, model] });
  const { likelihood, treatment, inputShape } = model;
  const { kind } = units[likelihood];
  const ofGreys = treatment === "grey" && kind(treatment) === "probability";
  if (!ofGreys) return null;
  return nats / (inputShape.reduce((size, length) => size * length, 1) * Math.LN2);
}
