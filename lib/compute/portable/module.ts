/** Assembles the portable engine's WebAssembly module and puts it on a memory. */
import { f32x4, WasmAssembler } from "./wasm_assembler.ts";
import { defineAccumulate } from "./wasm_accumulate.ts";
import { defineElements } from "./wasm_elements.ts";
import { defineMultiply } from "./wasm_multiply.ts";

/** The module's functions, by name. Arguments are byte offsets and counts; see each `define`. */
export type WasmFunctions = Record<string, (...args: number[]) => void>;

/**
 * @param relaxed whether a·b + c is rounded once, by relaxed SIMD, which is one instruction where the
 *   CPU has it, or twice
 */
export function instantiate(memory: WebAssembly.Memory, relaxed: boolean): WasmFunctions {
  const wasm = new WasmAssembler();
  const multiplyAdd = relaxed
    ? f32x4.relaxedMultiplyAdd
    : (...[a, b, c]: Parameters<typeof f32x4.add>) => f32x4.add(c, f32x4.multiply(a, b));
  defineElements(wasm);
  defineMultiply(wasm, multiplyAdd);
  defineAccumulate(wasm, multiplyAdd);
  const module = new WebAssembly.Module(wasm.assemble());
  return new WebAssembly.Instance(module, { env: { memory } }).exports as WasmFunctions;
}

/** Whether this runtime knows relaxed SIMD. */
export function supportsRelaxedSimd(): boolean {
  const wasm = new WasmAssembler();
  wasm.define("probe", { a: "v128" }, ({ a }) => [a.set(f32x4.relaxedMultiplyAdd(a, a, a))]);
  return WebAssembly.validate(wasm.assemble());
}
