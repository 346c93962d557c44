/** The sum of the workers' gradients, and whether it is finite, in two passes. */
import { Algorithm, type Onednn } from "./api.ts";
import { Build } from "./build.ts";
import { type Native, NativeBuffer } from "./native.ts";
import type { Primitive } from "./primitive.ts";

/** Numbers that are looked at together. */
const columns = 64;

/** Adds arrays of one size, and looks for numbers that are not finite. */
export class Accumulation implements Native {
  readonly #add: Primitive;
  /** Σ of each column, with a row of ones: an infinity or NaN in it shows, and nothing else can make one. */
  readonly #columnSums: Primitive | null;
  readonly #ones: NativeBuffer;
  readonly #sums = new NativeBuffer(columns * 4);
  readonly #rows: number;

  constructor(onednn: Onednn, size: number) {
    const rows = this.#rows = Math.floor(size / columns);
    this.#ones = new NativeBuffer(rows * 4);
    this.#ones.values.fill(1);
    [this.#add, this.#columnSums] = Build.run(onednn, (build) => {
      const values = build.strided([size], [1]);
      return [
        build.binary(Algorithm.add, values, values, values),
        rows === 0 ? null : build.matMul(
          build.strided([1, rows], [rows, 1]),
          build.strided([rows, columns], [columns, 1]),
          null,
          build.strided([1, columns], [columns, 1]),
        ),
      ];
    });
  }

  /** total += other */
  add(total: bigint, other: bigint): void {
    this.#add.run(total, other, total);
  }

  /** @param values what stands at the address `total`, for the few that fill no row */
  isFinite(total: bigint, values: Float32Array): boolean {
    if (!values.subarray(this.#rows * columns).every(Number.isFinite)) return false;
    this.#columnSums?.run(this.#ones.address, total, this.#sums.address);
    return !this.#columnSums || this.#sums.values.subarray(0, columns).every(Number.isFinite);
  }

  destroy(): void {
    this.#add.destroy();
    this.#columnSums?.destroy();
    this.#ones.destroy();
    this.#sums.destroy();
  }
}
