/**
 * What is computed element by element, out of oneDNN's `binary` primitive: of its elementwise
 * primitives it is the one that compiles what is fused to it (3.2; others fall back to plain C).
 */
import { Algorithm, type Onednn } from "./api.ts";
import { Build } from "./build.ts";
import { type Native, NativeBuffer } from "./native.ts";
import type { Primitive } from "./primitive.ts";

/** The number 0, to combine with. */
const zero = new NativeBuffer(4);

/** dx = dy where y > 0, else 0. oneDNN's own relu gradient is four times slower. */
export class ReluGradient implements Native {
  readonly #primitive: Primitive;

  constructor(onednn: Onednn, size: number) {
    this.#primitive = Build.run(onednn, (build) => {
      const values = build.strided([size], [1]), one = build.strided([1], [1]);
      const timesDy = { combine: Algorithm.mul, operand: values };
      return build.binary(Algorithm.gt, values, one, values, [timesDy]);
    });
  }

  run(y: bigint, dy: bigint, dx: bigint): void {
    this.#primitive.run(y, zero.address, dy, dx);
  }

  destroy(): void {
    this.#primitive.destroy();
  }
}

/** sum over columns of softplus(l) − l·x, for rows of logits l and targets x. */
export class BernoulliNll implements Native {
  readonly #product: Primitive;
  readonly #terms: Primitive;
  readonly #sum: Primitive;
  readonly #work: NativeBuffer;
  readonly #ones: NativeBuffer;

  constructor(onednn: Onednn, rows: number, columns: number) {
    this.#work = new NativeBuffer(rows * columns * 4);
    this.#ones = new NativeBuffer(columns * 4);
    this.#ones.values.fill(1);
    [this.#product, this.#terms, this.#sum] = Build.run(onednn, (build) => {
      const values = build.strided([rows, columns], [columns, 1]);
      return [
        build.binary(Algorithm.mul, values, values, values),
        build.binary(Algorithm.add, values, build.strided([1, 1], [1, 1]), values, [
          { apply: Algorithm.softRelu, alpha: 1 },
          { combine: Algorithm.sub, operand: values },
        ]),
        build.matMul(
          values,
          build.strided([columns, 1], [1, 1]),
          null,
          build.strided([rows, 1], [1, 1]),
        ),
      ];
    });
  }

  run(logits: bigint, x: bigint, nll: bigint): void {
    const work = this.#work.address;
    this.#product.run(logits, x, work);
    this.#terms.run(logits, zero.address, work, work);
    this.#sum.run(work, this.#ones.address, nll);
  }

  destroy(): void {
    this.#product.destroy();
    this.#terms.destroy();
    this.#sum.destroy();
    this.#work.destroy();
    this.#ones.destroy();
  }
}

/** (sigmoid(logits) − x) · dy[row]. */
export class BernoulliNllGradient implements Native {
  readonly #difference: Primitive;
  readonly #scale: Primitive;

  constructor(onednn: Onednn, rows: number, columns: number) {
    [this.#difference, this.#scale] = Build.run(onednn, (build) => {
      const values = build.strided([rows, columns], [columns, 1]);
      return [
        build.binary(Algorithm.add, values, build.strided([1, 1], [1, 1]), values, [
          { apply: Algorithm.logistic },
          { combine: Algorithm.sub, operand: values },
        ]),
        build.binary(Algorithm.mul, values, build.strided([rows, 1], [1, 1]), values),
      ];
    });
  }

  run(logits: bigint, x: bigint, dy: bigint, gradient: bigint): void {
    this.#difference.run(logits, zero.address, x, gradient);
    this.#scale.run(gradient, dy, gradient);
  }

  destroy(): void {
    this.#difference.destroy();
    this.#scale.destroy();
  }
}

/** Nearest-neighbour upsampling of NHWC images by whole factors, and its adjoint. */
export class Upsampling implements Native {
  /** Copies x to one place of every block, or adds up what stands there. */
  readonly #spread: Primitive;
  readonly #take: Primitive;
  readonly #add: Primitive;
  /** Where the places of a block lie, in bytes. */
  readonly #offsets: bigint[] = [];

  constructor(onednn: Onednn, shape: number[], [fy, fx]: [number, number]) {
    const [, height, width, channels] = shape;
    const row = width * fx * channels;
    for (let y = 0; y < fy; y++) {
      for (let x = 0; x < fx; x++) this.#offsets.push(BigInt((y * row + x * channels) * 4));
    }
    [this.#spread, this.#take, this.#add] = Build.run(onednn, (build) => {
      const small = build.strided(shape, [
        height * width * channels,
        width * channels,
        channels,
        1,
      ]);
      const large = build.strided(shape, [height * fy * row, fy * row, fx * channels, 1]);
      return [
        build.reorder(small, large),
        build.reorder(large, small),
        build.reorder(large, small, [{ accumulate: 1 }]),
      ];
    });
  }

  forward(x: bigint, y: bigint): void {
    for (const offset of this.#offsets) this.#spread.run(x, y + offset);
  }

  backward(dy: bigint, dx: bigint): void {
    this.#offsets.forEach((offset, i) => (i === 0 ? this.#take : this.#add).run(dy + offset, dx));
  }

  destroy(): void {
    this.#spread.destroy();
    this.#take.destroy();
    this.#add.destroy();
  }
}
