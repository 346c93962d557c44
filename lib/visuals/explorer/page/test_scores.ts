/** The losses of all test images, computed while the page has nothing else to do. */
import { inSlices } from "./slices.ts";

/**
 * @param count of images
 * @param scoreOf −ELBO of one of them, in nats
 * @param grown called now and then, with more of them known
 */
export function createTestScores(
  count: number,
  scoreOf: (index: number) => number,
  grown: () => void,
) {
  const scores: number[] = [];
  let stop: (() => void) | null = null;
  return {
    /** As many as are known, in the images' order. */
    scores,
    /** Begins, unless it has begun. */
    start() {
      if (stop) return;
      let shown = 0;
      stop = inSlices(count, (index) => scores.push(scoreOf(index)), (done) => {
        // Some twenty times in all: each time the histogram is made anew.
        if (done < count && done - shown < count / 20) return;
        shown = done;
        grown();
      });
    },
    /** They are of other weights now. */
    forget() {
      stop?.();
      stop = null;
      scores.length = 0;
    },
  };
}

/** Where a loss stands among others. */
export interface Rank {
  /** 1 for the least. */
  rank: number;
  of: number;
  /** Of the others, those that are less, in whole percent, rounded down. */
  percent: number;
}

/** The rank of a loss among `scores`; `own` where it is one of them, else one more. */
export function rankOf(value: number, scores: readonly number[], own: boolean): Rank {
  const less = scores.filter((score) => score < value).length;
  return {
    rank: less + 1,
    of: scores.length + (own ? 0 : 1),
    percent: Math.floor(100 * less / scores.length),
  };
}
