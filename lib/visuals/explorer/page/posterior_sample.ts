/** A hundred draws of q(z|x), and what each costs. */
import { drawnCode, draws, klOfDraw, noiseOf, type Posterior } from "./score.ts";
import { inSlices } from "./slices.ts";

/** Draws of one image's q(z|x): all codes at once, their costs as they come. */
export interface PosteriorSample {
  codes: Float32Array[];
  /** −log p(x|z) of each draw so far, in nats. */
  reconstructions: number[];
  /** log p(x, z) − log q(z|x) of each draw so far. */
  logWeights: number[];
  stop: () => void;
}

/**
 * Draws, and computes what the draws cost in small pieces.
 *
 * @param seed of ε: the same for every image
 * @param nll −log p(x|z), in nats
 * @param grown called after each piece
 */
export function samplePosterior(
  posterior: Posterior,
  seed: number,
  nll: (z: Float32Array) => number,
  grown: () => void,
): PosteriorSample {
  const noise = noiseOf(seed, posterior.mean.length);
  const codes = noise.map((eps) => drawnCode(posterior, eps));
  const reconstructions: number[] = [], logWeights: number[] = [];
  const stop = inSlices(draws, (draw) => {
    const reconstruction = nll(codes[draw]);
    reconstructions.push(reconstruction);
    logWeights.push(-reconstruction - klOfDraw(posterior, codes[draw], noise[draw]));
  }, grown);
  return { codes, reconstructions, logWeights, stop };
}
