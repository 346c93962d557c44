/** Optimizer steps over flat arrays as a few passes of fused elementwise operations, in place. */
import { Algorithm, type Onednn } from "./api.ts";
import { constant, zero } from "./elementwise.ts";
import { Build } from "./build.ts";
import type { Native, NativeBuffer } from "./native.ts";
import type { Primitive } from "./primitive.ts";

/** Where the arrays of one Adam step begin. */
export interface AdamAddresses {
  w: bigint;
  g: bigint;
  m: bigint;
  v: bigint;
}

/** One step of Adam in three passes, in place; the form is that of `adam.ts`. */
export class AdamStep implements Native {
  readonly #first: Primitive;
  readonly #second: Primitive;
  readonly #update: Primitive;
  readonly #gradientShare: NativeBuffer;
  readonly #epsilon = constant(0);
  readonly #stepSize = constant(0);

  constructor(onednn: Onednn, size: number, beta1: number, beta2: number) {
    this.#gradientShare = constant(1 - beta1);
    [this.#first, this.#second, this.#update] = Build.run(onednn, (build) => {
      const values = build.strided([size], [1]), one = build.strided([1], [1]);
      return [
        // m = β₁ m + (1 − β₁) g
        build.binary(Algorithm.mul, values, one, values, [{ accumulate: beta1 }]),
        // v = β₂ v + (1 − β₂) g²
        build.binary(Algorithm.mul, values, values, values, [
          { apply: Algorithm.linear, alpha: 1 - beta2 },
          { accumulate: beta2 },
        ]),
        // w = w − stepSize · m / (√v + ε)
        build.binary(Algorithm.add, values, one, values, [
          { apply: Algorithm.sqrt },
          { combine: Algorithm.add, operand: one },
          { apply: Algorithm.pow, alpha: 1, beta: -1 },
          { combine: Algorithm.mul, operand: values },
          { combine: Algorithm.mul, operand: one },
          { accumulate: 1 },
        ]),
      ];
    });
  }

  /** @param stepSize, epsilon with the bias correction in them */
  run({ w, g, m, v }: AdamAddresses, stepSize: number, epsilon: number): void {
    this.#stepSize.values[0] = -stepSize;
    this.#epsilon.values[0] = epsilon;
    this.#first.run(g, this.#gradientShare.address, m);
    this.#second.run(g, g, v);
    this.#update.run(v, zero.address, this.#epsilon.address, m, this.#stepSize.address, w);
  }

  destroy(): void {
    this.#first.destroy();
    this.#second.destroy();
    this.#update.destroy();
    for (const scratch of [this.#gradientShare, this.#epsilon, this.#stepSize]) scratch.destroy();
  }
}

/** One step of RMSprop in two passes, in place. */
export class RmspropStep implements Native {
  readonly #mean: Primitive;
  readonly #update: Primitive;
  readonly #epsilon = constant(0);
  readonly #stepSize = constant(0);

  constructor(onednn: Onednn, size: number, rho: number) {
    [this.#mean, this.#update] = Build.run(onednn, (build) => {
      const values = build.strided([size], [1]), one = build.strided([1], [1]);
      return [
        // v = ρ v + (1 − ρ) g²
        build.binary(Algorithm.mul, values, values, values, [
          { apply: Algorithm.linear, alpha: 1 - rho },
          { accumulate: rho },
        ]),
        // w = w − α · g / √(v + ε)
        build.binary(Algorithm.add, values, one, values, [
          { apply: Algorithm.sqrt },
          { apply: Algorithm.pow, alpha: 1, beta: -1 },
          { combine: Algorithm.mul, operand: values },
          { combine: Algorithm.mul, operand: one },
          { accumulate: 1 },
        ]),
      ];
    });
  }

  run(w: bigint, g: bigint, v: bigint, learningRate: number, epsilon: number): void {
    this.#stepSize.values[0] = -learningRate;
    this.#epsilon.values[0] = epsilon;
    this.#mean.run(g, g, v);
    this.#update.run(v, this.#epsilon.address, g, this.#stepSize.address, w);
  }

  destroy(): void {
    for (const native of [this.#mean, this.#update, this.#epsilon, this.#stepSize]) {
      native.destroy();
    }
  }
}
