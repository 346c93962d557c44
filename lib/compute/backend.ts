/** Which engine computes: chosen once for the process, by wish or by what this machine does fastest. */
import { z } from "zod";
import * as tf from "@tensorflow/tfjs";
import { environment } from "../host.ts";
import { nearest } from "../nearest.ts";
import { OptionError, parseOptions } from "../options.ts";
import { wholeNumber } from "../settings.ts";
import { chooseEngine } from "./choose_engine.ts";
import { type EngineName, engineNames, engines, type RunningEngine, threadsOf } from "./engines.ts";
import type { TrainingKernels } from "./kernels.ts";

const backendSchema = z.strictObject({
  /** Default: the environment variable COMPUTE, else the fastest that this machine has. */
  engine: z.enum(engineNames).optional(),
  /** CPU threads. Default: the environment variable THREADS, else every core. */
  threads: z.int().min(1).optional(),
  /** Whether a trial between GPU and CPU is written to and read from `data/engine.json`. */
  remember: z.boolean().default(true),
});
export type BackendOptions = z.input<typeof backendSchema>;

export interface BackendInfo {
  engine: EngineName;
  /** CPU model or adapter name. */
  device: string;
  /** CPU threads the engine may use; 1 on `cpu`, and on `webgpu`, where they do not matter. */
  threads: number;
  /** Why this engine, in a clause. */
  reason: string;
  /** All of it on one line, to be shown: "oneDNN on AMD EPYC, 2 threads (…)". */
  line: string;
}

interface Current {
  info: BackendInfo;
  running: RunningEngine;
}
let current: Current | null = null;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Takes an engine into use and makes its tfjs backend the current one.
 *
 * Without a wish: hardware WebGPU where a trial of a second finds it faster than the CPU engine,
 * else oneDNN, else the portable kernels. Called again, it changes engines; between the CPU engines
 * tensors survive that, to and from `webgpu` they do not (make models afterwards).
 *
 * @throws OptionError for an unknown engine or thread count
 * @throws Error for an engine this machine has not, with what there is and why that one is missing;
 *   the engine that was in use stays
 *
 * @example
 * ```ts
 * import { useBackend } from "./backend.ts";
 *
 * const { line } = await useBackend({ engine: "portable", threads: 1 });
 * console.log(line);
 * ```
 */
export function useBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const result = queue.then(() => change(options));
  queue = result.catch(() => {});
  return result;
}

async function change(options: BackendOptions): Promise<BackendInfo> {
  const { engine, threads, remember } = parseOptions(backendSchema, options, "useBackend");
  const fromEnvironment = engine === undefined ? engineSetting() : undefined;
  const wish = engine ?? fromEnvironment;
  const cores = threads ?? wholeNumber("THREADS", environment("THREADS")) ??
    navigator.hardwareConcurrency;
  if (current && wish === current.info.engine && threadsOf(wish, cores) === current.info.threads) {
    return current.info;
  }
  quietCpuBackend();
  const previous = current;
  // First, because an engine that stops puts tfjs's own kernels back.
  previous?.running.stop();
  current = null;
  let choice;
  try {
    choice = await chooseEngine(engines, {
      wish,
      asked: fromEnvironment ? `COMPUTE=${fromEnvironment}` : "asked for",
      threads: cores,
      async trial(names) {
        // It keeps what it found on the disk, which a page has not.
        const { rememberedTrial } = await import("./remembered_trial.ts");
        return await rememberedTrial(names, cores, remember);
      },
    });
  } catch (error) {
    if (previous) {
      const { engine, threads } = previous.info;
      current = { ...previous, running: await engines[engine].start(threads) };
    }
    throw error;
  }
  const { name, device, running, reason } = choice;
  const info = { engine: name, device, threads: threadsOf(name, cores), reason };
  current = { info: { ...info, line: describe(info, running.title) }, running };
  return current.info;
}

function describe({ engine, device, threads, reason }: Omit<BackendInfo, "line">, title: string) {
  const manner = engines[engine].kind === "gpu"
    ? ""
    : `, ${threads} thread${threads === 1 ? "" : "s"}`;
  return `${title} on ${device}${manner} (${reason})`;
}

/** What `useBackend` chose last; null before. */
export function currentBackend(): BackendInfo | null {
  return current?.info ?? null;
}

/** The name of the engine in use, or of tfjs's backend where none has been chosen. */
export function currentEngine(): string {
  return currentBackend()?.engine ?? tf.getBackend();
}

/** Whether the engine in use keeps its tensors on a device, whose numbers are only read later. */
export function onGpu(): boolean {
  return current !== null && engines[current.info.engine].kind === "gpu";
}

/** The current engine's kernels; null on `cpu` and `webgpu`, and before `useBackend`. */
export function trainingKernels(): TrainingKernels | null {
  return current?.running.kernels ?? null;
}

function engineSetting(): EngineName | undefined {
  const value = environment("COMPUTE");
  if (!value) return undefined;
  if ((engineNames as readonly string[]).includes(value)) return value as EngineName;
  const guess = nearest(value, engineNames);
  throw new OptionError(
    `COMPUTE: expected ${engineNames.join(", ")} or nothing, got "${value}"` +
      (guess ? `; did you mean \`${guess}\`?` : ""),
  );
}

/** At its first tensor, tfjs's `cpu` backend prints a banner that recommends what Deno cannot run. */
function quietCpuBackend(): void {
  const cpu = tf.findBackend("cpu") as unknown as { firstUse: boolean } | null;
  if (cpu) cpu.firstUse = false;
}
