/** Products in WebAssembly SIMD for results too thin to fill a tile of `wasm_multiply.ts`. */
import { i32s, type WasmAssembler } from "./wasm_assembler.ts";
import {
  f32,
  f32x4,
  i32,
  type Local,
  loop,
  type MultiplyAdd,
  repeat,
  v128,
} from "./wasm_instructions.ts";
import { productParams } from "./wasm_multiply.ts";

const tileRows = 6, vector = 16;

/**
 * One column of a product, for results too thin to fill a tile: lanes run along k. `length` is a
 * multiple of 4, `weights` are the column's numbers in the order of k.
 */
export function defineMultiplyThin(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  const define = (rows: number) =>
    wasm.define(`thin${rows}`, { ...productParams, weights: "i32" }, (p, local) => {
      const pointers = repeat(rows, () => local("i32"));
      const sums = repeat(rows, () => local("v128"));
      const [weight, floor] = repeat(2, () => local("v128"));
      const left = local("i32");
      const total = (sum: Local<"v128">) =>
        f32.add(
          f32.add(f32x4.lane(sum, 0), f32x4.lane(sum, 1)),
          f32.add(f32x4.lane(sum, 2), f32x4.lane(sum, 3)),
        );
      return [
        ...pointers.map((pointer, row) =>
          pointer.set(i32.add(p.a, i32.load(p.rowOffsets, row * 4)))
        ),
        p.stride.set(i32.sub(p.stride, i32.shl(p.length, 2))),
        loop(
          p.segments,
          left.set(p.length),
          loop(
            left,
            weight.set(v128.load(p.weights)),
            ...sums.map((sum, row) => sum.set(multiplyAdd(weight, v128.load(pointers[row]), sum))),
            ...pointers.map((pointer) => pointer.advance(vector)),
            p.weights.advance(vector),
            left.advance(-4),
          ),
          ...pointers.map((pointer) => pointer.advance(p.stride)),
          p.segments.advance(-1),
        ),
        floor.set(f32x4.splat(p.floor)),
        ...sums.flatMap((sum, row) => [
          left.set(i32.add(p.out, i32.load(p.outOffsets, row * 4))),
          v128.storeOne(
            left,
            0,
            f32x4.max(f32x4.splat(f32.add(total(sum), f32.load(p.bias))), floor),
          ),
        ]),
      ];
    });
  const [many, one] = [define(tileRows), define(1)];
  const params = { ...productParams, ...i32s("rows", "weights") };
  return wasm.define("multiplyThin", params, (p) => {
    const next = (thin: typeof many, rows: number) => [
      thin.call(p),
      p.rowOffsets.advance(rows * 4),
      p.outOffsets.advance(rows * 4),
      p.rows.advance(-rows),
    ];
    return [
      loop(i32.lessThan(tileRows - 1, p.rows), ...next(many, tileRows)),
      loop(p.rows, ...next(one, 1)),
    ];
  });
}
