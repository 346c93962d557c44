/** How well codes keep the labels apart: the vote of the nearest codes. */
import { z } from "zod";
import { asCodes, type Codes } from "../data/codes.ts";
import { labelsOf } from "../data/labels.ts";
import { OptionError, parseOptions } from "../options.ts";
import { stoppable } from "../stop.ts";
import { createRanking, type Ranking } from "./ranking.ts";

const neighbourSchema = z.strictObject({
  /** How many neighbours vote. */
  k: z.int().min(1).default(5),
  /** Called between blocks of codes, in which the event loop gets its turn. */
  progress: z.custom<(done: number, total: number) => void>(
    (value) => typeof value === "function",
    "expected a function",
  ).optional(),
});
export type NeighbourOptions = z.input<typeof neighbourSchema>;

/**
 * The share of `test` codes whose label is that of most of their `k` nearest `fit` codes (squared
 * Euclidean distance; a tie goes to the label with the nearer neighbour). Without `test`, each code
 * is judged by all the others (leave-one-out).
 *
 * @throws OptionError, as where the codes do not fit together or are fewer than k
 * @throws StoppedError
 */
export async function kNearestNeighbourAccuracy(
  fit: Codes,
  test: Codes | null = null,
  options: NeighbourOptions = {},
): Promise<number> {
  const { k, progress } = parseOptions(neighbourSchema, options, "kNearestNeighbourAccuracy");
  const asked = test ?? fit;
  const labels = checkedLabels("kNearestNeighbourAccuracy", fit, asked);
  checkNeighbours("kNearestNeighbourAccuracy", k, fit.count - (test ? 0 : 1));
  const wanted = labelsOf("kNearestNeighbourAccuracy", asked);
  const total = asked.count;
  const ranking = createRanking(k);
  let right = 0;
  using work = stoppable("looking for neighbours");
  for (let i = 0; i < total; i++) {
    ranking.clear();
    rank(ranking, fit, asked, i, test ? -1 : i);
    if (vote(ranking.neighbours, labels) === wanted[i]) right++;
    if (i % 250 === 249) progress?.(i + 1, total);
    if (i % 10 === 9) await work.turn();
  }
  progress?.(total, total);
  return right / total;
}

const labelsSchema = z.strictObject({
  /** How many neighbours vote. */
  k: z.int().min(1).default(1),
});

/**
 * For each of some codes the label that most of its `k` nearest `fit` codes have, as in
 * `kNearestNeighbourAccuracy`; with null for each `fit` code, by all the others.
 *
 * @throws OptionError where the codes do not fit together or are fewer than k
 */
export function nearestLabels(
  fit: Codes,
  codes: Codes | null,
  options: z.input<typeof labelsSchema> = {},
): Uint8Array {
  const { k } = parseOptions(labelsSchema, options, "nearestLabels");
  const asked = codes ?? fit;
  const labels = checkedLabels("nearestLabels", fit, asked);
  checkNeighbours("nearestLabels", k, fit.count - (codes ? 0 : 1));
  const ranking = createRanking(k);
  return Uint8Array.from({ length: asked.count }, (_, i) => {
    ranking.clear();
    rank(ranking, fit, asked, i, codes ? -1 : i);
    return vote(ranking.neighbours, labels);
  });
}

function checkNeighbours(where: string, k: number, most: number): void {
  if (k > most) {
    throw new OptionError(`${where}: k: expected an integer from 1 to ${most}, got ${k}`);
  }
}

/** The labels of `fit`, once it is clear that both are codes of one space. */
function checkedLabels(where: string, fit: Codes, asked: Codes): Uint8Array {
  for (const codes of [fit, asked]) asCodes(where, codes);
  if (fit.latentDim !== asked.latentDim) {
    throw new OptionError(
      `${where}: codes: expected latentDim ${fit.latentDim}, got ${asked.latentDim}`,
    );
  }
  if (fit.count === 0) throw new OptionError(`${where}: codes: expected one or more, got none`);
  return labelsOf(where, fit);
}

function rank(
  { distances, insert }: Ranking,
  { values, count, latentDim }: Codes,
  asked: Codes,
  row: number,
  skip: number,
): void {
  const query = asked.row(row);
  const last = distances.length - 1;
  for (let j = 0; j < count; j++) {
    if (j === skip) continue;
    const bound = distances[last];
    let distance = 0;
    // A sum that is already too large needs no further terms; asking after every term costs more.
    for (let i = 0; i < latentDim && distance < bound;) {
      for (const end = Math.min(i + 8, latentDim); i < end; i++) {
        const difference = values[j * latentDim + i] - query[i];
        distance += difference * difference;
      }
    }
    if (distance < bound) insert(distance, j);
  }
}

/** The label of most neighbours, which stand nearest first; a tie goes to the nearer one. */
export function vote(neighbours: Int32Array, labels: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const j of neighbours) counts.set(labels[j], (counts.get(labels[j]) ?? 0) + 1);
  // A Map keeps the order of insertion, so the nearer of two equal labels stands first.
  let best = -1, most = 0;
  for (const [label, count] of counts) if (count > most) [best, most] = [label, count];
  return best;
}
