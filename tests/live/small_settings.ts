import type { LiveSettings } from "../../lib/live/contents.ts";

/** Settings of the page whose steps take next to no time. */
export const settings: LiveSettings = {
  network: "dense-64",
  kind: "vae",
  latentDim: 2,
  beta: 1,
  learningRate: 1e-3,
  seed: 1,
};
