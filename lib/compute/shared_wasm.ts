/**
 * tfjs's `wasm` backend on memory that threads share. Its own build for threads starts neither in Deno nor in
 * a page; the one without declares a memory of its own, and one bit there says whether it is shared.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** tfjs's compiled file for one thread with SIMD. */
export async function readWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const backend = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  const file = await readFile(join(dirname(backend), "tfjs-backend-wasm-simd.wasm"));
  return new Uint8Array(file);
}

const header = 8, memorySection = 5, hasMaximum = 1, shared = 2;

/**
 * A copy of a WebAssembly module whose memory is shared. A shared memory needs a largest size.
 *
 * Binary form: https://webassembly.github.io/spec/core/binary/modules.html#memory-section,
 * https://github.com/WebAssembly/threads
 *
 * @throws Error where the module has not one memory of its own with a largest size
 */
export function withSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(module);
  for (let at = header; at < bytes.length;) {
    const id = bytes[at];
    const [size, content] = unsignedAt(bytes, at + 1);
    if (id === memorySection) {
      const [count, limits] = unsignedAt(bytes, content);
      if (count === 1 && bytes[limits] === hasMaximum) {
        bytes[limits] |= shared;
        return bytes;
      }
    }
    at = content + size;
  }
  throw new Error(
    "Cannot share the module's memory: expected one of its own with a largest size",
  );
}

/** A number in LEB128, and where what follows it begins. */
function unsignedAt(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0, shift = 0, next = at;
  do {
    value += (bytes[next] & 0x7f) * 2 ** shift;
    shift += 7;
  } while (bytes[next++] & 0x80);
  return [value, next];
}
