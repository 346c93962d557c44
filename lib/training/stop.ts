/**
 * The Stop button. Jupyter sends SIGINT, which would kill a Deno kernel with all its state
 * (denoland/deno#24491); whoever listens survives. Importing this file inside a kernel listens from
 * then on, so that Stop does no harm while nothing trains either.
 */

const waiting = new Set<() => void>();
let lastStop = -Infinity;

if (insideKernel() && Deno.build.os !== "windows") Deno.addSignalListener("SIGINT", requestStop);

/** `Deno.jupyter` throws outside a kernel. */
function insideKernel(): boolean {
  try {
    return (Deno as { jupyter?: unknown }).jupyter !== undefined;
  } catch {
    return false;
  }
}

/** What the Stop button does: asks everything that trains in this process to end. */
export function requestStop(): void {
  lastStop = performance.now();
  for (const ask of waiting) ask();
}

/** Calls `ask` at every Stop, until the function that is returned is called. */
export function onStop(ask: () => void): () => void {
  waiting.add(ask);
  return () => waiting.delete(ask);
}

/**
 * Whether Stop was asked for less than three seconds before `now` (milliseconds of `performance.now`).
 *
 * After Run All the kernel starts the next cell at once, stopped or not: a cell that goes on with
 * training asks this first, so that only a person makes it go on.
 */
export function stoppedJustNow(now = performance.now()): boolean {
  return now - lastStop < 3000;
}
