/** Matrix products of the portable engine: packs the right factor and calls the module's functions. */
import type * as tf from "@tensorflow/tfjs";
import type { Axis, Windows } from "./windows.ts";
import { OffsetTables, ScratchArea } from "./memory.ts";
import type { WasmKernels, WasmModule } from "./module.ts";
import { type Hand, Team, type TeamOptions } from "./team.ts";
import { sizeOf, type WasmHeap } from "../wasm_heap.ts";

const float = 4, panelColumns = 8;

const wide = (columns: number) => Math.ceil(columns / panelColumns) * panelColumns;

/** Too few columns for a tile, in windows whose runs are whole vectors: lanes run along k instead. */
const isThin = (columns: number, length: number) => columns <= 2 && length > 0 && length % 4 === 0;

/** Rows of windows: `count` of them from the table `rows`, based at the offset `a`. */
export interface LeftFactor extends Pick<Windows, "segments" | "length" | "stride"> {
  a: number;
  rows: number;
  count: number;
}

/** In bytes: k = (outer, middle, inner) from the offset `from`, and the columns. */
export interface RightFactor {
  from: number;
  outer: Axis;
  middle: Axis;
  inner: Axis;
  columns: Axis;
}

/** A right factor, its bias and what follows, written down as the module reads them. */
export interface PackedFactor {
  panels: number;
  bias: number;
  columns: number;
  relu: boolean;
  thin: boolean;
}

export class Products {
  readonly tables: OffsetTables;
  readonly team: Team;
  readonly #heap: WasmHeap;
  readonly #wasm: WasmKernels;
  readonly #scratch: ScratchArea;

  constructor(heap: WasmHeap, wasm: WasmModule, team: TeamOptions) {
    this.#heap = heap;
    this.#wasm = wasm.kernels;
    this.#scratch = new ScratchArea(heap);
    this.team = new Team(heap, wasm, team);
    this.tables = new OffsetTables(heap, team.threads);
  }

  /**
   * Packs right factors and a bias, or zeros, which all of them share, in the scratch memory.
   *
   * @param length the windows' runs, for each factor
   * @param roomBytes more scratch memory, for the caller
   */
  pack(
    factors: { right: RightFactor; length: number }[],
    bias: tf.TensorInfo | null | undefined,
    relu: boolean,
    roomBytes = 0,
  ): { packed: PackedFactor[]; room: number } {
    const columns = factors[0].right.columns.count;
    const depth = ({ outer, middle, inner }: RightFactor) =>
      outer.count * middle.count * inner.count;
    const [room, biasStart, ...panels] = this.#scratch.take(
      roomBytes,
      wide(columns) * float,
      ...factors.map(({ right }) => depth(right) * wide(columns) * float),
    );
    const floats = this.#heap.floats();
    floats.fill(0, biasStart / float, biasStart / float + wide(columns));
    if (bias) floats.set(this.#heap.view(bias), biasStart / float);
    const packed = factors.map(({ right, length }, i) => {
      const thin = isThin(columns, length);
      if (thin) this.#packThin(panels[i], right);
      else if (depth(right) > 0) this.#packPanels(panels[i], right);
      return { panels: panels[i], bias: biasStart, columns, relu, thin };
    });
    return { packed, room };
  }

  #packPanels(to: number, { from, outer, middle, inner, columns }: RightFactor): void {
    this.#wasm.pack({
      to,
      from,
      outer: outer.count,
      outerStride: outer.stride,
      middle: middle.count,
      middleStride: middle.stride,
      inner: inner.count,
      innerStride: inner.stride,
      columns: columns.count,
      columnStride: columns.stride,
    });
  }

  /** Column after column. */
  #packThin(to: number, { from, outer, middle, inner, columns }: RightFactor): void {
    const floats = this.#heap.floats();
    let cell = to / float;
    for (let column = 0; column < columns.count; column++) {
      for (let i = 0; i < outer.count; i++) {
        for (let j = 0; j < middle.count; j++) {
          const run = from + column * columns.stride + i * outer.stride + j * middle.stride;
          for (let k = 0; k < inner.count; k++) {
            floats[cell++] = floats[(run + k * inner.stride) / float];
          }
        }
      }
    }
  }

  /**
   * Row i of left·right + bias goes to the offset `start` + entry i of the table `outRows`.
   *
   * @param hand the thread that does it
   */
  multiply(
    { wasm, member }: Hand,
    left: LeftFactor,
    right: PackedFactor,
    start: number,
    outRows: number,
  ): void {
    const { a, segments, length, stride } = left;
    const windows = { a, rowOffsets: left.rows, rows: left.count, segments, length, stride };
    const { panels, bias, columns } = right;
    const floor = right.relu ? 0 : -Infinity, outOffsets = outRows;
    const columnBytes = segments * length * float;
    if (!right.thin) {
      const edge = this.tables.edge(member), edgeOffsets = this.tables.edgeRows;
      const panelBytes = columnBytes * panelColumns, out = start;
      const tiles = {
        panels,
        panelBytes,
        columns,
        bias,
        floor,
        out,
        outOffsets,
        edge,
        edgeOffsets,
      };
      wasm.multiply({ ...windows, ...tiles });
      return;
    }
    for (let i = 0; i < columns; i++) {
      const weights = panels + i * columnBytes, out = start + i * float;
      const column = { weights, bias: bias + i * float, floor, out, outOffsets };
      wasm.multiplyThin({ ...windows, ...column });
    }
  }

  /**
   * A new tensor of `shape`, whose last axis is the columns: leftᵀ · right, summed over the calls of
   * `add`. The right factor has `count` rows of adjacent columns from the offset that `add` gets.
   *
   * @param most the largest number of rows in one call
   * @param run makes the calls; gets the offset of `roomBytes` of scratch memory
   */
  accumulate(
    shape: number[],
    { length, most, roomBytes = 0 }: { length: number; most: number; roomBytes?: number },
    run: (add: (left: LeftFactor, right: number) => void, room: number) => void,
  ): tf.TensorInfo {
    const out = this.#heap.allocate(shape);
    const columns = shape[shape.length - 1], depth = sizeOf(shape) / columns;
    const line = columns * float;
    if (columns === 1 && isThin(columns, length)) {
      const [room] = this.#scratch.take(roomBytes);
      const sum = this.#heap.offset(out);
      this.#wasm.zero({ to: sum, bytes: depth * line });
      run(({ a, rows, count, segments, length, stride }, right) => {
        const windows = { a, rowOffsets: rows, rows: count, segments, length, stride };
        this.#wasm.accumulateThin({ ...windows, b: right, out: sum });
      }, room);
      return out;
    }
    // Tiles are 8 columns wide: a narrower right factor and its sum get lines that they fill.
    const wideLine = wide(columns) * float, narrow = wideLine !== line;
    const [room, wideSum, wideRight] = this.#scratch.take(
      roomBytes,
      narrow ? depth * wideLine : 0,
      narrow ? most * wideLine : 0,
    );
    const sum = narrow ? wideSum : this.#heap.offset(out);
    this.#wasm.zero({ to: sum, bytes: depth * wideLine });
    if (narrow) this.#wasm.zero({ to: wideRight, bytes: most * wideLine });
    const copyLines = (
      from: number,
      fromStride: number,
      to: number,
      toStride: number,
      rows: number,
    ) => this.#wasm.copyRows({ to, toStride, from, fromStride, bytes: line, rows });
    run(({ a, rows, count, segments, length, stride }, right) => {
      if (narrow) copyLines(right, line, wideRight, wideLine, count);
      const windows = { a, rowOffsets: rows, rows: count, segments, length, stride };
      const b = narrow ? wideRight : right;
      this.#wasm.accumulate({ ...windows, b, out: sum, bytes: wideLine });
    }, room);
    if (narrow) copyLines(sum, wideLine, this.#heap.offset(out), line, depth);
    return out;
  }

  dispose(): void {
    this.team.dispose();
    this.tables.dispose();
    this.#scratch.dispose();
  }
}
