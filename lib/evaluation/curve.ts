/** The numbers of a run that evaluation looks at; a training record has these and more. */
import type { ModelConfig } from "../models/model.ts";

/** Mean over images. A VAE's are nats summed over pixels and latents; an autoencoder's MSE is per pixel. */
export interface CurveTerms {
  /** −ELBO, with the KL unweighted; an autoencoder's reconstruction error. */
  loss: number;
  reconstruction: number;
  /** Null (or 0) where the model has no KL. */
  kl: number | null;
}

/** One epoch; 0 is the untrained model, which has no training number. */
export interface CurvePoint {
  epoch: number;
  train: CurveTerms | null;
  test: CurveTerms;
}

/** What the loss of a model is called where it is shown. */
export function measureOf(
  { kind, likelihood }: Pick<ModelConfig, "kind" | "likelihood">,
): "−ELBO" | "MSE" | "BCE" {
  return kind === "vae" ? "−ELBO" : likelihood === "mse" ? "MSE" : "BCE";
}

/** A number with the decimals its size deserves: 157.0, 5.31, 0.0428. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  return value.toFixed(size >= 100 ? 1 : size >= 1 ? 2 : 4);
}
