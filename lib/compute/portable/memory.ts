/** The portable engine's own memory on the wasm heap: tables of offsets, and a place to work in. */
import { LRUCache } from "lru-cache";
import type { WasmHeap } from "../wasm_heap.ts";

const tableLimit = 256;
const alignment = 64;
/** 6×8 numbers. */
const tileBytes = 6 * 32;

/** Tables of 32-bit byte offsets, made once a key. The ones unused for longest go first. */
export class OffsetTables {
  readonly #heap: WasmHeap;
  readonly #tables: LRUCache<string, number>;
  readonly #edges: number;
  /** The rows of a tile that stands alone, as `edge` has room for. */
  readonly edgeRows: number;

  /** @param threads those that multiply at once */
  constructor(heap: WasmHeap, threads = 1) {
    this.#heap = heap;
    this.#tables = new LRUCache({ max: tableLimit, dispose: (offset) => heap.free(offset) });
    this.#edges = heap.reserve(threads * tileBytes);
    this.edgeRows = this.#write(Int32Array.from({ length: 6 }, (_, row) => row * 32));
  }

  get(key: string, make: () => Int32Array): number {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const table = this.#write(make());
    this.#tables.set(key, table);
    return table;
  }

  /** Room for one tile, a thread its own. */
  edge(member: number): number {
    return this.#edges + member * tileBytes;
  }

  /** 0, stride, 2·stride, … */
  strided(count: number, stride: number): number {
    return this.get(
      `${count} × ${stride}`,
      () => Int32Array.from({ length: count }, (_, i) => i * stride),
    );
  }

  #write(values: Int32Array): number {
    const offset = this.#heap.reserve(values.byteLength);
    new Int32Array(this.#heap.memory.buffer, offset, values.length).set(values);
    return offset;
  }

  dispose(): void {
    this.#tables.clear();
    this.#heap.free(this.#edges);
    this.#heap.free(this.edgeRows);
  }
}

/** One block that every kernel call uses afresh. */
export class ScratchArea {
  readonly #heap: WasmHeap;
  #start = 0;
  #bytes = 0;

  constructor(heap: WasmHeap) {
    this.#heap = heap;
  }

  /** The offsets of areas of the given sizes. The areas of earlier calls are gone. May grow the heap. */
  take(...sizes: number[]): number[] {
    const aligned = sizes.map((size) => Math.ceil(size / alignment) * alignment);
    const total = aligned.reduce((sum, size) => sum + size, 0);
    if (total > this.#bytes) {
      // First without a block: the heap may have no room for a larger one.
      this.dispose();
      this.#start = this.#heap.reserve(total);
      this.#bytes = total;
    }
    let next = this.#start;
    return aligned.map((size) => (next += size) - size);
  }

  dispose(): void {
    if (this.#bytes > 0) this.#heap.free(this.#start);
    this.#bytes = 0;
  }
}
