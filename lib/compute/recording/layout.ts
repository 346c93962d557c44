/** Places in one block of memory for values that are needed for a while. */

/** A value's size, and the first and the last moment at which it is needed. */
export interface Lifetime {
  bytes: number;
  first: number;
  last: number;
}

/** Every place begins at such an address: a cache line. */
const alignment = 64;
const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

/**
 * An offset for each value, so that no two which are needed at the same moment share a byte, and the size of the
 * whole. The largest come first, each at the lowest place that is free for all its time: not the smallest block
 * there is, but near it.
 */
export function layOut(values: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(values.length);
  const placed: { from: number; to: number; value: Lifetime }[] = [];
  const bySize = [...values.keys()].sort((a, b) => values[b].bytes - values[a].bytes || a - b);
  for (const i of bySize) {
    const value = values[i], size = aligned(value.bytes);
    let from = 0;
    // In the order of their places.
    for (const other of placed) {
      if (other.value.last < value.first || value.last < other.value.first) continue;
      if (other.from - from >= size) break;
      from = Math.max(from, other.to);
    }
    offsets[i] = from;
    const next = placed.findIndex((other) => other.from > from);
    placed.splice(next < 0 ? placed.length : next, 0, { from, to: from + size, value });
  }
  return { offsets, bytes: placed.reduce((most, { to }) => Math.max(most, to), 0) };
}
