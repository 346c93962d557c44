/** Assembles the portable engine's WebAssembly module and puts it on a memory. */
import { bindKernels, WasmAssembler } from "./wasm_assembler.ts";
import { f32x4, type MultiplyAdd } from "./wasm_instructions.ts";
import { defineAccumulate } from "./wasm_accumulate.ts";
import { defineBernoulli } from "./wasm_bernoulli.ts";
import { defineElements } from "./wasm_elements.ts";
import { defineMultiply } from "./wasm_multiply.ts";
import { defineMultiplyThin } from "./wasm_multiply_thin.ts";

const define = (wasm: WasmAssembler, multiplyAdd: MultiplyAdd) => ({
  ...defineElements(wasm),
  ...defineBernoulli(wasm, multiplyAdd),
  multiply: defineMultiply(wasm, multiplyAdd),
  multiplyThin: defineMultiplyThin(wasm, multiplyAdd),
  ...defineAccumulate(wasm, multiplyAdd),
});

/** The module's functions; each is described where it is defined. */
export type WasmKernels = ReturnType<typeof bindKernels<ReturnType<typeof define>>>;

export interface WasmModule {
  kernels: WasmKernels;
  /** For other threads, on the same memory. */
  module: WebAssembly.Module;
  /**
   * The same functions, which do nothing but write their calls down: which function, by its place among the
   * module's exports, then 16 arguments, of which the last are left over.
   */
  writtenTo(calls: number[]): WasmKernels;
}

/**
 * @param relaxed whether a·b + c is rounded once, by relaxed SIMD, which is one instruction where the
 *   CPU has it, or twice
 */
export function instantiate(memory: WebAssembly.Memory, relaxed: boolean): WasmModule {
  const wasm = new WasmAssembler();
  const defined = define(
    wasm,
    relaxed ? f32x4.relaxedMultiplyAdd : (a, b, c) => f32x4.add(c, f32x4.multiply(a, b)),
  );
  const { module, exports } = wasm.instantiate(memory);
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  return {
    kernels: bindKernels(exports, defined),
    module,
    writtenTo(calls) {
      const write = (index: number) => (...values: number[]) => void calls.push(index, ...values);
      return bindKernels(
        Object.fromEntries(names.map((name, index) => [name, write(index)])),
        defined,
      );
    },
  };
}

/** Whether this runtime knows relaxed SIMD. */
export function supportsRelaxedSimd(): boolean {
  const wasm = new WasmAssembler();
  wasm.define("probe", { a: "v128" }, ({ a }) => [a.set(f32x4.relaxedMultiplyAdd(a, a, a))]);
  return WebAssembly.validate(wasm.assemble());
}
