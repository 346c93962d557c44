/**
 * Gradients' sums and the optimizers' steps, the same on every CPU engine: in WebAssembly where arrays lie in
 * flat memory, plain loops elsewhere. One pass each: oneDNN's elementwise primitives need two and three.
 */
import { bindKernels, WasmAssembler } from "../portable/wasm_assembler.ts";
import { type Accumulate, accumulate } from "./accumulate.ts";
import { type AdamStep, adamStep } from "./adam.ts";
import { memoryOf } from "./flat_memory.ts";
import { type RmspropStep, rmspropStep } from "./rmsprop.ts";
import { defineOptimizers } from "./wasm_optimizers.ts";

const instances = new WeakMap<WebAssembly.Memory, ReturnType<typeof instantiate>>();

function instantiate(memory: WebAssembly.Memory) {
  const wasm = new WasmAssembler();
  const defined = defineOptimizers(wasm);
  return bindKernels(wasm.instantiate(memory).exports, defined);
}

/** The kernels on the memory of these arrays; null where WebAssembly cannot reach them. */
function kernelsOn(...arrays: Float32Array[]) {
  const memory = memoryOf(...arrays);
  if (!memory) return null;
  let kernels = instances.get(memory);
  if (!kernels) instances.set(memory, kernels = instantiate(memory));
  return kernels;
}

/** Where an array's element stands in its memory, in bytes. */
const at = ({ byteOffset }: Float32Array, index: number) => byteOffset + 4 * index;

export const flatKernels: {
  accumulate: Accumulate;
  adamStep: AdamStep;
  rmspropStep: RmspropStep;
} = {
  accumulate(total, others, from, to) {
    const kernels = kernelsOn(total, ...others);
    if (!kernels) return accumulate(total, others, from, to);
    const count = to - from;
    if (others.length === 0) return kernels.witness({ values: at(total, from), count }) === 0;
    const witnesses = others.map((other) =>
      kernels.addUp({ total: at(total, from), other: at(other, from), count })
    );
    return witnesses.every((witness) => witness === 0);
  },

  adamStep(w, g, m, v, options, from, to) {
    const kernels = kernelsOn(w, g, m, v);
    if (!kernels) return adamStep(w, g, m, v, options, from, to);
    const { learningRate, beta1, beta2, epsilon, step } = options;
    kernels.adam({
      w: at(w, from),
      g: at(g, from),
      m: at(m, from),
      v: at(v, from),
      count: to - from,
      rate: learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step),
      epsilon,
      beta1,
      share1: 1 - beta1,
      beta2,
      share2: 1 - beta2,
    });
  },

  rmspropStep(w, g, v, options, from, to) {
    const kernels = kernelsOn(w, g, v);
    if (!kernels) return rmspropStep(w, g, v, options, from, to);
    const { learningRate: rate, rho, epsilon } = options;
    kernels.rmsprop({
      w: at(w, from),
      g: at(g, from),
      v: at(v, from),
      count: to - from,
      rate,
      epsilon,
      rho,
      share: 1 - rho,
    });
  },
};
