import assert from "node:assert/strict";
import { instantiate, supportsRelaxedSimd } from "../../lib/compute/portable/module.ts";
import { Memory, naiveKernels } from "./naive_kernels.ts";

type Naive = ReturnType<typeof naiveKernels>;
type Values<Name extends keyof Naive> = Parameters<Naive[Name]>[0];

/** A place for every argument: areas of 16 kB, so that none reaches another. */
const area = (index: number) => (index + 1) << 14;
const pages = 4;
const memory = new WebAssembly.Memory({ initial: pages });
const modules = (supportsRelaxedSimd() ? [false, true] : [false])
  .map((relaxed) => instantiate(memory, relaxed).kernels);
/** Numbers from −1 to 1, the same at every run. */
const wave = Float32Array.from(
  { length: memory.buffer.byteLength / 4 },
  (_, i) => Math.sin(i * 12.9898),
);

/** Offsets of rows that lie `stride` bytes apart, in a table at `at`. */
function writeTable(memory: Memory, at: number, rows: number, stride: number): void {
  for (let row = 0; row < rows; row++) memory.ints[at / 4 + row] = row * stride;
}

/**
 * Calls a kernel and its naive twin on equal memories and compares the whole of them, so that a number
 * written anywhere else is seen too.
 */
function compare<Name extends keyof Naive>(
  name: Name,
  values: Values<Name>,
  { prepare = () => {}, except = [], extra = {}, tolerance = 1e-5 }: {
    prepare?: (memory: Memory) => void;
    /** Working areas that the kernel may leave as it likes. */
    except?: number[];
    extra?: Record<string, number>;
    tolerance?: number;
  } = {},
): void {
  for (const kernels of modules) {
    const got = new Memory(memory.buffer);
    got.floats.set(wave);
    prepare(got);
    const expected = new Memory(memory.buffer.slice(0));
    (kernels[name] as (all: Record<string, number>) => void)({ ...values, ...extra });
    (naiveKernels(expected)[name] as (all: Values<Name>) => void)(values);
    const working = (i: number) => except.some((at) => 4 * i >= at && 4 * i < at + (1 << 14));
    const wrong = got.floats.findIndex((value, i) => {
      const wanted = expected.floats[i];
      // Bits first: tables hold integers, some of which are no numbers.
      if (got.ints[i] === expected.ints[i] || working(i)) return false;
      return !(Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)));
    });
    assert.equal(wrong, -1, `${name} ${JSON.stringify(values)}: wrong at byte ${4 * wrong}`);
  }
}

Deno.test("reluGrad lets the gradient through where y > 0", () => {
  for (const count of [1, 3, 4, 7, 33]) {
    compare("reluGrad", { y: area(0), dy: area(1), out: area(2), count });
  }
});

Deno.test("columnSum adds each column to what is there, over more rows than one block", () => {
  for (const [rows, columns] of [[1, 1], [3, 5], [130, 4], [300, 9]]) {
    compare("columnSum", { x: area(0), rows, columns, out: area(1) });
  }
});

Deno.test("bernoulliNll and its gradient are right for logits of every size", () => {
  const prepare = (memory: Memory) => {
    const logits = [0, 0.5, -0.5, 3, -3, 20, -20, 88, -88, 500, -500, 1e-6, -1e-6];
    memory.floats.set(logits, area(0) / 4);
    memory.floats.set(logits.map((_, i) => i % 3 / 2), area(1) / 4);
  };
  for (const [rows, columns] of [[1, 1], [2, 6], [13, 1], [3, 4]]) {
    const values = { logits: area(0), x: area(1), out: area(2), rows, columns };
    compare("bernoulliNll", values, { prepare });
    compare("bernoulliNllGrad", { ...values, dy: area(3) }, { prepare });
  }
});

Deno.test("copyRows and zero touch what they are told to, and nothing else", () => {
  for (const rows of [0, 1, 5]) {
    const strides = { toStride: 48, fromStride: 20, bytes: 12 };
    compare("copyRows", { to: area(0), from: area(1), ...strides, rows });
  }
  for (const bytes of [0, 4, 100]) compare("zero", { to: area(0) + 8, bytes });
});

Deno.test("pack writes panels of eight columns, with zeros beyond the last", () => {
  for (const [columns, columnStride] of [[1, 4], [8, 4], [11, 4], [5, 36], [19, 8]]) {
    const k = { outer: 2, outerStride: 400, middle: 3, middleStride: 120, inner: 2 };
    compare("pack", { to: area(2), from: area(0), ...k, innerStride: 40, columns, columnStride });
  }
});

/** Windows of two segments, and tables of where rows start and where results go. */
function windows(rows: number, length: number, outStride: number) {
  const places = { a: area(0), rowOffsets: area(1), out: area(4), outOffsets: area(2) };
  const prepare = (memory: Memory) => {
    writeTable(memory, places.rowOffsets, rows, 20);
    writeTable(memory, places.outOffsets, rows, outStride);
  };
  return { left: { ...places, rows, segments: 2, length, stride: 200 }, prepare };
}

Deno.test("multiply is bias + left · panels, cut off at the floor, for every height and width", () => {
  for (const rows of [1, 5, 6, 7, 50]) {
    for (const columns of [1, 7, 8, 19]) {
      for (const floor of [0, -Infinity]) {
        const length = 5, edge = area(5), edgeOffsets = edge + 1024;
        const { left, prepare } = windows(rows, length, 4 * columns);
        const right = { panels: area(3), panelBytes: 2 * length * 32, columns, bias: area(6) };
        compare("multiply", { ...left, ...right, floor }, {
          prepare: (memory) => {
            prepare(memory);
            writeTable(memory, edgeOffsets, 6, 32);
          },
          extra: { edge, edgeOffsets },
          except: [edge],
        });
      }
    }
  }
});

Deno.test("multiplyThin is one column of a product", () => {
  for (const rows of [1, 5, 6, 13]) {
    for (const floor of [0, -Infinity]) {
      const { left, prepare } = windows(rows, 8, 12);
      compare("multiplyThin", { ...left, weights: area(3), bias: area(5), floor }, { prepare });
    }
  }
});

Deno.test("accumulate adds leftᵀ · right to what is there, for every height of a tile", () => {
  for (const rows of [1, 64, 70]) {
    for (const length of [1, 2, 3, 4, 5, 6, 13]) {
      for (const bytes of [32, 64]) {
        const { left: { outOffsets: _, ...left }, prepare } = windows(rows, length, 0);
        compare("accumulate", { ...left, b: area(3), bytes }, { prepare });
      }
    }
  }
});

Deno.test("accumulateThin does it for one column", () => {
  for (const length of [4, 20, 24, 28, 52]) {
    const { left: { outOffsets: _, ...left }, prepare } = windows(9, length, 0);
    compare("accumulateThin", { ...left, b: area(3) }, { prepare });
  }
});
