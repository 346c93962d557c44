/** The engines of a page in a browser. Types and names alone. */

/** By what they compute on: one thread, as everywhere, or the GPU. */
export const pageEngines = { cpu: "portable", gpu: "webgpu" } as const;
export type PageEngine = (typeof pageEngines)[keyof typeof pageEngines];

/** As readers know them. */
export const engineTitles: Record<PageEngine, string> = {
  portable: "WebAssembly",
  webgpu: "WebGPU",
};

/** Which engine a reader wants. */
export interface EngineWish {
  /** `fastest`: WebGPU where a trial of the network finds it clearly faster. */
  engine: "fastest" | PageEngine;
  /** Whether a GPU in name only may enter the trial; by name it always may. */
  softwareToo: boolean;
}
