/**
 * Memory in pages of 2 MB, where Linux gives them to who asks. A product with a matrix whose rows lie almost a
 * page apart waits for the CPU's table of pages: in the dense VAE that with 256×784 weights took 0.78 ms, and
 * takes 0.60 (AMD EPYC, batch 50).
 */
import { mayCallNative } from "../../host.ts";
import { addressOf } from "../wasm_heap.ts";

/** A large page, in bytes. */
export const largePage = 2 ** 21;

const MADV_HUGEPAGE = 14; // <sys/mman.h>

/**
 * Asks for them, for memory that nobody has written to.
 *
 * @returns where in the memory the first of them may begin, in bytes; 0 where they cannot be asked for
 */
export function askForLargePages({ buffer }: WebAssembly.Memory): number {
  if (!mayCallNative() || Deno.build.os !== "linux") return 0;
  const size = BigInt(largePage), address = addressOf(buffer);
  const start = (size - address % size) % size;
  const bytes = (BigInt(buffer.byteLength) - start) / size * size;
  advise(address + start, bytes, MADV_HUGEPAGE);
  return Number(start);
}

/** madvise(2). A system may decline, or have another C library: then pages stay small. */
function advise(address: bigint, bytes: bigint, advice: number): void {
  const symbols = { madvise: { parameters: ["usize", "usize", "i32"], result: "i32" } } as const;
  try {
    const library = Deno.dlopen("libc.so.6", symbols);
    library.symbols.madvise(address, bytes, advice);
    library.close();
  } catch {
    return;
  }
}
