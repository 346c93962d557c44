/** Threads that meet: what data-parallel workers need of shared memory, and nothing of what they compute. */

const arrivals = 0, generation = 1, abandoned = 2;
/** Looks before a thread sleeps: some 20 µs, about what waking costs; the others are usually nearer. */
const patience = 4000;

/** Thrown in threads that wait at a barrier when another has failed. */
export class Abandoned extends Error {
  override name = "Abandoned";
}

/** Returns when an integer that other threads write is no longer `value`: looks shortly, then sleeps. */
export function waitWhile(control: Int32Array, index: number, value: number): void {
  for (let look = 0; look < patience; look++) {
    if (Atomics.load(control, index) !== value) return;
  }
  while (Atomics.load(control, index) === value) Atomics.wait(control, index, value);
}

/** A barrier of `count` threads in shared memory: `wait` returns once all have called it. */
export class Barrier {
  /** Bytes of shared memory a barrier needs. */
  static readonly bytes = 12;
  readonly #control: Int32Array;
  readonly #count: number;
  #generation: number;

  constructor(buffer: ArrayBufferLike, count: number) {
    this.#control = new Int32Array(buffer, 0, 3);
    this.#count = count;
    this.#generation = Atomics.load(this.#control, generation);
  }

  /** @throws Abandoned where `abandon` was called, by anyone */
  wait(): void {
    const control = this.#control, current = this.#generation++;
    if (Atomics.add(control, arrivals, 1) + 1 === this.#count) {
      Atomics.store(control, arrivals, 0);
      Atomics.add(control, generation, 1);
      Atomics.notify(control, generation);
    } else {
      waitWhile(control, generation, current);
    }
    if (Atomics.load(control, abandoned)) throw new Abandoned("another worker has failed");
  }

  /** Frees all who wait, now and later, with an `Abandoned`. */
  abandon(): void {
    Atomics.store(this.#control, abandoned, 1);
    Atomics.add(this.#control, generation, 1);
    Atomics.notify(this.#control, generation);
  }
}
