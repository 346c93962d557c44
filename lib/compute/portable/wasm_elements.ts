/**
 * What the portable kernels do element by element, in WebAssembly SIMD, and how they move data.
 * `tests/compute/naive_kernels.ts` says in plain loops what each kernel means.
 */
import {
  bulk,
  type Code,
  f32,
  f32x4,
  i32,
  i32s,
  i32x4,
  type Local,
  loop,
  type Operand,
  type Statement,
  v128,
  type WasmAssembler,
  when,
} from "./wasm_assembler.ts";

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
  bernoulliNll: defineNll(wasm),
  bernoulliNllGrad: defineNllGrad(wasm),
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

/** Σ coefficients[i] · x^i, by Horner's rule. */
const polynomial = (x: Local<"v128">, coefficients: number[]): Code<"v128"> =>
  coefficients.map(f32x4.constant)
    .reduceRight((sum, coefficient) => f32x4.add(coefficient, f32x4.multiply(sum, x)));

/**
 * u = exp(−|x|), to 2e-7 of itself: 2^n · e^r with |r| ≤ ½ ln 2, n put into the exponent's bits.
 * Below −87 it stays at e^−87, which is nothing beside 1.
 */
function expMinusAbs(
  x: Local<"v128">,
  u: Local<"v128">,
  n: Local<"v128">,
): Statement[] {
  const ln2High = 0.693359375, ln2Low = -2.12194440e-4; // their sum is ln 2 (Cephes expf)
  const clamped = f32x4.max(f32x4.subtract(f32x4.constant(0), f32x4.abs(x)), f32x4.constant(-87));
  const factorials = [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040];
  return [
    u.set(clamped),
    n.set(f32x4.nearest(f32x4.multiply(u, f32x4.constant(Math.LOG2E)))),
    u.set(f32x4.subtract(u, f32x4.multiply(n, f32x4.constant(ln2High)))),
    u.set(f32x4.subtract(u, f32x4.multiply(n, f32x4.constant(ln2Low)))),
    u.set(polynomial(u, factorials)),
    u.set(i32x4.add(u, i32x4.shiftLeft(i32x4.truncate(n), 23))),
  ];
}

/**
 * out[row] = Σ_column −log p(x|l) of a Bernoulli pixel, max(l, 0) − l·x + log(1 + e^−|l|): finite for
 * every finite logit.
 */
function defineNll(wasm: WasmAssembler) {
  return wasm.define("bernoulliNll", i32s("logits", "x", "out", "rows", "columns"), (p, local) => {
    const left = local("i32");
    const [l, u, n, square, sum] = Array.from({ length: 5 }, () => local("v128"));
    // log(1 + u) = 2 artanh(s), s = u / (2 + u) ≤ 1/3: s·(2 + 2/3 s² + 2/5 s⁴ + …), to 1e-8.
    const artanh = [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15];
    const rest = Array.from({ length: 4 }, (_, lane) => f32x4.lane(sum, lane));
    return [loop(
      p.rows,
      sum.set(f32x4.constant(0)),
      left.set(p.columns),
      ...overElements(left, [p.logits, p.x], ({ load, bytes }) => [
        l.set(load(p.logits)),
        ...expMinusAbs(l, u, n),
        u.set(f32x4.divide(u, f32x4.add(u, f32x4.constant(2)))),
        square.set(f32x4.multiply(u, u)),
        u.set(f32x4.multiply(u, polynomial(square, artanh))),
        u.set(f32x4.add(u, f32x4.max(l, f32x4.constant(0)))),
        u.set(f32x4.subtract(u, f32x4.multiply(l, load(p.x)))),
        // Of a single number the other lanes hold log 2.
        ...(bytes === 4 ? [u.set(v128.and(u, v128.firstLane))] : []),
        sum.set(f32x4.add(sum, u)),
      ]),
      f32.store(p.out, 0, f32.add(f32.add(rest[0], rest[1]), f32.add(rest[2], rest[3]))),
      p.out.advance(4),
      p.rows.advance(-1),
    )];
  });
}

/** out[row, column] = dy[row] · (σ(l) − x), the gradient of `bernoulliNll` by its logits. */
function defineNllGrad(wasm: WasmAssembler) {
  return wasm.define(
    "bernoulliNllGrad",
    i32s("logits", "x", "dy", "out", "rows", "columns"),
    (p, local) => {
      const left = local("i32");
      const [l, u, n, scale] = Array.from({ length: 4 }, () => local("v128"));
      const ones = f32x4.constant(1);
      return [loop(
        p.rows,
        scale.set(v128.loadSplat(p.dy)),
        left.set(p.columns),
        ...overElements(left, [p.logits, p.x, p.out], ({ load, store }) => [
          l.set(load(p.logits)),
          ...expMinusAbs(l, u, n),
          // σ(l) is 1 / (1 + u) for l > 0 and u / (1 + u) else.
          n.set(v128.select(ones, u, f32x4.greater(l, f32x4.constant(0)))),
          u.set(f32x4.divide(n, f32x4.add(u, ones))),
          store(p.out, 0, f32x4.multiply(scale, f32x4.subtract(u, load(p.x)))),
        ]),
        p.dy.advance(4),
        p.rows.advance(-1),
      )];
    },
  );
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
