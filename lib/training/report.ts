/** What a run tells: how far it is, and in a clause how it ended. */
import type { TrainProgress } from "./progress.ts";
import type { EpochRecord } from "./records.ts";

/** Where a run is at a moment. */
export interface Moment {
  phase: TrainProgress["phase"];
  epoch: number;
  /** Images of this phase that are done, and all of them. */
  done: number;
  total: number;
  /** Of this phase; missing before anything is measured. */
  imagesPerSecond?: number;
  /** Training images that are left, to the end of the last epoch. */
  imagesLeft: number;
  note?: string;
}

/** What of a run its progress is made of. */
export interface Told {
  epochs: number;
  /** Where it began; empty where there is nothing to say. */
  origin: string;
  /** [reconstruction, kl, images] of the epoch under way. */
  epochSums: Float64Array;
  history: readonly EpochRecord[];
}

/** A moment as the reader of a progress bar needs it. */
export function progressOf(
  { imagesLeft, ...moment }: Moment,
  { epochs, origin, epochSums, history }: Told,
): TrainProgress {
  const [reconstruction, kl, count] = epochSums;
  // Evaluation is faster than training, so that its own rate says nothing about what is left.
  const trainRate = moment.phase === "training"
    ? moment.imagesPerSecond
    : history.at(-1)?.imagesPerSecond;
  return {
    ...moment,
    epochs,
    origin: origin || undefined,
    loss: count > 0 ? (reconstruction + kl) / count : undefined,
    secondsLeft: trainRate ? imagesLeft / trainRate : undefined,
  };
}

/** As in `stopped in epoch 4 at 61 %; run this cell again to go on`. */
export function stopNote(
  { epoch, fraction, folder }: { epoch: number; fraction: number; folder?: string },
): string {
  const where = fraction === 0
    ? `stopped before epoch ${epoch}`
    : `stopped in epoch ${epoch} at ${Math.floor(100 * fraction)} %`;
  const evaluating = fraction === 1 ? ", in its evaluation" : "";
  const next = folder
    ? "run this cell again to go on"
    : "without a folder, training begins anew next time";
  return `${where}${evaluating}; ${next}`;
}

/** As in `stopped early: no better test loss for 5 epochs; the model is that of epoch 44`. */
export function endNote(
  reason: "complete" | "early stopping",
  { best, nothingDone, patience }: {
    /** The epoch whose weights the model has, where those are not the last one's. */
    best: number | null;
    /** Whether this call had no epoch to train. */
    nothingDone: boolean;
    patience: number | null;
  },
): string {
  const kept = best === null ? "" : `; the model is that of epoch ${best}`;
  if (reason === "early stopping") {
    return `stopped early: no better test loss for ${patience} epochs${kept}` +
      (nothingDone ? "; a larger `patience` goes on" : "");
  }
  return nothingDone ? `nothing left to do${kept}; more \`epochs\` go on` : `done${kept}`;
}
