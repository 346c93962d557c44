/** What a helper of a team does: one list of calls after another, until it is told to end. */
import { waitWhile } from "../workers.ts";

/** A helper's memory: indices of 32-bit integers, and its size. */
export const control = {
  /** Lists given so far. */
  given: 0,
  /** Lists done so far, and one: the first says that the helper is there. */
  done: 1,
  /** Where the list lies in the heap, in bytes, and its number of calls. */
  list: 2,
  calls: 3,
  /** 1 where a call of the last list has thrown. */
  failed: 4,
  ended: 5,
  /** A cache line, so that no other's numbers lie beside. */
  bytes: 64,
} as const;

/** Numbers of one call in a list: which of the module's functions, then its arguments. */
export const callNumbers = 17;

/** A helper's `workerData`. */
export interface HelperData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: Int32Array;
}

export function help({ module, memory, control: own }: HelperData): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = WebAssembly.Module.exports(module)
    .map(({ name }) => exports[name] as (...values: number[]) => void);
  for (let given = 0;; given++) {
    Atomics.add(own, control.done, 1);
    Atomics.notify(own, control.done);
    waitWhile(own, control.given, given);
    if (Atomics.load(own, control.ended)) return;
    own[control.failed] = 0;
    try {
      const count = own[control.calls] * callNumbers;
      const list = new Float64Array(memory.buffer, own[control.list] >>> 0, count);
      for (let i = 0; i < count; i += callNumbers) {
        functions[list[i]](...list.subarray(i + 1, i + callNumbers));
      }
    } catch {
      own[control.failed] = 1;
    }
  }
}
