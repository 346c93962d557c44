/**
 * What trials between engines have found on this machine, and when another is due.
 *
 * A busy machine shows an engine slower than it is, never faster: of all trials each engine's best
 * speed counts. And one trial is not believed for good: the next start holds another, until one by
 * itself says what was known. After a month the question is open again.
 */
import { cpus } from "node:os";
import { z } from "zod";
import * as tf from "@tensorflow/tfjs";
import { writeAtomically } from "../files.ts";
import { dataFolder, readPackage } from "../project.ts";
import { type EngineName, engines } from "./engines.ts";
import { timeEngine } from "./trial.ts";

/** Images per second of each engine, by its name. */
type Speeds = Record<string, number>;

const entrySchema = z.strictObject({
  imagesPerSecond: z.record(z.string(), z.number().positive()),
  /** Whether a second trial has said the same. */
  confirmed: z.boolean(),
  /** When the first of these trials was, in milliseconds since 1970. */
  since: z.number(),
});
const trialsSchema = z.record(z.string(), entrySchema);
type Entry = z.infer<typeof entrySchema>;

const trialsFile = `${dataFolder}/engine.json`;
const month = 30 * 24 * 3600 * 1000;
/** The engines take turns, so that what else the machine does slows each of them. */
const rounds = 3;
/** Between engines as close as this either will do. */
const tie = 1.1;

/** What has to stay the same for an old trial to count. */
export async function describeMachine(
  names: readonly EngineName[],
  threads: number,
  batch: number,
): Promise<Record<string, string | number>> {
  const found = await Promise.all(names.map(async (name) => {
    const { device, library } = await engines[name].find(false);
    return [name, `${library} on ${device}`];
  }));
  const { version } = await readPackage();
  return {
    ...Object.fromEntries(found),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cores: cpus().length,
    threads,
    batch,
    deno: Deno.version.deno,
    tfjs: tf.version.tfjs,
    kernels: version,
  };
}

/**
 * Images per second of each engine, from earlier trials where they may be used.
 *
 * @param remember whether `data/engine.json` is read and written
 * @param measure times one engine on batches of `batch` images; it is current afterwards no more than before
 */
export async function rememberedTrial(
  names: readonly EngineName[],
  threads: number,
  remember: boolean,
  {
    file = trialsFile,
    measure = timeEngine,
    machine = describeMachine,
    batch = 32,
    now = Date.now(),
  } = {},
): Promise<{ imagesPerSecond: Speeds; remembered: boolean }> {
  const key = JSON.stringify(await machine(names, threads, batch));
  const trials = remember ? await readTrials(file) : {};
  const known = stillCounts(trials[key], names, now) ? trials[key] : null;
  if (known?.confirmed) return { imagesPerSecond: known.imagesPerSecond, remembered: true };
  const measured: Speeds = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      measured[name] = Math.max(measured[name] ?? 0, await measure(name, threads, batch));
    }
  }
  const imagesPerSecond = { ...measured };
  for (const name of names) {
    imagesPerSecond[name] = Math.max(measured[name], known?.imagesPerSecond[name] ?? 0);
  }
  const said = known && clearlyFastest(known.imagesPerSecond);
  const confirmed = [measured, imagesPerSecond].every((speeds) => clearlyFastest(speeds) === said);
  const entry = { imagesPerSecond, confirmed, since: known?.since ?? now };
  if (remember) await writeTrials(file, { ...trials, [key]: entry });
  return { imagesPerSecond, remembered: false };
}

/** Whether an entry is of these engines and not too old; a clock that was wrong makes it so, too. */
function stillCounts(entry: Entry | undefined, names: readonly EngineName[], now: number): boolean {
  return entry !== undefined && Math.abs(now - entry.since) < month &&
    names.every((name) => name in entry.imagesPerSecond);
}

/** The engine that is ahead of all others by more than a tie; a tie is named as such. */
function clearlyFastest(speeds: Speeds): string {
  const [[first, most], [, second]] = Object.entries(speeds).toSorted((a, b) => b[1] - a[1]);
  return most > tie * second ? first : "either";
}

/** A missing or damaged file holds none: a trial only costs a second. */
export async function readTrials(file: string): Promise<Record<string, Entry>> {
  try {
    return trialsSchema.parse(JSON.parse(await Deno.readTextFile(file)));
  } catch {
    return {};
  }
}

async function writeTrials(file: string, trials: Record<string, Entry>): Promise<void> {
  try {
    await writeAtomically(file, JSON.stringify(trials, null, 2));
  } catch {
    // A read-only project computes all the same.
  }
}
