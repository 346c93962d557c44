/** Kernels that may write nowhere but into what they have allocated on the wasm heap. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TrainingKernels } from "../../lib/compute/kernels.ts";

interface Heap {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(offset: number): void;
}

const guard = 64, mark = 0xa5;

/** From now on every block stands between guard bytes, which are looked at when it is freed. */
function guardBlocks(wasm: Heap): () => void {
  wasm._free(wasm._malloc(1)); // Emscripten puts the real functions in place of its stubs
  const { _malloc, _free } = wasm;
  const blocks = new Map<number, number>();
  const check = (offset: number, bytes: number) => {
    for (const from of [offset - guard, offset + bytes]) {
      const wrong = wasm.HEAPU8.subarray(from, from + guard).findIndex((byte) => byte !== mark);
      if (wrong < 0) continue;
      const place = from < offset ? `${guard - wrong} bytes before` : `${wrong} bytes after`;
      assert.fail(`a kernel wrote ${place} a block of ${bytes} bytes`);
    }
  };
  wasm._malloc = (bytes) => {
    const offset = (_malloc(bytes + 2 * guard) >>> 0) + guard;
    wasm.HEAPU8.fill(mark, offset - guard, offset);
    // What a kernel leaves unwritten must not look like a result.
    new Uint8Array(wasm.HEAPU8.buffer, offset, bytes).fill(0xff);
    wasm.HEAPU8.fill(mark, offset + bytes, offset + bytes + guard);
    blocks.set(offset, bytes);
    return offset;
  };
  wasm._free = (offset) => {
    const bytes = blocks.get(offset);
    if (bytes === undefined) return _free(offset);
    check(offset, bytes);
    blocks.delete(offset);
    _free(offset - guard);
  };
  return () => {
    for (const [offset, bytes] of blocks) check(offset, bytes);
  };
}

let check: (() => void) | null = null;

/** Makes kernels on guarded memory; `dispose` fails where one of them wrote elsewhere. */
export const guarded = (open: () => TrainingKernels) => (): TrainingKernels => {
  check ??= guardBlocks((tf.backend() as unknown as { wasm: Heap }).wasm);
  const kernels = open();
  return new Proxy(kernels, {
    get(_, key) {
      const value = kernels[key as keyof TrainingKernels];
      if (typeof value !== "function") return value;
      return key !== "dispose" ? value.bind(kernels) : () => {
        check!();
        kernels.dispose();
      };
    },
  });
};
