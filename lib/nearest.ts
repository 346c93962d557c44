/** A guess at what a misspelt word was meant to be. */
import { distance } from "fastest-levenshtein";

/**
 * The candidate nearest to a misspelt word, or undefined where none is near: by letters inserted, left out
 * or changed (Levenshtein 1966), so that a swap of two counts two.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      changes: distance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.changes - b.changes);
  const best = ranked[0];
  if (!best) return undefined;
  // Two letters apart is near for a word, but not for one of two letters.
  const near = Math.min(Math.max(2, Math.floor(word.length / 3)), Math.floor(word.length / 2) || 1);
  return best.changes <= near ? best.candidate : undefined;
}
