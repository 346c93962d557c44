/** What training tells while it goes on, and how it ended. */

/** How far training is; sent at most ten times a second. */
export interface TrainProgress {
  phase: "training" | "evaluation" | "stopped" | "done";
  epoch: number;
  epochs: number;
  /** Images of this phase that are done, and all of them. */
  done: number;
  total: number;
  /** Running mean of the training loss in this epoch; missing before its first batch. */
  loss?: number;
  imagesPerSecond?: number;
  /** To the end of the last epoch, evaluation left out; missing before anything is measured. */
  secondsLeft?: number;
  /** Where the run began, if not at its first epoch, as in `goes on in epoch 4 at 61 %`. */
  origin?: string;
  /** What to tell the reader at the end, as in `stopped in epoch 4 at 61 %; …`. */
  note?: string;
}

/** How training ended: the generator's return value. */
export type TrainEnd =
  | { reason: "complete" | "early stopping"; note: string }
  | {
    reason: "stopped";
    epoch: number;
    fraction: number;
    /** Whether `maxMinutes` ended it, and not a person. */
    byDeadline: boolean;
    note: string;
  };

/** A loss or gradient that is no number any more: training has stopped before it did harm. */
export class NotFiniteError extends Error {
  override name = "NotFiniteError";
  /** @param batch null where it was found after the epoch, in its evaluation */
  constructor(readonly term: string, readonly epoch: number, readonly batch: number | null) {
    const where = batch === null
      ? `after epoch ${epoch}; the last checkpoint is still good`
      : `in epoch ${epoch}, batch ${batch}; the model keeps its last good weights`;
    super(
      `Training stopped: the ${term} is not finite ${where}. ` +
        "Most often the learning rate is too high",
    );
  }
}

/** Awaits work, looking at it ten times a second and once when it is over. */
export async function watched<T>(work: Promise<T>, look: () => void): Promise<T> {
  const timer = setInterval(look, 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    look();
  }
}
