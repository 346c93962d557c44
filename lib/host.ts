/**
 * Where the program runs: in Deno, or in a page of a browser, where there is no environment, no disk and
 * often no memory to share. The one file that knows the difference.
 */

const inDeno = typeof Deno !== "undefined";

/** An environment variable; a page has none. */
export function environment(name: string): string | undefined {
  return inDeno ? Deno.env.get(name) : undefined;
}

/** The CPU's model; a page is not told. */
export async function processorName(): Promise<string> {
  if (!inDeno) return "this browser";
  const { cpus } = await import("node:os");
  return cpus()[0]?.model.trim() || "unknown CPU";
}

/** Whether threads can share memory; not in a page that is not isolated from others. */
export const canShare = typeof SharedArrayBuffer !== "undefined";

/** Zeros, in memory that threads share where they can. */
export function sharedMemory(bytes: number): ArrayBufferLike {
  return canShare ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** Whether memory is of the kind that `sharedMemory` gives. */
export function isShared(memory: ArrayBufferLike): boolean {
  return !canShare || memory instanceof SharedArrayBuffer;
}
