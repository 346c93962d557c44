/** Memory for flat arrays that threads share and on which WebAssembly computes where it lies. */
import { canShare } from "../../host.ts";
import { askForLargePages, largePage } from "./large_pages.ts";

const pageBytes = 65_536;
const memories = new WeakMap<ArrayBufferLike, WebAssembly.Memory>();

/** Part of a memory: from the byte `start` on. */
export interface FlatMemory {
  memory: WebAssembly.Memory;
  start: number;
}

/**
 * Zeros, at least so many bytes from `start` on. What gets it in a message calls `adoptMemory`.
 *
 * @throws RangeError where there is not so much memory, or for more than 4 GB
 */
export function flatMemory(bytes: number): FlatMemory {
  const large = canShare && bytes >= largePage;
  const pages = Math.max(1, Math.ceil((large ? bytes + largePage : bytes) / pageBytes));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: canShare });
  adoptMemory(memory);
  return { memory, start: large ? askForLargePages(memory) : 0 };
}

/** Makes a memory that came from another thread known in this one. */
export function adoptMemory(memory: WebAssembly.Memory): void {
  memories.set(memory.buffer, memory);
}

/** The memory that all of these arrays lie in; null where they do not lie in one of `flatMemory`. */
export function memoryOf(...arrays: Float32Array[]): WebAssembly.Memory | null {
  const [{ buffer }] = arrays;
  return arrays.every((array) => array.buffer === buffer) ? memories.get(buffer) ?? null : null;
}
