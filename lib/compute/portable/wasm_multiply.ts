/**
 * Matrix products in WebAssembly SIMD whose left factor is never written down.
 *
 * In NHWC, what a filter sees at one output pixel is, for each of its rows, one run of adjacent
 * numbers of the image. So the left factor of a convolution (im2col) is given by a table of where
 * each window starts, and by `segments` runs of `length` numbers that lie `stride` bytes apart. A
 * plain matrix is the case of one segment. The tables count bytes from the base address.
 *
 * `tests/compute/naive_kernels.ts` says in plain loops what each kernel means.
 *
 * The tiles of 6×8 keep 12 sums, 2 vectors and 1 splat in the 15 registers that V8 hands out.
 */
import { i32s, type WasmAssembler } from "./wasm_assembler.ts";
import {
  f32,
  f32x4,
  i32,
  type Local,
  loop,
  type MultiplyAdd,
  repeat,
  type Statement,
  v128,
  when,
} from "./wasm_instructions.ts";

const tileRows = 6, tileColumns = 8, float = 4, vector = 16;
/** Rows whose windows stay in the first-level cache while the panels pass by. */
const blockRows = 48;

/** What each product is told of its left factor, and where its sums go and what becomes of them. */
export const productParams = {
  ...i32s("a", "rowOffsets", "segments", "length", "stride", "bias", "out", "outOffsets"),
  floor: "f32",
} as const;

/** out[row, column] = max(floor, bias[column] + Σ_k a[row, k] · panel[k, column]). */
export function defineMultiply(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  const tiles = repeat(tileRows, (i) => defineTile(wasm, i + 1, multiplyAdd));
  const copyEdge = defineCopyEdge(wasm);

  return wasm.define("multiply", {
    ...productParams,
    ...i32s("rows", "panels", "panelBytes", "columns"),
    /** A tile's worth of memory and a table of its rows, for tiles that stick out on the right. */
    ...i32s("edge", "edgeOffsets"),
  }, (p, local) => {
    const [block, left, columns, panel, bias, out, rowTable, outTable] = repeat(
      8,
      () => local("i32"),
    );
    const run = (rows: number): Statement[] => {
      const into = (to: Local<"i32">, table: Local<"i32">) =>
        tiles[rows - 1].call({
          ...p,
          rowOffsets: rowTable,
          panel,
          bias,
          out: to,
          outOffsets: table,
        });
      return [when(i32.lessThan(columns, tileColumns), [
        into(p.edge, p.edgeOffsets),
        copyEdge.call({ edge: p.edge, rows, columns, out, outOffsets: outTable }),
      ], [into(out, outTable)])];
    };
    return [loop(
      p.rows,
      block.set(p.rows),
      when(i32.lessThan(blockRows, p.rows), [block.set(blockRows)]),
      columns.set(p.columns),
      panel.set(p.panels),
      bias.set(p.bias),
      out.set(p.out),
      loop(
        i32.lessThan(0, columns),
        left.set(block),
        rowTable.set(p.rowOffsets),
        outTable.set(p.outOffsets),
        loop(
          i32.lessThan(tileRows - 1, left),
          ...run(tileRows),
          rowTable.advance(tileRows * 4),
          outTable.advance(tileRows * 4),
          left.advance(-tileRows),
        ),
        ...repeat(tileRows - 1, (i) => when(i32.equal(left, i + 1), run(i + 1))),
        panel.advance(p.panelBytes),
        bias.advance(tileColumns * float),
        out.advance(tileColumns * float),
        when(i32.lessThan(columns, tileColumns), [columns.set(0)], [columns.advance(-tileColumns)]),
      ),
      p.rowOffsets.advance(i32.shl(block, 2)),
      p.outOffsets.advance(i32.shl(block, 2)),
      p.rows.set(i32.sub(p.rows, block)),
    )];
  });
}

/** `rows` × 8 sums over all of k. */
function defineTile(wasm: WasmAssembler, rows: number, multiplyAdd: MultiplyAdd) {
  return wasm.define(`tile${rows}`, { ...productParams, panel: "i32" }, (p, local) => {
    const pointers = repeat(rows, () => local("i32"));
    const sums = repeat(rows, () => [local("v128"), local("v128")]);
    const [low, high, splat, floor] = repeat(4, () => local("v128"));
    const left = local("i32");
    const step = (k: number): Statement[] => [
      low.set(v128.load(p.panel, k * 32)),
      high.set(v128.load(p.panel, k * 32 + vector)),
      ...sums.flatMap((sum, row) => [
        splat.set(v128.loadSplat(pointers[row], k * float)),
        sum[0].set(multiplyAdd(splat, low, sum[0])),
        sum[1].set(multiplyAdd(splat, high, sum[1])),
      ]),
    ];
    const advance = (count: number): Statement[] => [
      ...pointers.map((pointer) => pointer.advance(count * float)),
      p.panel.advance(count * 32),
      left.advance(-count),
    ];
    return [
      ...pointers.map((pointer, row) => pointer.set(i32.add(p.a, i32.load(p.rowOffsets, row * 4)))),
      ...sums.flatMap((sum) => sum.map((half, i) => half.set(v128.load(p.bias, i * vector)))),
      p.stride.set(i32.sub(p.stride, i32.shl(p.length, 2))),
      loop(
        p.segments,
        left.set(p.length),
        loop(i32.lessThan(3, left), ...repeat(4, step).flat(), ...advance(4)),
        loop(left, ...step(0), ...advance(1)),
        ...pointers.map((pointer) => pointer.advance(p.stride)),
        p.segments.advance(-1),
      ),
      floor.set(f32x4.splat(p.floor)),
      ...sums.flatMap((sum, row) => [
        left.set(i32.add(p.out, i32.load(p.outOffsets, row * 4))),
        ...sum.map((half, i) => v128.store(left, i * vector, f32x4.max(half, floor))),
      ]),
    ];
  });
}

/** The part of a tile that lies inside the result. */
function defineCopyEdge(wasm: WasmAssembler) {
  return wasm.define(
    "copyEdge",
    i32s("edge", "rows", "columns", "out", "outOffsets"),
    (p, local) => {
      const [from, to, left] = repeat(3, () => local("i32"));
      return [loop(
        p.rows,
        from.set(p.edge),
        to.set(i32.add(p.out, i32.load(p.outOffsets))),
        left.set(p.columns),
        loop(
          left,
          f32.store(to, 0, f32.load(from)),
          from.advance(float),
          to.advance(float),
          left.advance(-1),
        ),
        p.edge.advance(tileColumns * float),
        p.outOffsets.advance(4),
        p.rows.advance(-1),
      )];
    },
  );
}
