/** The portable engine's `matMul`: a plain matrix is a window of one segment. */
import type * as tf from "@tensorflow/tfjs";
import type { MatMulOptions } from "../kernels.ts";
import type { Products } from "./products.ts";
import type { WasmHeap } from "../wasm_heap.ts";

const float = 4;
/** Rows that one table of offsets covers. */
const tableRows = 256;
const once = { count: 1, stride: 0 };

/** See `TrainingKernels.matMul`. */
export function matMul(
  heap: WasmHeap,
  products: Products,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  options: MatMulOptions,
): tf.TensorInfo {
  const { transposeA = false, transposeB = false, bias, relu } = options;
  const inner = [a.shape[transposeA ? 0 : 1], b.shape[transposeB ? 1 : 0]];
  if (inner[0] !== inner[1]) {
    throw new Error(
      `Cannot multiply [${a.shape}] by [${b.shape}] with transposeA ${transposeA}, ` +
        `transposeB ${transposeB}: inner sizes are ${inner[0]} and ${inner[1]}`,
    );
  }
  if (!transposeA) return product(heap, products, a, b, options);
  if (!transposeB && !bias && !relu) return transposedProduct(heap, products, a, b);
  const turned = transpose(heap, a);
  try {
    return product(heap, products, turned, b, options);
  } finally {
    heap.release(turned);
  }
}

/** Calls `each` with blocks of the rows `from` to `to`. */
function inBlocks(from: number, to: number, each: (row: number, count: number) => void): void {
  for (let row = from; row < to; row += tableRows) each(row, Math.min(tableRows, to - row));
}

function product(
  heap: WasmHeap,
  products: Products,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeB, bias, relu = false }: MatMulOptions,
): tf.TensorInfo {
  const [rows, depth] = a.shape, columns = b.shape[transposeB ? 0 : 1];
  const out = heap.allocate([rows, columns]);
  const line = depth * float, outLine = columns * float;
  const right = {
    from: heap.offset(b),
    outer: once,
    middle: once,
    inner: { count: depth, stride: transposeB ? float : outLine },
    columns: { count: columns, stride: transposeB ? line : float },
  };
  const { packed: [packed] } = products.pack([{ right, length: depth }], bias, relu);
  const aRows = products.tables.strided(tableRows, line);
  const outRows = products.tables.strided(tableRows, outLine);
  const { team } = products;
  team.share(rows, team.sizeFor(rows * depth * columns), (hand, from, to) => {
    inBlocks(from, to, (row, count) => {
      const start = heap.offset(a) + row * line;
      const left = { a: start, rows: aRows, count, segments: 1, length: depth, stride: 0 };
      products.multiply(hand, left, packed, heap.offset(out) + row * outLine, outRows);
    });
  });
  return out;
}

/** aᵀ·b */
function transposedProduct(
  heap: WasmHeap,
  products: Products,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
): tf.TensorInfo {
  const [rows, depth] = a.shape, columns = b.shape[1];
  return products.accumulate([depth, columns], { length: depth, most: tableRows }, (add) => {
    const aRows = products.tables.strided(tableRows, depth * float);
    inBlocks(0, rows, (row, count) => {
      const from = heap.offset(a) + row * depth * float;
      const left = { a: from, rows: aRows, count, segments: 1, length: depth, stride: 0 };
      add(left, heap.offset(b) + row * columns * float);
    });
  });
}

function transpose(heap: WasmHeap, x: tf.TensorInfo): tf.TensorInfo {
  const [rows, columns] = x.shape;
  const out = heap.allocate([columns, rows]);
  const from = heap.view(x), to = heap.view(out);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
  }
  return out;
}
