/** The choice between engines, apart from the engines: everything it knows is passed in. */
import { type Engine, type EngineName, engineNames, type RunningEngine } from "./engines.ts";

/** Images per second of each named engine, and whether that was remembered from an earlier trial. */
export type Trial = (
  names: [EngineName, EngineName],
) => Promise<{ imagesPerSecond: Record<string, number>; remembered: boolean }>;

export interface Wish {
  /** The engine asked for, if any. */
  wish?: EngineName;
  /** How it was asked for, for messages: `COMPUTE=onednn`. */
  asked: string;
  threads: number;
  trial: Trial;
}

export interface Choice {
  name: EngineName;
  device: string;
  running: RunningEngine;
  reason: string;
}

type Engines = Record<EngineName, Engine>;

/**
 * Starts the engine wished for, or the fastest that starts.
 *
 * @throws Error for a wish that cannot be had: why, and what there is instead
 */
export async function chooseEngine(engines: Engines, wish: Wish): Promise<Choice> {
  return wish.wish
    ? await startWished(engines, wish.wish, wish)
    : await startFastest(engines, wish);
}

async function startWished(engines: Engines, name: EngineName, wish: Wish): Promise<Choice> {
  try {
    const { device, software } = await engines[name].find(true);
    const running = await engines[name].start(wish.threads);
    const reason = software
      ? `${wish.asked}; a software adapter, slower than the CPU engines`
      : wish.asked;
    return { name, device, running, reason };
  } catch (error) {
    const others = engineNames.filter((other) => other !== name);
    const lines = await Promise.all(others.map((other) => describe(engines, other)));
    throw new Error(
      `Cannot use engine "${name}" (${wish.asked}): ${message(error)}. This machine has: ` +
        lines.join("; "),
    );
  }
}

async function describe(engines: Engines, name: EngineName): Promise<string> {
  try {
    const { device, software } = await engines[name].find(true);
    return `${name} on ${device}${software ? " (software, only by name)" : ""}`;
  } catch (error) {
    return `no ${name} (${message(error)})`;
  }
}

const ofKind = (engines: Engines, kind: Engine["kind"]) =>
  engineNames.filter((name) => engines[name].kind === kind);

async function startFastest(engines: Engines, wish: Wish): Promise<Choice> {
  const cpu = await startCpuEngine(engines, wish.threads);
  const [name] = ofKind(engines, "gpu");
  let gpu;
  try {
    gpu = await engines[name].find(false);
  } catch {
    return cpu;
  }
  try {
    const { imagesPerSecond, remembered } = await wish.trial([name, cpu.name]);
    const [gpuSpeed, cpuSpeed] = [imagesPerSecond[name], imagesPerSecond[cpu.name]];
    const shown = `${remembered ? "in an earlier trial" : "in a trial"}: ${name} ` +
      `${Math.round(gpuSpeed)}, ${cpu.name} ${Math.round(cpuSpeed)} images/s`;
    if (gpuSpeed <= cpuSpeed) return { ...cpu, reason: `faster than the GPU ${shown}` };
    const running = await engines[name].start(wish.threads);
    cpu.running.stop();
    return { name, device: gpu.device, running, reason: `fastest ${shown}` };
  } catch (error) {
    return { ...cpu, reason: `${cpu.reason}; ${gpu.device} failed its trial: ${message(error)}` };
  }
}

/** The first CPU engine that starts, with the reason why not those before it. */
async function startCpuEngine(engines: Engines, threads: number): Promise<Choice> {
  const missing: string[] = [];
  for (const name of ofKind(engines, "cpu")) {
    try {
      const { device } = await engines[name].find(false);
      const running = await engines[name].start(threads);
      const all = engineNames.filter((other) => engines[other].kind !== "gpu").join(", ");
      return { name, device, running, reason: missing.join("; ") || `fastest of ${all}` };
    } catch (error) {
      missing.push(`no ${name}: ${message(error)}`);
    }
  }
  throw new Error(missing.join("; "));
}

/** An error as a clause inside a sentence. */
function message(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
