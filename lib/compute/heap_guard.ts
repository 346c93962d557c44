/**
 * Keeps tfjs's `wasm` backend from computing without memory.
 *
 * The backend (4.22.0) does not look whether `malloc` gave it memory: where the heap is full it writes
 * the new tensor at address 0, over whatever lies there, and trains on. And after an abort or a trap
 * inside a kernel the heap may be in any state.
 */
import * as tf from "@tensorflow/tfjs";
import { formatNumber } from "../numbers.ts";

interface GuardedBackend {
  wasm: {
    _malloc(bytes: number): number;
    _free(offset: number): void;
    onAbort?: (what: unknown) => void;
  };
  numDataIds(): number;
}

/** Emscripten's limit for this build. */
const mostBytes = 2 ** 32 - 2 ** 16;
const megabytes = (bytes: number) => formatNumber(Math.round(bytes / 2 ** 20));

const guarded = new WeakSet<object>();

/**
 * From now on an allocation for which there is no room throws an Error that says what to do, and after
 * an abort every allocation does, so every kernel. Does nothing where that has been done.
 *
 * @throws Error where the `wasm` backend has not been set up
 */
export function guardHeap(): void {
  const backend = tf.findBackend("wasm") as unknown as GuardedBackend | null;
  if (!backend?.wasm) throw new Error('expected tf.setBackend("wasm") to have been run');
  const { wasm } = backend;
  if (guarded.has(wasm)) return;
  guarded.add(wasm);
  // At their first call Emscripten's stubs put the real functions in their own place.
  wasm._free(wasm._malloc(1));
  const { _malloc: malloc, _free: free } = wasm;
  const sizes = new Map<number, number>();
  let held = 0, broken: string | null = null;

  wasm._malloc = (bytes) => {
    if (broken !== null) {
      throw new Error(
        `The wasm heap is broken since an earlier error: ${broken}; restart the kernel`,
      );
    }
    // Above 2 GB it comes as a negative number.
    const offset = malloc(bytes) >>> 0;
    if (offset === 0) {
      throw new Error(
        `Out of memory: ${
          megabytes(held)
        } MB held by ${backend.numDataIds()} tensors on the wasm ` +
          `heap of at most ${megabytes(mostBytes)} MB; dispose tensors you no longer need, use a ` +
          `smaller batch, or restart the kernel`,
      );
    }
    sizes.set(offset, bytes);
    held += bytes;
    return offset;
  };
  wasm._free = (offset) => {
    held -= sizes.get(offset) ?? 0;
    sizes.delete(offset);
    // A broken allocator may never come back from it.
    if (broken === null) free(offset);
  };

  wasm.onAbort = (what) => {
    broken ??= `the backend aborted${what ? ` (${what})` : ""}`;
  };
  for (const kernel of tf.getKernelsForBackend("wasm")) {
    const { kernelName, kernelFunc } = kernel;
    kernel.kernelFunc = (call) => {
      try {
        return kernelFunc(call);
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) broken ??= `${kernelName}: ${error.message}`;
        throw error;
      }
    };
  }
}
