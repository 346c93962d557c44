/** One run at a time in a folder: two that write there would break each other. */
import { hostname } from "node:os";
import { join } from "node:path";
import { OptionError } from "../options.ts";

const ownerIn = (text: string) => text.match(/^process (\d+) on (.+), since (.+)$/m);

/** Held by a run while it may write; the system gives it back where the process ends, however it ends. */
export interface RunLock {
  release(): void;
}

/**
 * Takes a run's folder, which is made where it is missing.
 *
 * @throws OptionError where another run has it, naming that one
 */
export async function lockRun(folder: string): Promise<RunLock> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, ".lock");
  const file = await Deno.open(path, { create: true, read: true, write: true });
  if (await file.tryLock(true)) {
    await file.truncate();
    const since = new Date().toTimeString().slice(0, 5);
    const text = `process ${Deno.pid} on ${hostname()}, since ${since}\n`;
    await file.write(new TextEncoder().encode(text));
    return { release: () => file.close() };
  }
  file.close();
  const [, pid, host, since] = ownerIn(await Deno.readTextFile(path)) ?? [];
  const owner = Number(pid) === Deno.pid && host === hostname()
    ? "this notebook"
    : `process ${pid ?? "?"} on ${host ?? "a machine that is not named"}`;
  throw new OptionError(
    `train: folder: "${folder}" belongs to a run that goes on in ${owner}` +
      `${since ? ` since ${since}` : ""}: stop that one first, or name another folder`,
  );
}
