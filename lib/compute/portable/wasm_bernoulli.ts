/**
 * The Bernoulli likelihood and its gradient in WebAssembly SIMD. Both are chains of operations that wait for one
 * another: polynomials in pairs (Estrin) and sums with products fused leave the CPU several pixels to work on.
 */
import { i32s, type WasmAssembler } from "./wasm_assembler.ts";
import {
  type Code,
  f32,
  f32x4,
  i32x4,
  type Local,
  loop,
  type MultiplyAdd,
  type Statement,
  v128,
} from "./wasm_instructions.ts";
import { overElements } from "./wasm_elements.ts";

/** Defines the kernels of this file. */
export const defineBernoulli = (wasm: WasmAssembler, multiplyAdd: MultiplyAdd) => ({
  bernoulliNll: defineNll(wasm, multiplyAdd),
  bernoulliNllGrad: defineNllGrad(wasm, multiplyAdd),
});

/**
 * Numbers in all four lanes, each in a local that is set before the loop: V8 builds a `v128.const` anew wherever
 * it stands, in four instructions or more.
 */
class Constants {
  readonly #known = new Map<number, Local<"v128">>();
  readonly #local: (type: "v128") => Local<"v128">;

  constructor(local: (type: "v128") => Local<"v128">) {
    this.#local = local;
  }

  of(value: number): Local<"v128"> {
    const known = this.#known.get(value) ?? this.#local("v128");
    this.#known.set(value, known);
    return known;
  }

  /** Sets all that have been asked for. */
  setting(): Statement[] {
    return [...this.#known].map(([value, known]) => known.set(f32x4.splat(f32.constant(value))));
  }
}

/** What both compute with. */
interface Scratch {
  multiplyAdd: MultiplyAdd;
  constants: Constants;
  square: Local<"v128">;
  fourth: Local<"v128">;
}

/** Σ c[i] · x^i of eight coefficients, as ((c₀ + c₁x) + (c₂ + c₃x)x²) + ((c₄ + c₅x) + (c₆ + c₇x)x²)x⁴. */
function polynomial(
  to: Local<"v128">,
  x: Local<"v128">,
  coefficients: number[],
  { multiplyAdd, constants, square, fourth }: Scratch,
): Statement[] {
  const c = coefficients.map((value) => constants.of(value));
  const pair = (i: number) => multiplyAdd(x, c[i + 1], c[i]);
  const half = (i: number): Code<"v128"> => multiplyAdd(square, pair(i + 2), pair(i));
  return [
    square.set(f32x4.multiply(x, x)),
    fourth.set(f32x4.multiply(square, square)),
    to.set(multiplyAdd(fourth, half(4), half(0))),
  ];
}

/**
 * u = exp(−|x|), to 2e-7 of itself: 2^n · e^r with |r| ≤ ½ ln 2, n put into the exponent's bits.
 * Below −87 it stays at e^−87, which is nothing beside 1.
 */
function expMinusAbs(
  x: Local<"v128">,
  u: Local<"v128">,
  n: Local<"v128">,
  scratch: Scratch,
): Statement[] {
  const { multiplyAdd, constants } = scratch;
  const ln2High = 0.693359375, ln2Low = -2.12194440e-4; // their sum is ln 2 (Cephes expf)
  // 1.5 · 2²³: a small number added to it is rounded to an integer, which stands in the sum's last bits.
  const integers = constants.of(12_582_912);
  const factorials = [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040];
  const rounded = f32x4.subtract(n, integers);
  return [
    u.set(f32x4.max(f32x4.subtract(constants.of(0), f32x4.abs(x)), constants.of(-87))),
    n.set(multiplyAdd(u, constants.of(Math.LOG2E), integers)),
    u.set(multiplyAdd(rounded, constants.of(-ln2High), u)),
    u.set(multiplyAdd(rounded, constants.of(-ln2Low), u)),
    ...polynomial(u, u, factorials, scratch),
    u.set(i32x4.add(u, i32x4.shiftLeft(n, 23))),
  ];
}

/**
 * out[row] = Σ_column −log p(x|l) of a Bernoulli pixel, max(l, 0) − l·x + log(1 + e^−|l|): finite for
 * every finite logit.
 */
function defineNll(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  return wasm.define("bernoulliNll", i32s("logits", "x", "out", "rows", "columns"), (p, local) => {
    const constants = new Constants(local);
    const left = local("i32");
    const [l, u, n, s, sum, square, fourth] = Array.from({ length: 7 }, () => local("v128"));
    const scratch = { multiplyAdd, constants, square, fourth };
    // log(1 + u) = 2 artanh(s), s = u / (2 + u) ≤ 1/3: s·(2 + 2/3 s² + 2/5 s⁴ + …), to 1e-8.
    const artanh = [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15];
    const rest = Array.from({ length: 4 }, (_, lane) => f32x4.lane(sum, lane));
    const body = [loop(
      p.rows,
      sum.set(constants.of(0)),
      left.set(p.columns),
      ...overElements(left, [p.logits, p.x], ({ load, bytes }) => [
        l.set(load(p.logits)),
        ...expMinusAbs(l, u, n, scratch),
        s.set(f32x4.divide(u, f32x4.add(u, constants.of(2)))),
        n.set(f32x4.multiply(s, s)),
        ...polynomial(u, n, artanh, scratch),
        u.set(multiplyAdd(s, u, f32x4.max(l, constants.of(0)))),
        u.set(f32x4.subtract(u, f32x4.multiply(l, load(p.x)))),
        // Of a single number the other lanes hold log 2.
        ...(bytes === 4 ? [u.set(v128.and(u, v128.firstLane))] : []),
        sum.set(f32x4.add(sum, u)),
      ]),
      f32.store(p.out, 0, f32.add(f32.add(rest[0], rest[1]), f32.add(rest[2], rest[3]))),
      p.out.advance(4),
      p.rows.advance(-1),
    )];
    return [...constants.setting(), ...body];
  });
}

/** out[row, column] = dy[row] · (σ(l) − x), the gradient of `bernoulliNll` by its logits. */
function defineNllGrad(wasm: WasmAssembler, multiplyAdd: MultiplyAdd) {
  return wasm.define(
    "bernoulliNllGrad",
    i32s("logits", "x", "dy", "out", "rows", "columns"),
    (p, local) => {
      const constants = new Constants(local);
      const left = local("i32");
      const [l, u, n, scale, square, fourth] = Array.from({ length: 6 }, () => local("v128"));
      const ones = constants.of(1);
      const body = [loop(
        p.rows,
        scale.set(v128.loadSplat(p.dy)),
        left.set(p.columns),
        ...overElements(left, [p.logits, p.x, p.out], ({ load, store }) => [
          l.set(load(p.logits)),
          ...expMinusAbs(l, u, n, { multiplyAdd, constants, square, fourth }),
          // σ(l) is 1 / (1 + u) for l > 0 and u / (1 + u) else.
          n.set(v128.select(ones, u, f32x4.greater(l, constants.of(0)))),
          u.set(f32x4.divide(n, f32x4.add(u, ones))),
          store(p.out, 0, f32x4.multiply(scale, f32x4.subtract(u, load(p.x)))),
        ]),
        p.dy.advance(4),
        p.rows.advance(-1),
      )];
      return [...constants.setting(), ...body];
    },
  );
}
