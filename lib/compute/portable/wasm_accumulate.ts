/**
 * The gradient of a weight in WebAssembly SIMD: a sum over rows, with the left factor given by its
 * windows as in `wasm_multiply.ts`.
 */
import { i32s, type WasmAssembler } from "./wasm_assembler.ts";
import {
  i32,
  type Local,
  loop,
  type MultiplyAdd,
  repeat,
  type Statement,
  v128,
  when,
} from "./wasm_instructions.ts";

const tileRows = 6, tileColumns = 8, thinVectors = 6, float = 4, vector = 16;
/** Rows that are added up in registers at a time. */
const sumRows = 64;

/** Defines the kernels of this file that JavaScript calls. */
export const defineAccumulate = (wasm: WasmAssembler, multiplyAdd: MultiplyAdd) => ({
  accumulate: defineTiles(wasm, multiplyAdd),
  accumulateThin: defineThin(wasm, multiplyAdd),
});

/**
 * out[k, column] += Σ_row a[row, k] · b[row, column]: the gradient of a weight. `b` and `out` are
 * plain, with rows of `bytes`, a multiple of a tile's.
 */
function defineTiles(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  const define = (height: number) =>
    wasm.define(
      `sumTile${height}`,
      i32s("a", "rowOffsets", "rows", "b", "out", "bytes"),
      (p, local) => {
        const sums = repeat(height, () => [local("v128"), local("v128")]);
        const [low, high, splat] = repeat(3, () => local("v128"));
        const pointer = local("i32");
        const eachSum = (
          make: (half: Local<"v128">, offset: number) => Statement,
        ): Statement[] => [
          pointer.set(p.out),
          ...sums.flatMap((sum) => [
            ...sum.map((half, i) => make(half, i * vector)),
            pointer.advance(p.bytes),
          ]),
        ];
        // Places are added to the address: for a load's own offset V8 computes the memory's end anew each time.
        const row = (i: number): Statement[] => [
          pointer.set(i32.add(p.a, i32.load(i32.add(p.rowOffsets, 4 * i)))),
          low.set(v128.load(p.b)),
          high.set(v128.load(i32.add(p.b, vector))),
          ...sums.flatMap((sum, k) => [
            splat.set(v128.loadSplat(i32.add(pointer, k * float))),
            sum[0].set(multiplyAdd(splat, low, sum[0])),
            sum[1].set(multiplyAdd(splat, high, sum[1])),
          ]),
          p.b.advance(p.bytes),
        ];
        const advance = (count: number): Statement[] => [
          p.rowOffsets.advance(4 * count),
          p.rows.advance(-count),
        ];
        return [
          ...eachSum((half, offset) => half.set(v128.load(pointer, offset))),
          loop(i32.lessThan(3, p.rows), ...repeat(4, row).flat(), ...advance(4)),
          loop(p.rows, ...row(0), ...advance(1)),
          ...eachSum((half, offset) => v128.store(pointer, offset, half)),
        ];
      },
    );
  const tiles = repeat(tileRows, (i) => define(i + 1));

  return wasm.define(
    "accumulate",
    i32s("a", "rowOffsets", "rows", "segments", "length", "stride", "b", "out", "bytes"),
    (p, local) => {
      const [block, segments, base, from, left, column, out] = repeat(7, () => local("i32"));
      const tileBytes = tileColumns * float;
      const across = (height: number): Statement[] => [
        column.set(0),
        loop(
          i32.lessThan(column, p.bytes),
          tiles[height - 1].call({
            a: from,
            rowOffsets: p.rowOffsets,
            rows: block,
            b: i32.add(p.b, column),
            out: i32.add(out, column),
            bytes: p.bytes,
          }),
          column.advance(tileBytes),
        ),
        from.advance(height * float),
        out.advance(i32.mul(p.bytes, height)),
      ];
      return [loop(
        p.rows,
        block.set(p.rows),
        when(i32.lessThan(sumRows, p.rows), [block.set(sumRows)]),
        segments.set(p.segments),
        base.set(p.a),
        out.set(p.out),
        loop(
          segments,
          from.set(base),
          left.set(p.length),
          loop(i32.lessThan(tileRows - 1, left), ...across(tileRows), left.advance(-tileRows)),
          ...repeat(tileRows - 1, (i) => when(i32.equal(left, i + 1), across(i + 1))),
          base.advance(p.stride),
          segments.advance(-1),
        ),
        p.rowOffsets.advance(i32.shl(block, 2)),
        p.b.advance(i32.mul(p.bytes, block)),
        p.rows.set(i32.sub(p.rows, block)),
      )];
    },
  );
}

/**
 * The same for a single column, with lanes along k: out[k] += Σ_row a[row, k] · b[row]. `length` is a
 * multiple of 4.
 */
function defineThin(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  const define = (vectors: number) =>
    wasm.define(`thinSum${vectors}`, i32s("a", "rowOffsets", "rows", "b", "out"), (p, local) => {
      const sums = repeat(vectors, () => local("v128"));
      const splat = local("v128"), pointer = local("i32");
      return [
        ...sums.map((sum, i) => sum.set(v128.load(p.out, i * vector))),
        loop(
          p.rows,
          pointer.set(i32.add(p.a, i32.load(p.rowOffsets))),
          splat.set(v128.loadSplat(p.b)),
          ...sums.map((sum, i) =>
            sum.set(multiplyAdd(splat, v128.load(i32.add(pointer, i * vector)), sum))
          ),
          p.rowOffsets.advance(4),
          p.b.advance(float),
          p.rows.advance(-1),
        ),
        ...sums.map((sum, i) => v128.store(p.out, i * vector, sum)),
      ];
    });
  const [many, one] = [define(thinVectors), define(1)];
  return wasm.define(
    "accumulateThin",
    i32s("a", "rowOffsets", "rows", "segments", "length", "stride", "b", "out"),
    (p, local) => {
      const [from, left] = repeat(2, () => local("i32"));
      const next = (sum: typeof many, vectors: number) => [
        sum.call({ ...p, a: from }),
        from.advance(vectors * vector),
        p.out.advance(vectors * vector),
        left.advance(-4 * vectors),
      ];
      return [loop(
        p.segments,
        from.set(p.a),
        left.set(p.length),
        loop(i32.lessThan(4 * thinVectors - 1, left), ...next(many, thinVectors)),
        loop(left, ...next(one, 1)),
        p.a.advance(p.stride),
        p.segments.advance(-1),
      )];
    },
  );
}
