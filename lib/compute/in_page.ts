/** The engine of a page in a browser: the one that needs nothing but WebAssembly, on one thread. */
import { type BackendInfo, useBackend } from "./backend.ts";
import { provideWasm } from "./wasm_backend.ts";

/**
 * Takes it into use.
 *
 * @param wasm tfjs's compiled file, `tfjs-backend-wasm-simd.wasm`, which a page brings along
 * @throws Error where the browser knows no WebAssembly SIMD
 */
export async function useEngineInPage(wasm: Uint8Array<ArrayBuffer>): Promise<BackendInfo> {
  provideWasm(wasm);
  return await useBackend({ engine: "portable", threads: 1, remember: false });
}
