/** Which engine computes: what notebooks and programs use of it. */
export { type BackendInfo, type BackendOptions, currentBackend, useBackend } from "./backend.ts";
export { slowLayers } from "./layers/trainable_layers.ts";
