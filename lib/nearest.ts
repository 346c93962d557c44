/** A guess at what a misspelt word was meant to be. */
import { distance } from "fastest-levenshtein";

/** Letters inserted, left out or changed (Levenshtein 1966); two that only changed places count one. */
function changesBetween(a: string, b: string): number {
  const changes = distance(a, b);
  return changes === 2 && [...a].sort().join() === [...b].sort().join() ? 1 : changes;
}

/** The candidate nearest to a misspelt word, or undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      changes: changesBetween(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.changes - b.changes);
  const best = ranked[0];
  if (!best) return undefined;
  // Two letters apart is near for a word, but not for one of two letters.
  const near = Math.min(Math.max(2, Math.floor(word.length / 3)), Math.floor(word.length / 2) || 1);
  return best.changes <= near ? best.candidate : undefined;
}
