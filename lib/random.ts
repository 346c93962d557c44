/**
 * Seeded randomness: one named stream per use, addressed by position.
 *
 * A stream is a pure function of `(seed, name, position…)`. Nothing has to be carried along to
 * continue a run: the noise of epoch 4, batch 17 is `new RandomStream(seed, "noise", 4, 17)`, whether
 * the run came there in one go, was resumed, or was split over several workers.
 */

import { OptionError } from "./option_error.ts";

/** Mixes one 32-bit word into a hash (MurmurHash3's body and finalizer, public domain, A. Appleby). */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  hash ^= k;
  hash = (hash << 13) | (hash >>> 19);
  return (Math.imul(hash, 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A stream of pseudo-random numbers (xoshiro128**, Blackman & Vigna 2018).
 *
 * @example
 * ```ts
 * import { RandomStream } from "./random.ts";
 *
 * const [epoch, batch, latentDim] = [1, 0, 2];
 * const eps = new RandomStream(7, "noise", epoch, batch).normals(32 * latentDim);
 * ```
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  /**
   * @param seed any safe integer, 0 included
   * @param name what the numbers are for: streams of different names are independent
   * @param position where in the run, as in `epoch, batch`
   * @throws OptionError where the seed or a position is no safe integer
   */
  constructor(seed: number, name: string, ...position: number[]) {
    for (const value of [seed, ...position]) {
      if (!Number.isSafeInteger(value)) {
        throw new OptionError(
          `RandomStream: seed and positions: expected safe integers, got ${value}`,
        );
      }
    }
    let hash = 0x9e3779b9;
    for (const value of [seed, name.length, ...position]) {
      hash = mix(mix(hash, value | 0), Math.floor(value / 2 ** 32));
    }
    for (let i = 0; i < name.length; i++) hash = mix(hash, name.charCodeAt(i));
    [this.#a, this.#b, this.#c, this.#d] = [1, 2, 3, 4].map((i) => finish(mix(hash, i)) | 0);
  }

  /** The next 32 random bits as an unsigned integer. */
  bits(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** A number in [0, 1), with 32 random bits. */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** An integer in [0, bound), without modulo bias worth naming for bounds under a million. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A draw from N(0, 1) (Box & Muller 1958, both values used). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** `count` draws from N(0, 1). */
  normals(count: number): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.normal();
    return values;
  }

  /** Goes on as after `count` draws from N(0, 1), without their logarithms and sines. Returns the stream. */
  skipNormals(count: number): this {
    const spared = this.#spare !== null && count > 0 ? 1 : 0;
    if (spared) this.#spare = null;
    for (let pairs = Math.floor((count - spared) / 2); pairs > 0; pairs--) {
      this.bits();
      this.bits();
    }
    if ((count - spared) % 2 === 1) this.normal();
    return this;
  }

  /** The integers 0 … count − 1 in random order (Fisher & Yates). */
  permutation(count: number): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
}
