/** The engines, one entry each: what it is, whether it is there, and how it is started. */
import * as tf from "@tensorflow/tfjs";
import { canShare, processorName, threadStarter } from "../host.ts";
import type { TrainingKernels } from "./kernels.ts";
import { recordable } from "./recording/recorder.ts";
import { startWasm } from "./wasm_backend.ts";
import { findAdapter, startWebgpu } from "./webgpu.ts";

/** What an engine is on this machine before it is started. */
export interface EngineDevice {
  /** CPU model or adapter name. */
  device: string;
  /** A GPU in name only, see `isSoftwareAdapter`. */
  software: boolean;
  /** Whose kernels compute, with the version: another one may be faster or slower. */
  library: string;
}

export interface RunningEngine {
  /** As it is shown: "oneDNN 3.2.0". */
  title: string;
  kernels: TrainingKernels | null;
  /** Takes its kernels off tfjs and frees what it holds. Tensors stay. */
  stop(): void;
}

/** Both functions throw an Error whose message is a clause that says why the engine is not there. */
export interface Engine {
  /** `gpu`: tensors stay on a device, and a trial decides. `library`: only asked for by name. */
  kind: "gpu" | "cpu" | "library";
  /**
   * What shares a training step between threads: its kernels and training's workers, only the workers (of its
   * kernels a few share large products), or nothing.
   */
  threads: "kernels" | "workers" | "none";
  /** @param byName whether it is asked for by name, so that a software adapter will do */
  find(byName: boolean): Promise<EngineDevice>;
  start(threads: number): Promise<RunningEngine>;
}

const onCpu = async (library: string): Promise<EngineDevice> => ({
  device: await processorName(),
  software: false,
  library,
});
/** Kernels of tfjs, or of this project on tfjs. */
const tfjs = `tfjs ${tf.version.tfjs}`;

async function findLibrary() {
  const { findOnednn } = await import("./onednn/library.ts");
  const found = findOnednn();
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Both CPU engines stand on tfjs's `wasm` backend and put their kernels in the place of its own. */
async function startOnWasm(title: string, kernels: TrainingKernels): Promise<RunningEngine> {
  const { registerKernels } = await import("./register_kernels.ts");
  const unregister = registerKernels(kernels);
  return {
    title,
    kernels: recordable(kernels),
    stop() {
      unregister();
      kernels.dispose();
    },
  };
}

/**
 * Without a wish the first of each kind that starts is taken; see `chooseEngine`. Among the CPU's that
 * needs no trial: oneDNN is ahead of the portable engine in every row of `tests/bench/README.md`.
 */
const entries = {
  webgpu: {
    kind: "gpu",
    threads: "none",
    find: async (byName) => ({ ...await findAdapter(byName), library: tfjs }),
    async start() {
      await startWebgpu();
      return { title: "WebGPU", kernels: null, stop() {} };
    },
  },

  onednn: {
    kind: "cpu",
    threads: "kernels",
    find: async () => await onCpu(`oneDNN ${(await findLibrary()).version}`),
    async start(threads: number) {
      const { version } = await findLibrary();
      const { createOnednnKernels } = await import("./onednn/onednn.ts");
      await startWasm();
      return startOnWasm(`oneDNN ${version}`, createOnednnKernels({ threads }));
    },
  },

  portable: {
    kind: "cpu",
    threads: "workers",
    find: () => onCpu(tfjs),
    async start(threads: number) {
      const { createPortableKernels } = await import("./portable/portable.ts");
      await startWasm({ shared: threads > 1 && canShare });
      const team = { threads, startThread: await threadStarter() };
      return startOnWasm("portable (wasm SIMD)", createPortableKernels({ team }));
    },
  },

  cpu: {
    kind: "library",
    threads: "none",
    find: () => onCpu(tfjs),
    async start() {
      await tf.setBackend("cpu");
      await tf.ready();
      return { title: "tfjs cpu", kernels: null, stop() {} };
    },
  },
} satisfies Record<string, Engine>;

export type EngineName = keyof typeof entries;
export const engines: Record<EngineName, Engine> = entries;
export const engineNames = Object.keys(engines) as EngineName[];

/** Threads that an engine will use of those it may. */
export const threadsOf = (name: EngineName, threads: number): number =>
  engines[name].threads === "none" ? 1 : threads;
