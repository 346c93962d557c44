/** Several runs side by side: rows for a table, points for small multiples. */
import { aRun, listOf, requireArguments } from "../kinds.ts";
import type { Treatment } from "../data/batches.ts";
import type { ModelConfig } from "../models/model_config.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { bitsPerDim, type LikelihoodName } from "../likelihoods/units.ts";
import { type CurvePoint, type Measure, measureOf } from "./curve.ts";

/** What a comparison needs of a run: `run.json` has it, but for the name and the accuracy. */
export interface ComparableRun {
  /** What to call it; the model's name, latentDim and seed where not given. */
  name?: string;
  model: ModelConfig;
  training: Pick<TrainingSettings, "beta" | "keepBest">;
  history: readonly (CurvePoint & { seconds: number })[];
  parameters: number;
  data: { source: string };
  /** From `kNearestNeighbourAccuracy`. */
  neighbourAccuracy?: number | null;
}

/** One run in a table. Null where a model has no such number. */
export interface ComparisonRow {
  run: string;
  model: string;
  latentDim: number;
  parameters: number;
  treatment: Treatment;
  likelihood: LikelihoodName;
  source: string;
  beta: number | null;
  /** The epoch whose weights the run ended with, and whose numbers these are. */
  epoch: number;
  /** Test ELBO, nats per image. */
  elbo: number | null;
  /** The same as bits/dim, where it counts bits: of a VAE whose likelihood is a probability. */
  bitsPerDim: number | null;
  /** Test MSE per pixel, of an autoencoder. */
  mse: number | null;
  reconstruction: number | null;
  kl: number | null;
  /** Seconds of training, of all epochs. */
  seconds: number;
  neighbourAccuracy: number | null;
}

const nameOf = ({ name, model }: ComparableRun) =>
  name ?? `${model.name} z${model.latentDim} seed ${model.seed}`;

function shownPoint({ training, history }: ComparableRun): CurvePoint | undefined {
  if (!training.keepBest) return history.at(-1);
  return history.reduce<CurvePoint | undefined>(
    (best, point) => (best && best.test.loss <= point.test.loss ? best : point),
    undefined,
  );
}

/**
 * Each run's numbers as rows: of its last epoch, or of its best where it kept the best weights. ELBOs
 * compare only within one treatment and one likelihood.
 */
export function compareRuns(runs: readonly ComparableRun[]): ComparisonRow[] {
  requireArguments("compareRuns", { runs: [listOf(aRun), runs] });
  return runs.map((run) => {
    const { model, training, history } = run;
    const last = shownPoint(run);
    const vae = model.kind === "vae";
    return {
      run: nameOf(run),
      model: model.name,
      latentDim: model.latentDim,
      parameters: run.parameters,
      treatment: model.treatment,
      likelihood: model.likelihood,
      source: run.data.source,
      beta: vae ? training.beta : null,
      epoch: last?.epoch ?? 0,
      elbo: vae && last ? -last.test.loss : null,
      bitsPerDim: vae && last ? bitsPerDim(last.test.loss, model) : null,
      mse: model.likelihood === "mse" ? last?.test.loss ?? null : null,
      reconstruction: last?.test.reconstruction ?? null,
      kl: vae ? last?.test.kl ?? null : null,
      seconds: history.reduce((sum, point) => sum + point.seconds, 0),
      neighbourAccuracy: run.neighbourAccuracy ?? null,
    };
  });
}

/** One number of one run at one epoch. */
export interface ComparisonPoint {
  run: string;
  treatment: Treatment;
  likelihood: LikelihoodName;
  /** Which small multiple it belongs to. */
  measure: Measure | "reconstruction" | "KL";
  split: "train" | "test";
  epoch: number;
  value: number;
}

/** All runs' curves in long form, for small multiples of loss, reconstruction and KL. */
export function comparisonPoints(runs: readonly ComparableRun[]): ComparisonPoint[] {
  requireArguments("comparisonPoints", { runs: [listOf(aRun), runs] });
  return runs.flatMap((run) =>
    run.history.flatMap(({ epoch, train, test }) =>
      ([["train", train], ["test", test]] as const).flatMap(([split, terms]) => {
        if (!terms) return [];
        const { treatment, likelihood } = run.model;
        const shared = { run: nameOf(run), treatment, likelihood, split, epoch };
        const loss = { ...shared, measure: measureOf(run.model), value: terms.loss };
        if (run.model.kind === "ae") return [loss];
        return [
          loss,
          { ...shared, measure: "reconstruction" as const, value: terms.reconstruction },
          { ...shared, measure: "KL" as const, value: terms.kl },
        ];
      })
    )
  ).filter(({ value }) => Number.isFinite(value));
}
