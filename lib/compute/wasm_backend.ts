/** Brings up tfjs's `wasm` backend, on which both CPU engines stand. */
import * as tf from "@tensorflow/tfjs";
import { guardHeap } from "./heap_guard.ts";

/** tfjs's compiled file, where it does not lie beside its package: in a page. */
let given: Uint8Array<ArrayBuffer> | null = null;

/** From now on the backend is made of these bytes, `tfjs-backend-wasm-simd.wasm`, instead of a file. */
export function provideWasm(bytes: Uint8Array<ArrayBuffer>): void {
  given = bytes;
}

/**
 * Makes `wasm` the current backend, whose own kernels use one thread.
 *
 * @param shared whether other threads are to reach its heap, where that can be, and the backend starts anew
 * @throws Error where tfjs cannot
 */
export async function startWasm({ shared = false } = {}): Promise<void> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // Its own threads start neither in Deno nor in a page that is not isolated.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const hasStarted = "wasm" in tf.engine().registry;
  const bytes = hasStarted ? null : given ?? (shared ? await sharedModule() : null);
  if (bytes) {
    const file = URL.createObjectURL(new Blob([bytes], { type: "application/wasm" }));
    // It asks for the names of all its builds, and takes the one for SIMD without threads.
    const builds = ["", "-simd", "-threaded-simd"].map((build) => `tfjs-backend-wasm${build}.wasm`);
    setWasmPaths(Object.fromEntries(builds.map((name) => [name, file])) as never, true);
  }
  if (!await tf.setBackend("wasm")) throw new Error("tfjs could not start its wasm backend");
  await tf.ready();
  guardHeap();
}

/** Null where the file may not be read, or this code does not come from a disk: one thread is enough. */
async function sharedModule(): Promise<Uint8Array<ArrayBuffer> | null> {
  const { readWasm, withSharedMemory } = await import("./shared_wasm.ts");
  try {
    return withSharedMemory(await readWasm());
  } catch {
    return null;
  }
}
