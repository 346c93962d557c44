/** One run at a time in a folder: two that write there would break each other. */
import { hostname } from "node:os";
import { join } from "node:path";
import { isDiskTrouble } from "../files.ts";
import { OptionError } from "../options.ts";

const ownerIn = (text: string) => text.match(/^process (\d+) on (.+), since (.+)$/m);

/** A folder that may not be written, as a mistake of who named it. */
export const cannotWrite = (folder: string, { message }: Error) =>
  new OptionError(`train: folder: nothing can be saved in "${folder}": ${message}`);

/** Held by a run while it may write; the system gives it back where the process ends, however it ends. */
export interface RunLock {
  release(): void;
}

/**
 * Takes a run's folder, which is made where it is missing.
 *
 * @throws OptionError where another run has it, naming that one, or where it may not be written
 */
export async function lockRun(folder: string): Promise<RunLock> {
  const path = join(folder, ".lock");
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    file = await Deno.open(path, { create: true, read: true, write: true });
    if (await file.tryLock(true)) {
      await file.truncate();
      const since = new Date().toTimeString().slice(0, 5);
      const text = `process ${Deno.pid} on ${hostname()}, since ${since}\n`;
      await file.write(new TextEncoder().encode(text));
      return { release: file.close.bind(file) };
    }
  } catch (error) {
    file?.close();
    throw isDiskTrouble(error) ? cannotWrite(folder, error) : error;
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
