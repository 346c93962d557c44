/** The `webgpu` backend of tfjs: which adapter Deno or a browser has, and its start. */
import * as tf from "@tensorflow/tfjs";
import { mayHaveGpu, withoutAdapter, withoutWebgpu } from "../host.ts";

/** A WebGPU adapter; `software` where it is a CPU rasterizer that only pretends to be a GPU. */
export interface Adapter {
  device: string;
  software: boolean;
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** True for the rasterizers that run WebGPU on the CPU: right numbers, far slower than our kernels. */
export function isSoftwareAdapter(description: string, isFallback = false): boolean {
  return isFallback || softwareNames.test(description);
}

/**
 * The adapter that tfjs will get.
 *
 * @param softwareToo whether a software adapter will do
 * @throws Error whose message says in one clause why there is none
 */
export async function findAdapter(softwareToo: boolean): Promise<Adapter> {
  if (!navigator.gpu) throw new Error(withoutWebgpu);
  // Asking where there can be none takes 0.1 s and makes Vulkan's software drivers complain aloud.
  if (!softwareToo && !mayHaveGpu()) throw new Error("no GPU");
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error(withoutAdapter);
  const { description, vendor, architecture, isFallbackAdapter } = adapter.info;
  // Browsers tell no more than who made it and of which generation it is.
  const device = description || [vendor, architecture].filter(Boolean).join(" ") ||
    "unnamed adapter";
  const software = isSoftwareAdapter(device, isFallbackAdapter);
  if (software && !softwareToo) throw new Error(`only a software adapter, ${device}`);
  return { device, software };
}

/**
 * Makes `webgpu` the current tfjs backend. Its tensors can only be read with `await x.data()`;
 * tensors and models made on another backend do not move to it.
 *
 * @throws Error where tfjs cannot set it up
 */
export async function startWebgpu(): Promise<void> {
  // Not at the top: the module is large and touches the GPU, and most machines never need it.
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend("webgpu")) {
    throw new Error("tfjs could not start its webgpu backend on this adapter");
  }
  await tf.ready();
}
