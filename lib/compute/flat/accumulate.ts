/** Sums of flat arrays as a plain loop. */

/**
 * total += each of the others, over flat arrays, in place, in [from, to), each sum rounded to float32.
 *
 * @returns whether every sum is finite
 */
export type Accumulate = (
  total: Float32Array,
  others: readonly Float32Array[],
  from: number,
  to: number,
) => boolean;

export const accumulate: Accumulate = (total, others, from, to) => {
  // Times 0 every number is 0, but infinities and NaN are NaN: one look at the end is enough.
  let witness = 0;
  if (others.length === 0) { for (let i = from; i < to; i++) witness += total[i] * 0; }
  for (const other of others) {
    for (let i = from; i < to; i++) {
      const sum = Math.fround(total[i] + other[i]);
      total[i] = sum;
      witness += sum * 0;
    }
  }
  return witness === 0;
};
