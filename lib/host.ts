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

/** Files by which Linux shows a GPU: DRM, NVIDIA's driver, WSL. */
const gpuFiles = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/** Whether a GPU may be there; only Linux tells without asking the driver. */
export function mayHaveGpu(): boolean {
  if (!inDeno || Deno.build.os !== "linux") return true;
  return gpuFiles.some((path) => {
    try {
      return Deno.statSync(path) !== null;
    } catch {
      return false;
    }
  });
}

/** What lacks where there is no `navigator.gpu`. */
export const withoutWebgpu = inDeno
  ? "Deno runs without WebGPU (deno.json: unstable webgpu)"
  : "this browser has no WebGPU";

/** Why there is no adapter, where there is `navigator.gpu`. */
export const withoutAdapter = inDeno
  ? "no WebGPU adapter: no GPU, or no Vulkan, Metal or DirectX 12 driver"
  : "this browser offers no GPU";

/** Whether native code may be called without Deno asking for a permission. */
export function mayCallNative(): boolean {
  return inDeno && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
}

/** Starts a thread, which does not keep the program from ending. */
export type StartThread = (script: URL, workerData: unknown) => void;

/** null in a page. */
export async function threadStarter(): Promise<StartThread | null> {
  if (!inDeno) return null;
  const { Worker } = await import("node:worker_threads");
  return (script, workerData) => {
    // One that cannot start is one that never says that it is there.
    try {
      const worker = new Worker(script, { workerData });
      worker.on("error", () => {});
      worker.unref();
    } catch {
      return;
    }
  };
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
