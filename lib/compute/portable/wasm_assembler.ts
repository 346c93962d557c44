/**
 * A small WebAssembly assembler: the instructions the portable kernels use, as functions that nest
 * like the expressions they stand for. `f32x4.add(a, b)` is the code that leaves a + b.
 *
 * Opcodes: https://webassembly.github.io/spec/core/binary/instructions.html
 */

export type Code = readonly number[];
/** A plain number is an i32 constant. */
export type Operand = Code | Local | number;
const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** A parameter or variable of a function. */
export class Local {
  constructor(readonly index: number, readonly type: ValueType) {}
  get get(): Code {
    return [0x20, ...unsigned(this.index)];
  }
  set(value: Operand): Code {
    return [...code(value), 0x21, ...unsigned(this.index)];
  }
  /** this += value, of an i32. */
  advance(value: Operand): Code {
    return this.set(i32.add(this, value));
  }
}

/** LEB128, unsigned and signed. */
function unsigned(value: number): number[] {
  const bytes = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push(value % 128 + (rest ? 128 : 0));
    value = rest;
  } while (value);
  return bytes;
}
function signed(value: number): number[] {
  const bytes = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

const code = (operand: Operand): Code =>
  operand instanceof Local
    ? operand.get
    : typeof operand === "number"
    ? [0x41, ...signed(operand)]
    : operand;

const plain = (opcode: number) => (...operands: Operand[]): Code => [
  ...operands.flatMap(code),
  opcode,
];
const simd = (opcode: number) => (...operands: Operand[]): Code => [
  ...operands.flatMap(code),
  0xfd,
  ...unsigned(opcode),
];
/** A load or store: byte-aligned, because tensors of odd sizes are not more. */
const memory =
  (instruction: Code, ...after: number[]) =>
  (address: Operand, offset = 0, value: Operand = []): Code => [
    ...code(address),
    ...code(value),
    ...instruction,
    0,
    ...unsigned(offset),
    ...after,
  ];

export const i32 = {
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  shl: plain(0x74),
  equal: plain(0x46),
  /** unsigned */
  lessThan: plain(0x49),
  load: memory([0x28]),
};

const bytesOf = (value: number) => [...new Uint8Array(new Float32Array([value]).buffer)];

export const f32 = {
  load: memory([0x2a]),
  store: memory([0x38]),
  add: plain(0x92),
  constant: (value: number): Code => [0x43, ...bytesOf(value)],
};

export const v128 = {
  load: memory([0xfd, 0x00]),
  store: memory([0xfd, 0x0b]),
  /** One number into all four lanes. */
  loadSplat: memory([0xfd, 0x09]),
  /** One number into lane 0, zero into the others. */
  loadOne: memory([0xfd, 0x5c]),
  storeOne: memory([0xfd, 0x5a], 0),
  and: simd(0x4e),
  /** The mask of lane 0. */
  firstLane: [0xfd, 0x0c, ...Array(4).fill(0xff), ...Array(12).fill(0)] as Code,
  /** a where the mask is set, else b. */
  select: (a: Operand, b: Operand, mask: Operand) => simd(0x52)(a, b, mask),
};

export const f32x4 = {
  constant: (value: number): Code => [0xfd, 0x0c, ...Array(4).fill(bytesOf(value)).flat()],
  splat: simd(0x13),
  lane: (value: Operand, lane: number): Code => [...code(value), 0xfd, 0x1f, lane],
  greater: simd(0x44),
  abs: simd(0xe0),
  add: simd(0xe4),
  subtract: simd(0xe5),
  multiply: simd(0xe6),
  divide: simd(0xe7),
  max: simd(0xe9),
  nearest: simd(0x6a),
  /** a·b + c in one rounding: the relaxed-simd extension. */
  relaxedMultiplyAdd: simd(0x105),
};

export const i32x4 = { truncate: simd(0xf8), add: simd(0xae), shiftLeft: simd(0xab) };

export const bulk = {
  /** (to, from, bytes) */
  copy: (...operands: Operand[]): Code => [...operands.flatMap(code), 0xfc, 0x0a, 0, 0],
  /** (to, byte, bytes) */
  fill: (...operands: Operand[]): Code => [...operands.flatMap(code), 0xfc, 0x0b, 0],
};

/** while (condition) { body } */
export function loop(condition: Operand, ...body: Code[]): Code {
  return [
    ...[0x02, 0x40, 0x03, 0x40],
    ...code(condition),
    ...[0x45, 0x0d, 1],
    ...body.flat(),
    ...[0x0c, 0, 0x0b, 0x0b],
  ];
}

export function when(condition: Operand, then: Code[], otherwise: Code[] = []): Code {
  return [...code(condition), 0x04, 0x40, ...then.flat(), 0x05, ...otherwise.flat(), 0x0b];
}

interface FunctionEntry {
  name: string;
  params: ValueType[];
  locals: Local[];
  body: Code;
}

/** A module whose functions work on one imported memory. */
export class WasmAssembler {
  readonly #functions: FunctionEntry[] = [];

  /**
   * Adds an exported function without result.
   *
   * @param body gets one Local per parameter, by name, and `local`, which makes further variables
   * @returns makes the call of this function
   */
  define<Name extends string>(
    name: string,
    params: Record<Name, ValueType>,
    body: (params: Record<Name, Local>, local: (type: ValueType) => Local) => Code[],
  ): (...operands: Operand[]) => Code {
    const entries = Object.entries(params) as [Name, ValueType][];
    const named = Object.fromEntries(
      entries.map(([key, type], index) => [key, new Local(index, type)]),
    ) as Record<Name, Local>;
    const locals: Local[] = [];
    const makeLocal = (type: ValueType) => {
      const local = new Local(entries.length + locals.length, type);
      locals.push(local);
      return local;
    };
    const written = body(named, makeLocal).flat();
    const index = this.#functions.length;
    this.#functions.push({ name, params: entries.map(([, type]) => type), locals, body: written });
    return (...operands) => [...operands.flatMap(code), 0x10, ...unsigned(index)];
  }

  /** The module in binary form; it imports its memory as `env.memory`. */
  assemble(): Uint8Array<ArrayBuffer> {
    const vector = (items: Code[]) => [...unsigned(items.length), ...items.flat()];
    const text = (value: string) => vector([...new TextEncoder().encode(value)].map((b) => [b]));
    const section = (id: number, items: Code[]) => {
      const content = vector(items);
      return [id, ...unsigned(content.length), ...content];
    };
    const functions = this.#functions;
    return new Uint8Array([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, functions.map((f) => [0x60, ...vector(f.params.map((t) => [types[t]])), 0])),
      ...section(2, [[...text("env"), ...text("memory"), 0x02, 0x00, 1]]),
      ...section(3, functions.map((_, index) => unsigned(index))),
      ...section(7, functions.map((f, index) => [...text(f.name), 0x00, ...unsigned(index)])),
      ...section(
        10,
        functions.map((f) => {
          const locals = vector(f.locals.map((local) => [1, types[local.type]]));
          return vector([...locals, ...f.body, 0x0b].map((byte) => [byte]));
        }),
      ),
    ]);
  }
}
