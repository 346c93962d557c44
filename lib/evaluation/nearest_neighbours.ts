/** How well codes keep the labels apart: the vote of the nearest codes. */

/** Codes with what they are codes of. */
export interface LabelledCodes {
  /** [count · latentDim] */
  means: Float32Array;
  labels: Uint8Array;
  latentDim: number;
}

/** Options of `kNearestNeighbourAccuracy`. */
export interface NeighbourOptions {
  /** How many neighbours vote. */
  k?: number;
  /** Called between blocks of codes, in which the event loop gets its turn. */
  progress?: (done: number, total: number) => void;
}

/**
 * The share of `test` codes whose label is that of most of their `k` nearest `fit` codes (squared
 * Euclidean distance; a tie goes to the label with the nearer neighbour). Without `test`, each code
 * is judged by all the others (leave-one-out).
 *
 * @throws RangeError where the codes do not fit together or are fewer than k
 */
export async function kNearestNeighbourAccuracy(
  fit: LabelledCodes,
  test: LabelledCodes | null = null,
  { k = 5, progress }: NeighbourOptions = {},
): Promise<number> {
  const asked = test ?? fit;
  check(fit, asked, k, test ? 0 : 1);
  const total = asked.labels.length;
  const ranking = createRanking(k);
  let right = 0;
  for (let i = 0; i < total; i++) {
    ranking.clear();
    rank(ranking, fit, asked, i, test ? -1 : i);
    if (vote(ranking.neighbours, fit.labels) === asked.labels[i]) right++;
    if (i % 250 === 249) {
      progress?.(i + 1, total);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  progress?.(total, total);
  return right / total;
}

/**
 * For each of some codes the label of the nearest code that has one (squared Euclidean distance).
 *
 * @param codes [n · latentDim]
 * @throws RangeError where the codes do not fit together
 */
export function nearestLabels(fit: LabelledCodes, codes: Float32Array): Uint8Array {
  const labels = new Uint8Array(codes.length / fit.latentDim);
  const asked = { means: codes, labels, latentDim: fit.latentDim };
  check(fit, asked, 1, 0);
  const ranking = createRanking(1);
  for (let i = 0; i < labels.length; i++) {
    ranking.clear();
    rank(ranking, fit, asked, i, -1);
    labels[i] = fit.labels[ranking.neighbours[0]];
  }
  return labels;
}

function check(fit: LabelledCodes, test: LabelledCodes, k: number, spare: number): void {
  for (const { means, labels, latentDim } of [fit, test]) {
    if (means.length !== labels.length * latentDim) {
      throw new RangeError(
        `kNearestNeighbourAccuracy: expected ${labels.length} codes of ${latentDim} numbers, got ${means.length} numbers`,
      );
    }
  }
  if (fit.latentDim !== test.latentDim) {
    throw new RangeError(
      `kNearestNeighbourAccuracy: expected test codes of ${fit.latentDim} numbers, got ${test.latentDim}`,
    );
  }
  if (!Number.isInteger(k) || k < 1 || k > fit.labels.length - spare) {
    throw new RangeError(
      `kNearestNeighbourAccuracy: k: expected an integer from 1 to ${
        fit.labels.length - spare
      }, got ${k}`,
    );
  }
}

/** The k nearest so far, nearest first, kept by insertion. */
function createRanking(k: number) {
  const distances = new Float64Array(k).fill(Infinity);
  const neighbours = new Int32Array(k);
  return {
    distances,
    neighbours,
    clear: () => distances.fill(Infinity),
    insert(distance: number, index: number) {
      let place = k - 1;
      for (; place > 0 && distances[place - 1] > distance; place--) {
        distances[place] = distances[place - 1];
        neighbours[place] = neighbours[place - 1];
      }
      distances[place] = distance;
      neighbours[place] = index;
    },
  };
}

function rank(
  { distances, insert }: ReturnType<typeof createRanking>,
  { means, labels, latentDim }: LabelledCodes,
  asked: LabelledCodes,
  row: number,
  skip: number,
): void {
  const query = asked.means.subarray(row * latentDim, (row + 1) * latentDim);
  const last = distances.length - 1;
  for (let j = 0; j < labels.length; j++) {
    if (j === skip) continue;
    const bound = distances[last];
    let distance = 0;
    // A sum that is already too large needs no further terms; asking after every term costs more.
    for (let i = 0; i < latentDim && distance < bound;) {
      for (const end = Math.min(i + 8, latentDim); i < end; i++) {
        const difference = means[j * latentDim + i] - query[i];
        distance += difference * difference;
      }
    }
    if (distance < bound) insert(distance, j);
  }
}

function vote(neighbours: Int32Array, labels: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const j of neighbours) counts.set(labels[j], (counts.get(labels[j]) ?? 0) + 1);
  // A Map keeps the order of insertion, so the nearer of two equal labels stands first.
  let best = -1, most = 0;
  for (const [label, count] of counts) if (count > most) [best, most] = [label, count];
  return best;
}
