/**
 * Threads that compute a part each of one large product, on the heap where it lies. What a helper does is a
 * list of calls of the module's functions, written by this thread; so a helper knows nothing of tensors.
 */
import type { StartThread } from "../../host.ts";
import type { WasmHeap } from "../wasm_heap.ts";
import { waitWhile } from "../workers.ts";
import { ScratchArea } from "./memory.ts";
import type { WasmKernels, WasmModule } from "./module.ts";
import { callNumbers, control, type HelperData } from "./helper.ts";

/** A thread's part is at least so many multiplications (some 0.07 ms): below, waking it costs more than it brings. */
const smallestPart = 1_000_000;

export interface TeamOptions {
  /** With the caller's. */
  threads: number;
  /** Null where there is no other thread to be had. */
  startThread: StartThread | null;
  /** Multiplications of a thread's part, at least. */
  partFrom?: number;
}

/** Who does a part: its functions, and its number, which tells its working memory from the others'. */
export interface Hand {
  wasm: WasmKernels;
  member: number;
}

export class Team {
  /** This thread. */
  readonly own: Hand;
  readonly #heap: WasmHeap;
  readonly #wasm: WasmModule;
  readonly #lists: ScratchArea;
  readonly #start: StartThread | null;
  readonly #partFrom: number;
  readonly #helpers: Int32Array[];
  #started = false;

  constructor(heap: WasmHeap, wasm: WasmModule, options: TeamOptions) {
    const { threads, startThread, partFrom = smallestPart } = options;
    this.#heap = heap;
    this.#wasm = wasm;
    this.own = { wasm: wasm.kernels, member: 0 };
    this.#lists = new ScratchArea(heap);
    this.#start = startThread;
    this.#partFrom = partFrom;
    const shared = startThread && !(heap.memory.buffer instanceof ArrayBuffer);
    this.#helpers = Array.from(
      { length: shared ? threads - 1 : 0 },
      () => new Int32Array(new SharedArrayBuffer(control.bytes)),
    );
  }

  /**
   * How many threads will share work of so many multiplications: 1 where it is not worth it. At the first that
   * is, helpers are started; until they are there, which takes 0.1 s, this thread goes on alone.
   */
  sizeFor(multiplications: number): number {
    const parts = Math.floor(multiplications / this.#partFrom);
    if (this.#helpers.length === 0 || parts < 2) return 1;
    if (!this.#started) this.#startHelpers();
    const ready = this.#helpers.every((helper) => Atomics.load(helper, control.done) > 0);
    return ready ? Math.min(this.#helpers.length + 1, parts) : 1;
  }

  #startHelpers(): void {
    this.#started = true;
    const { module } = this.#wasm, { memory } = this.#heap;
    for (const helper of this.#helpers) {
      const data: HelperData = { module, memory, control: helper };
      this.#start!(new URL("./helper_thread.ts", import.meta.url), data);
    }
  }

  /**
   * Does parts of 0 … count − 1, as many as `size` (of `sizeFor`), at once. A part neither allocates nor reads
   * what another writes.
   *
   * @throws WebAssembly.RuntimeError where a helper's functions did: after it, the heap may be in any state
   */
  share(count: number, size: number, part: (hand: Hand, from: number, to: number) => void): void {
    const first = (member: number) => Math.floor(count * member / size);
    const lists = Array.from({ length: size - 1 }, (_, i): number[] => {
      const calls: number[] = [];
      const hand = { wasm: this.#wasm.writtenTo(calls), member: i + 1 };
      part(hand, first(i + 1), first(i + 2));
      return calls;
    });
    const starts = lists.length === 0
      ? []
      : this.#lists.take(...lists.map((list) => 8 * list.length));
    const helpers = this.#helpers.slice(0, lists.length);
    helpers.forEach((helper, i) => {
      const calls = lists[i];
      new Float64Array(this.#heap.memory.buffer, starts[i], calls.length).set(calls);
      helper[control.list] = starts[i];
      helper[control.calls] = calls.length / callNumbers;
      Atomics.add(helper, control.given, 1);
      Atomics.notify(helper, control.given);
    });
    try {
      part(this.own, first(0), first(1));
    } finally {
      // Whatever happened: they still write where they were told to.
      helpers.forEach(finish);
    }
    if (helpers.some((helper) => helper[control.failed])) {
      throw new WebAssembly.RuntimeError("a helper thread of the portable engine has failed");
    }
  }

  dispose(): void {
    for (const helper of this.#helpers) {
      Atomics.store(helper, control.ended, 1);
      Atomics.add(helper, control.given, 1);
      Atomics.notify(helper, control.given);
    }
    this.#helpers.length = 0;
    this.#lists.dispose();
  }
}

/** Returns when a helper has done what it was given. */
function finish(helper: Int32Array): void {
  // Being there is counted, too.
  waitWhile(helper, control.done, Atomics.load(helper, control.given));
}
