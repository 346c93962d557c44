/** The nearest of many, found one after the other. */

/** The `k` nearest so far, the nearest first; Infinity where there are fewer. */
export interface Ranking {
  readonly distances: Float64Array;
  /** Whose distances they are. */
  readonly neighbours: Int32Array;
  clear(): void;
  /** Takes one in whose distance is below the last one's, which falls out. */
  insert(distance: number, index: number): void;
}

/** An empty ranking; kept in order by insertion, as k is small. */
export function createRanking(k: number): Ranking {
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
