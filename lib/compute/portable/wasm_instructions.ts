/**
 * The instructions of WebAssembly that our kernels use, as functions that nest like the expressions they stand
 * for. `f32x4.add(a, b)` is the code that leaves a + b. Every piece of code carries the type that it leaves, so
 * that a wrong operand fails in `deno check`.
 *
 * Opcodes: https://webassembly.github.io/spec/core/binary/instructions.html
 */

/** Types of values and how the binary form writes them. */
export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

declare const leaves: unique symbol;
/** Instructions, in binary form, that leave a value of the type; "nothing" for a statement. */
export type Code<T extends ValueType | "nothing"> = readonly number[] & { readonly [leaves]: T };
export type Statement = Code<"nothing">;
/** What leaves a value: code, a variable, and for an i32 a plain number. */
export type Operand<T extends ValueType> = Code<T> | Local<T> | (T extends "i32" ? number : never);

/** A parameter or variable of a function. */
export class Local<T extends ValueType = ValueType> {
  constructor(readonly index: number, readonly type: T) {}
  get get(): Code<T> {
    return bytes(0x20, ...unsigned(this.index));
  }
  set(value: Operand<T>): Statement {
    return bytes(...code(value), 0x21, ...unsigned(this.index));
  }
  /** this += value. */
  advance(this: Local<"i32">, value: Operand<"i32">): Statement {
    return this.set(i32.add(this, value));
  }
}

/** The one place where bytes get their type. */
export const bytes = <T extends ValueType | "nothing">(...values: number[]) =>
  values as readonly number[] as Code<T>;

/** LEB128, unsigned and signed. */
export function unsigned(value: number): number[] {
  const all = [];
  do {
    const rest = Math.floor(value / 128);
    all.push(value % 128 + (rest ? 128 : 0));
    value = rest;
  } while (value);
  return all;
}
function signed(value: number): number[] {
  const all = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40);
    all.push(done ? byte : byte | 0x80);
    if (done) return all;
  }
}

/** The code that leaves an operand. */
export const code = <T extends ValueType>(operand: Operand<T>): readonly number[] =>
  operand instanceof Local
    ? operand.get
    : typeof operand === "number"
    ? [0x41, ...signed(operand)]
    : operand;

type Operands<T extends ValueType[]> = { [I in keyof T]: Operand<T[I]> };
/** An instruction that takes operands of `From` and leaves a `To`. */
const instruction =
  <From extends ValueType[], To extends ValueType>(...opcode: number[]) =>
  (...operands: Operands<From>): Code<To> =>
    bytes(...operands.flatMap((operand) => code<ValueType>(operand)), ...opcode);

type Binary<T extends ValueType> = [T, T];
const onI32 = (opcode: number) => instruction<Binary<"i32">, "i32">(opcode);
const simd = <From extends ValueType[], To extends ValueType = "v128">(opcode: number) =>
  instruction<From, To>(0xfd, ...unsigned(opcode));
const unary = (opcode: number) => simd<["v128"]>(opcode);
const binary = (opcode: number) => simd<Binary<"v128">>(opcode);

/** Loads and stores are byte-aligned, because tensors of odd sizes are not more. */
const load =
  <T extends ValueType>(...opcode: number[]) => (address: Operand<"i32">, offset = 0): Code<T> =>
    bytes(...code(address), ...opcode, 0, ...unsigned(offset));
const store =
  <T extends ValueType>(opcode: number[], ...after: number[]) =>
  (address: Operand<"i32">, offset: number, value: Operand<T>): Statement =>
    bytes(...code(address), ...code(value), ...opcode, 0, ...unsigned(offset), ...after);

export const i32 = {
  add: onI32(0x6a),
  sub: onI32(0x6b),
  mul: onI32(0x6c),
  shl: onI32(0x74),
  equal: onI32(0x46),
  /** unsigned */
  lessThan: onI32(0x49),
  load: load<"i32">(0x28),
};

const floatBytes = (value: number) => [...new Uint8Array(new Float32Array([value]).buffer)];

export const f32 = {
  load: load<"f32">(0x2a),
  store: store<"f32">([0x38]),
  add: instruction<Binary<"f32">, "f32">(0x92),
  constant: (value: number): Code<"f32"> => bytes(0x43, ...floatBytes(value)),
};

export const v128 = {
  load: load<"v128">(0xfd, 0x00),
  store: store<"v128">([0xfd, 0x0b]),
  /** One number into all four lanes. */
  loadSplat: load<"v128">(0xfd, 0x09),
  /** One number into lane 0, zero into the others. */
  loadOne: load<"v128">(0xfd, 0x5c),
  storeOne: store<"v128">([0xfd, 0x5a], 0),
  and: binary(0x4e),
  /** The mask of lane 0. */
  firstLane: bytes<"v128">(0xfd, 0x0c, ...Array(4).fill(0xff), ...Array(12).fill(0)),
  /** (a, b, mask): a where the mask is set, else b. */
  select: simd<["v128", "v128", "v128"]>(0x52),
};

export const f32x4 = {
  constant: (value: number): Code<"v128"> =>
    bytes(0xfd, 0x0c, ...Array(4).fill(floatBytes(value)).flat()),
  splat: simd<["f32"]>(0x13),
  lane: (value: Operand<"v128">, lane: number): Code<"f32"> =>
    bytes(...code(value), 0xfd, 0x1f, lane),
  greater: binary(0x44),
  abs: unary(0xe0),
  add: binary(0xe4),
  subtract: binary(0xe5),
  multiply: binary(0xe6),
  divide: binary(0xe7),
  max: binary(0xe9),
  squareRoot: unary(0xe3),
  /** (a, b, c): a·b + c in one rounding, the relaxed-simd extension. */
  relaxedMultiplyAdd: simd<["v128", "v128", "v128"]>(0x105),
};

export const i32x4 = {
  add: binary(0xae),
  shiftLeft: simd<["v128", "i32"]>(0xab),
};

type Three = [Operand<"i32">, Operand<"i32">, Operand<"i32">];
export const bulk = {
  /** (to, from, bytes) */
  copy: (...operands: Three): Statement => bytes(...operands.flatMap(code), 0xfc, 0x0a, 0, 0),
  /** (to, byte, bytes) */
  fill: (...operands: Three): Statement => bytes(...operands.flatMap(code), 0xfc, 0x0b, 0),
};

/** while (condition) { body } */
export function loop(condition: Operand<"i32">, ...body: Statement[]): Statement {
  const test = [...code(condition), 0x45, 0x0d, 1];
  return bytes(0x02, 0x40, 0x03, 0x40, ...test, ...body.flat(), 0x0c, 0, 0x0b, 0x0b);
}

export function when(
  condition: Operand<"i32">,
  then: Statement[],
  otherwise: Statement[] = [],
): Statement {
  return bytes(...code(condition), 0x04, 0x40, ...then.flat(), 0x05, ...otherwise.flat(), 0x0b);
}

/** c + a·b. */
export type MultiplyAdd = (
  a: Operand<"v128">,
  b: Operand<"v128">,
  c: Operand<"v128">,
) => Code<"v128">;

export const repeat = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
