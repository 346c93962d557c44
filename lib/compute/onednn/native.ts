/** Native memory that is freed by hand: the interface, buffers, and a bounded cache of what was built. */
import { LRUCache } from "lru-cache";
import { addressOf } from "../wasm_heap.ts";

/** Something that holds native memory. */
export interface Native {
  destroy(): void;
}

/** A float buffer outside the wasm heap, aligned to a cache line: packed weights, intermediate values. */
export class NativeBuffer implements Native {
  readonly #memory: ArrayBuffer;
  readonly address: bigint;
  readonly values: Float32Array<ArrayBuffer>;

  constructor(bytes: number) {
    this.#memory = new ArrayBuffer(bytes + 64);
    const start = addressOf(this.#memory);
    const shift = Number(-start & 63n);
    this.address = start + BigInt(shift);
    this.values = new Float32Array(this.#memory, shift, bytes >> 2);
  }

  /** At once: the collector, which sees only a small object, would take its time. */
  destroy(): void {
    this.#memory.transfer(0);
  }
}

/** Natives by the kernel and its whole shape; those unused for longest are destroyed. */
export class NativeCache {
  readonly #natives: LRUCache<string, Native>;

  constructor(capacity: number) {
    this.#natives = new LRUCache({ max: capacity, dispose: (native) => native.destroy() });
  }

  get size(): number {
    return this.#natives.size;
  }

  /** The native under this key, made where it is missing. */
  get<T extends Native>(key: string, make: () => T): T {
    const known = this.#natives.get(key) as T | undefined;
    if (known) return known;
    const made = make();
    this.#natives.set(key, made);
    return made;
  }

  clear(): void {
    this.#natives.clear();
  }
}
