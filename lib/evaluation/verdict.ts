/** What a diagnosis is given and what it says. */
import type { Identity } from "../models/identity.ts";
import type { CurvePoint } from "./curve.ts";

export type Level = "good" | "notice" | "problem";

/** One finding, in one or two plain sentences each. */
export interface Verdict {
  level: Level;
  /** What was looked at, as in `Learning rate`. */
  name: string;
  /** What was seen, with its numbers. */
  what: string;
  /** Why that is so, or why it matters; empty where all is well. */
  why: string;
  /** Empty where nothing is to be done. */
  whatToDo: string;
}

/** A run to be judged. */
export interface RunEvidence extends Omit<Identity, "data"> {
  /** One point per epoch, epoch 0 (untrained) included where it was measured. */
  history: readonly CurvePoint[];
  /** What the images were; MNIST's numbers say nothing about synthetic ones. */
  source: string;
  /** Training images per epoch. */
  trainCount: number;
  /** Mean analytic KL of each latent dimension, from `klPerDimension`. */
  klPerDimension: ArrayLike<number> | null;
  /** From `activeUnits`: for a VAE or an autoencoder. */
  activeUnits: number | null;
  /** Where training met a number that is none and stopped. */
  error: { term: string; epoch: number; batch: number } | null;
}

export const good = (name: string, what: string): Verdict => ({
  level: "good",
  name,
  what,
  why: "",
  whatToDo: "",
});

/** The points with finite numbers. */
export function finitePoints(history: readonly CurvePoint[]): CurvePoint[] {
  return history.filter(({ train, test }) =>
    [test, ...(train ? [train] : [])].every(({ loss, reconstruction, kl }) =>
      [loss, reconstruction, kl].every(Number.isFinite)
    )
  );
}

/** The points after training began. */
export const trainedPoints = (history: readonly CurvePoint[]): CurvePoint[] =>
  finitePoints(history).filter(({ epoch }) => epoch > 0);
