/**
 * What the portable kernels do element by element, in WebAssembly SIMD, and how they move data.
 * `tests/compute/naive_kernels.ts` says in plain loops what each kernel means.
 */
import { i32s, type WasmAssembler } from "./wasm_assembler.ts";
import {
  bulk,
  type Code,
  f32,
  f32x4,
  i32,
  type Local,
  loop,
  type Operand,
  type Statement,
  v128,
  when,
} from "./wasm_instructions.ts";

/** How one group of numbers is read and written: four at a time, or the last ones one by one. */
interface Width {
  bytes: number;
  load(address: Operand<"i32">, offset?: number): Code<"v128">;
  store(address: Operand<"i32">, offset: number, value: Operand<"v128">): Statement;
}
const four: Width = { bytes: 16, load: v128.load, store: v128.store };
const one: Width = { bytes: 4, load: v128.loadOne, store: v128.storeOne };

/** Runs `body` over `count` elements and advances the pointers along. */
export function overElements(
  count: Local<"i32">,
  pointers: Local<"i32">[],
  body: (width: Width) => Statement[],
): Statement[] {
  const step = (width: Width) => [
    ...body(width),
    ...pointers.map((pointer) => pointer.advance(width.bytes)),
    count.advance(-width.bytes / 4),
  ];
  return [loop(i32.lessThan(3, count), ...step(four)), loop(count, ...step(one))];
}

/** Defines the kernels of this file. */
export const defineElements = (wasm: WasmAssembler) => ({
  reluGrad: defineReluGrad(wasm),
  columnSum: defineColumnSum(wasm),
  copyRows: defineCopyRows(wasm),
  zero: defineZero(wasm),
  pack: definePack(wasm),
});

/** out[i] = dy[i] where y[i] > 0, else 0. */
function defineReluGrad(wasm: WasmAssembler) {
  return wasm.define("reluGrad", i32s("y", "dy", "out", "count"), (p) => [
    ...overElements(p.count, [p.y, p.dy, p.out], ({ load, store }) => [
      store(p.out, 0, v128.and(load(p.dy), f32x4.greater(load(p.y), f32x4.constant(0)))),
    ]),
  ]);
}

/**
 * out[column] += Σ_row x[row, column]. Blocks of rows are added up on their own, which is kinder to
 * the cache and to the last digits.
 */
function defineColumnSum(wasm: WasmAssembler) {
  const blockRows = 128;
  return wasm.define("columnSum", i32s("x", "rows", "columns", "out"), (p, local) => {
    const [block, bytes, from, to, left, pointer, rows] = Array.from(
      { length: 7 },
      () => local("i32"),
    );
    const sum = local("v128");
    return [
      bytes.set(i32.shl(p.columns, 2)),
      loop(
        p.rows,
        block.set(p.rows),
        when(i32.lessThan(blockRows, p.rows), [block.set(blockRows)]),
        from.set(p.x),
        to.set(p.out),
        left.set(p.columns),
        ...overElements(left, [from, to], ({ load, store }) => [
          sum.set(f32x4.constant(0)),
          pointer.set(from),
          rows.set(block),
          loop(
            rows,
            sum.set(f32x4.add(sum, load(pointer))),
            pointer.advance(bytes),
            rows.advance(-1),
          ),
          store(to, 0, f32x4.add(sum, load(to))),
        ]),
        p.x.advance(i32.mul(bytes, block)),
        p.rows.set(i32.sub(p.rows, block)),
      ),
    ];
  });
}

/** Rows of `bytes` from one place to another. Pads an image, where the rest has been zeroed. */
function defineCopyRows(wasm: WasmAssembler) {
  return wasm.define(
    "copyRows",
    i32s("to", "toStride", "from", "fromStride", "bytes", "rows"),
    (p) => [loop(
      p.rows,
      bulk.copy(p.to, p.from, p.bytes),
      p.to.advance(p.toStride),
      p.from.advance(p.fromStride),
      p.rows.advance(-1),
    )],
  );
}

function defineZero(wasm: WasmAssembler) {
  return wasm.define("zero", i32s("to", "bytes"), (p) => [bulk.fill(p.to, 0, p.bytes)]);
}

/**
 * A right factor, given by its strides in bytes along k = (outer, middle, inner) and along its columns,
 * into panels of 8 columns: [panel][k][8], zeros beyond the last column.
 */
function definePack(wasm: WasmAssembler) {
  return wasm.define(
    "pack",
    i32s(
      "to",
      "from",
      "outer",
      "outerStride",
      "middle",
      "middleStride",
      "inner",
      "innerStride",
      "columns",
      "columnStride",
    ),
    (p, local) => {
      const [i, j, k, outerFrom, middleFrom, from, cell, left] = Array.from(
        { length: 8 },
        () => local("i32"),
      );
      const adjacent = [
        v128.store(p.to, 0, v128.load(from)),
        v128.store(p.to, 16, v128.load(from, 16)),
      ];
      const strided = [
        cell.set(from),
        ...Array.from({ length: 8 }, (_, c) => [
          f32.store(p.to, c * 4, f32.constant(0)),
          when(i32.lessThan(c, p.columns), [f32.store(p.to, c * 4, f32.load(cell))]),
          cell.advance(p.columnStride),
        ]).flat(),
      ];
      return [loop(
        p.columns,
        i.set(p.outer),
        outerFrom.set(p.from),
        loop(
          i,
          j.set(p.middle),
          middleFrom.set(outerFrom),
          loop(
            j,
            k.set(p.inner),
            from.set(middleFrom),
            loop(
              k,
              left.set(i32.equal(p.columnStride, 4)),
              when(i32.lessThan(p.columns, 8), [left.set(0)]),
              when(left, adjacent, strided),
              p.to.advance(32),
              from.advance(p.innerStride),
              k.advance(-1),
            ),
            middleFrom.advance(p.middleStride),
            j.advance(-1),
          ),
          outerFrom.advance(p.outerStride),
          i.advance(-1),
        ),
        p.from.advance(i32.shl(p.columnStride, 3)),
        when(i32.lessThan(p.columns, 8), [p.columns.set(0)], [p.columns.advance(-8)]),
      )];
    },
  );
}
