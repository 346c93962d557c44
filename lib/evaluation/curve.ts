/** The numbers of a run that evaluation looks at; a training record has these and more. */
import { type Unit, units } from "../likelihoods/units.ts";
import type { ModelConfig } from "../models/model_config.ts";
import type { LossTerms } from "../objective.ts";

/** One epoch; 0 is the untrained model, which has no training number. */
export interface CurvePoint {
  epoch: number;
  train: LossTerms | null;
  test: LossTerms;
}

export type Measure = "−ELBO" | Unit["measure"];

/** What the loss of a model is called where it is shown. */
export function measureOf(
  { kind, likelihood }: Pick<ModelConfig, "kind" | "likelihood">,
): Measure {
  return kind === "vae" ? "−ELBO" : units[likelihood].measure;
}
