/** Threads that meet: what data-parallel workers need of shared memory, and nothing of what they compute. */

const arrivals = 0, generation = 1, abandoned = 2;
/** Rounds of looking before a thread sleeps: some 20 µs, about what a thread's waking costs. */
const patience = 4000;

/** Thrown in threads that wait at a barrier when another has failed. */
export class Abandoned extends Error {
  override name = "Abandoned";
}

/**
 * A barrier of `count` threads in shared memory: `wait` returns once all have called it. Spins
 * shortly, as the others are usually microseconds away, then sleeps.
 */
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
      for (let spin = 0; spin < patience; spin++) {
        if (Atomics.load(control, generation) !== current) break;
      }
      while (
        Atomics.load(control, generation) === current && !Atomics.load(control, abandoned)
      ) Atomics.wait(control, generation, current, 100);
    }
    if (Atomics.load(control, abandoned)) throw new Abandoned("another worker has failed");
  }

  /** Frees all who wait, now and later, with an `Abandoned`. */
  abandon(): void {
    Atomics.store(this.#control, abandoned, 1);
    Atomics.notify(this.#control, generation);
  }
}
