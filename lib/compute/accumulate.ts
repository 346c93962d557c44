import type { Accumulate } from "./kernels.ts";

/** Sums of flat arrays, in place, in [from, to), each rounded to float32; whether all are finite. */
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
