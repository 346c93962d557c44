/** The numbers of a run that evaluation looks at; a training record has these and more. */
import type { ModelConfig } from "../models/model.ts";
import type { LossTerms } from "../objective.ts";

/** One epoch; 0 is the untrained model, which has no training number. */
export interface CurvePoint {
  epoch: number;
  train: LossTerms | null;
  test: LossTerms;
}

/** What the loss of a model is called where it is shown. */
export function measureOf(
  { kind, likelihood }: Pick<ModelConfig, "kind" | "likelihood">,
): "−ELBO" | "MSE" | "BCE" {
  return kind === "vae" ? "−ELBO" : likelihood === "mse" ? "MSE" : "BCE";
}
