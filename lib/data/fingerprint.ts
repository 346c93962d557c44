/** What images a run learnt from, told by their bytes: names and counts can be wrong. */
import { z } from "zod";
import { Hash } from "../hash.ts";
import type { ImageSet } from "./image_set.ts";

/** Of a set's first 1, 10, 100, … images and of all: a set and its beginning can be told to be one. */
export const fingerprintSchema = z.strictObject({
  count: z.int().min(0),
  /** [height, width, channels]. */
  shape: z.tuple([z.int(), z.int(), z.int()]),
  /** Hash of the first 10ⁿ images at n, as long as there are so many. */
  beginnings: z.array(z.string()),
  whole: z.string(),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** By the pixels' array: a set that is changed has another one. */
const known = new WeakMap<Uint8Array, Fingerprint>();

/** Reads all bytes, some 50 ms for MNIST; a set that was read before is not read again. */
export function fingerprintOf(set: ImageSet): Fingerprint {
  const shape: Fingerprint["shape"] = [set.height, set.width, set.channels];
  const before = known.get(set.pixels);
  if (before && before.count === set.count && before.shape.join() === shape.join()) return before;
  const size = set.height * set.width * set.channels;
  const hash = new Hash();
  const beginnings: string[] = [];
  let done = 0;
  for (let next = 1; next <= set.count; next *= 10) {
    hash.bytes(set.pixels.subarray(done * size, next * size));
    beginnings.push(hash.text());
    done = next;
  }
  hash.bytes(set.pixels.subarray(done * size, set.count * size));
  const fingerprint: Fingerprint = {
    count: set.count,
    shape,
    beginnings,
    whole: hash.text(),
  };
  known.set(set.pixels, fingerprint);
  return fingerprint;
}

/** Whether two sets are the same, or one the beginning of the other. */
export function sameImages(a: Fingerprint, b: Fingerprint): boolean {
  if (a.shape.join() !== b.shape.join()) return false;
  if (a.count === b.count && a.whole !== b.whole) return false;
  const shared = Math.min(a.beginnings.length, b.beginnings.length);
  return a.beginnings.slice(0, shared).join() === b.beginnings.slice(0, shared).join();
}
