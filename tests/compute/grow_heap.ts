import type { WasmHeap } from "../../lib/compute/wasm_heap.ts";

/** Allocates until the heap has grown, and frees it all. */
export function growHeap(heap: WasmHeap): void {
  const before = heap.memory.buffer.byteLength;
  const blocks: number[] = [];
  while (heap.memory.buffer.byteLength === before) blocks.push(heap.reserve(8 << 20));
  for (const block of blocks) heap.free(block);
}
