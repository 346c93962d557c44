/**
 * The Stop button. Jupyter sends SIGINT, which would kill a Deno kernel with all its state
 * (denoland/deno#24491); whoever listens survives. Importing this file inside a kernel listens from
 * then on, so that Stop does no harm while nothing trains either. Where there is no SIGINT, on Windows,
 * `lib/workbench/kernel_deno.py` writes a line instead.
 */
import { environment } from "./host.ts";

const waiting = new Set<() => void>();
let lastStop = -Infinity;

if (insideKernel()) listen();

function listen(): void {
  if (environment("KERNEL_STOP") === "line") stopAtEachLine();
  else if (Deno.build.os !== "windows") Deno.addSignalListener("SIGINT", requestStop);
}

async function stopAtEachLine(): Promise<void> {
  for await (const _ of Deno.stdin.readable) requestStop();
}

/** `Deno.jupyter` throws outside a kernel. */
function insideKernel(): boolean {
  try {
    return (Deno as { jupyter?: unknown }).jupyter !== undefined;
  } catch {
    return false;
  }
}

/** What the Stop button does: asks everything that computes in this process to end. */
export function requestStop(): void {
  lastStop = performance.now();
  for (const ask of waiting) ask();
}

/** Calls `ask` at every Stop, until the function that is returned is called. */
export function onStop(ask: () => void): () => void {
  waiting.add(ask);
  return () => waiting.delete(ask);
}

/** Stop ended something that a caller waits for; called again, it begins or goes on. */
export class StoppedError extends Error {
  override name = "StoppedError";
}

/** Between two turns for others, this thread computes so long, in milliseconds. */
const turn = 50;
let resumed = -Infinity;

/** Long work that Stop ends: made when the work begins, asked between its pieces. */
export interface Stoppable extends Disposable {
  /**
   * Lets timers and signals have their turn, at most every 50 ms.
   *
   * @throws StoppedError where Stop was asked for since the work began
   */
  turn(): Promise<void>;
}

/** @param what is being done, as in `encoding`: for the message */
export function stoppable(what: string): Stoppable {
  let stopped = false;
  const unsubscribe = onStop(() => stopped = true);
  return {
    async turn() {
      if (performance.now() - resumed > turn) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        resumed = performance.now();
      }
      if (stopped) throw new StoppedError(`Stopped while ${what}.`);
    },
    [Symbol.dispose]: unsubscribe,
  };
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
