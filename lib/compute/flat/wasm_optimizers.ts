/** The sum of gradients and the optimizers' steps, in WebAssembly SIMD, over flat arrays in place. */
import { overElements } from "../portable/wasm_elements.ts";
import { i32s, type WasmAssembler } from "../portable/wasm_assembler.ts";
import { type Code, f32, f32x4, type Local } from "../portable/wasm_instructions.ts";

/** Defines the kernels of this file. The formulas are those of `adam.ts` and `rmsprop.ts`, in float32. */
export const defineOptimizers = (wasm: WasmAssembler) => ({
  witness: defineWitness(wasm),
  addUp: defineAddUp(wasm),
  adam: defineAdam(wasm),
  rmsprop: defineRmsprop(wasm),
});

/** Σ of the lanes. */
const sumOf = (lanes: Local<"v128">) =>
  [1, 2, 3].reduce((sum, lane) => f32.add(sum, f32x4.lane(lanes, lane)), f32x4.lane(lanes, 0));

/** More of a number that is 0 as long as all that is seen is finite, and NaN from then on. */
const seeing = (witness: Local<"v128">, seen: Local<"v128">) =>
  witness.set(f32x4.add(witness, f32x4.multiply(seen, f32x4.constant(0))));

/** 0 where all values are finite, else NaN. */
function defineWitness(wasm: WasmAssembler) {
  return wasm.defineNumber("witness", i32s("values", "count"), (p, local) => {
    const witness = local("v128"), value = local("v128");
    const statements = overElements(p.count, [p.values], ({ load }) => [
      value.set(load(p.values)),
      seeing(witness, value),
    ]);
    return { statements, result: sumOf(witness) };
  });
}

/** total[i] += other[i]; 0 where all sums are finite, else NaN. */
function defineAddUp(wasm: WasmAssembler) {
  return wasm.defineNumber("addUp", i32s("total", "other", "count"), (p, local) => {
    const witness = local("v128"), sum = local("v128");
    const statements = overElements(p.count, [p.total, p.other], ({ load, store }) => [
      sum.set(f32x4.add(load(p.total), load(p.other))),
      store(p.total, 0, sum),
      seeing(witness, sum),
    ]);
    return { statements, result: sumOf(witness) };
  });
}

const f32s = <Name extends string>(...names: Name[]) =>
  Object.fromEntries(names.map((name) => [name, "f32"])) as Record<Name, "f32">;

/** A variable with each of these parameters in all four lanes, by its name, and what sets them. */
function inAllLanes<Name extends string>(
  p: Record<Name, Local<"f32">>,
  numbers: Record<Name, "f32">,
  local: (type: "v128") => Local<"v128">,
) {
  const names = Object.keys(numbers) as Name[];
  const wide = Object.fromEntries(names.map((name) => [name, local("v128")]));
  return {
    ...wide as Record<Name, Local<"v128">>,
    setting: names.map((name) => wide[name].set(f32x4.splat(p[name]))),
  };
}

/** m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², w −= rate · m / (√v + ε); `share` is 1 − β. */
function defineAdam(wasm: WasmAssembler) {
  const numbers = f32s("rate", "epsilon", "beta1", "share1", "beta2", "share2");
  const params = { ...i32s("w", "g", "m", "v", "count"), ...numbers };
  return wasm.define("adam", params, (p, local) => {
    const [g, m, v] = [0, 1, 2].map(() => local("v128"));
    const { rate, epsilon, beta1, share1, beta2, share2, setting } = inAllLanes(p, numbers, local);
    return [
      ...setting,
      ...overElements(p.count, [p.w, p.g, p.m, p.v], ({ load, store }) => [
        g.set(load(p.g)),
        m.set(f32x4.add(f32x4.multiply(beta1, load(p.m)), f32x4.multiply(share1, g))),
        store(p.m, 0, m),
        v.set(runningSquare(beta2, load(p.v), share2, g)),
        store(p.v, 0, v),
        store(
          p.w,
          0,
          f32x4.subtract(
            load(p.w),
            f32x4.divide(f32x4.multiply(rate, m), f32x4.add(f32x4.squareRoot(v), epsilon)),
          ),
        ),
      ]),
    ];
  });
}

/** v = ρ v + (1 − ρ) g², w −= rate · g / √(v + ε); `share` is 1 − ρ. */
function defineRmsprop(wasm: WasmAssembler) {
  const numbers = f32s("rate", "epsilon", "rho", "share");
  const params = { ...i32s("w", "g", "v", "count"), ...numbers };
  return wasm.define("rmsprop", params, (p, local) => {
    const [g, v] = [0, 1].map(() => local("v128"));
    const { rate, epsilon, rho, share, setting } = inAllLanes(p, numbers, local);
    return [
      ...setting,
      ...overElements(p.count, [p.w, p.g, p.v], ({ load, store }) => [
        g.set(load(p.g)),
        v.set(runningSquare(rho, load(p.v), share, g)),
        store(p.v, 0, v),
        store(
          p.w,
          0,
          f32x4.subtract(
            load(p.w),
            f32x4.divide(f32x4.multiply(rate, g), f32x4.squareRoot(f32x4.add(v, epsilon))),
          ),
        ),
      ]),
    ];
  });
}

/** keep · v + share · g² */
const runningSquare = (
  keep: Local<"v128">,
  v: Code<"v128">,
  share: Local<"v128">,
  g: Local<"v128">,
) => f32x4.add(f32x4.multiply(keep, v), f32x4.multiply(share, f32x4.multiply(g, g)));
