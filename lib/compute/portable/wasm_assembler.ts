/**
 * A small WebAssembly assembler: functions written with `wasm_instructions.ts` become a module on one imported
 * memory, and JavaScript calls them by the names of their parameters.
 *
 * Binary form: https://webassembly.github.io/spec/core/binary/modules.html
 */
import {
  bytes,
  type Code,
  code,
  Local,
  type Operand,
  type Statement,
  types,
  unsigned,
  type ValueType,
} from "./wasm_instructions.ts";

/** Parameters by name, in their order. */
export type Params = Record<string, ValueType>;

/** Parameters that are all byte offsets, byte counts or counts. */
export const i32s = <Name extends string>(...names: Name[]) =>
  Object.fromEntries(names.map((name) => [name, "i32"])) as Record<Name, "i32">;

/** A function of the module, without result or with a number. */
export interface Defined<P extends Params = Params, Result extends void | number = void> {
  name: string;
  params: (keyof P & string)[];
  /** The call of this function from another of the module. */
  call(operands: { [K in keyof P]: Operand<P[K]> }): Code<Result extends void ? "nothing" : "f32">;
}

/** A function of the module as JavaScript calls it: byte offsets and counts, by name. */
export type Kernel<D> = D extends Defined<infer P, infer Result>
  ? (values: { [K in keyof P]: number }) => Result
  : never;

/** The module's functions, called by the names of their parameters. */
export function bindKernels<
  D extends Record<string, Defined<never, void> | Defined<never, number>>,
>(
  exports: WebAssembly.Exports,
  defined: D,
): { [K in keyof D]: Kernel<D[K]> } {
  const bind = ({ name, params }: { name: string; params: string[] }) => {
    const call = exports[name] as (...values: number[]) => void | number;
    if (params.length > 16) throw new Error(`${name} has more than 16 parameters`);
    const [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = params;
    // Written out, because an array that is spread takes forty times as long (600 ns against 15).
    // WebAssembly drops the arguments beyond a function's own.
    // deno-fmt-ignore
    return (v: Record<string, number>) => call(
      v[a], v[b], v[c], v[d], v[e], v[f], v[g], v[h], v[i], v[j], v[k], v[l], v[m], v[n], v[o], v[p],
    );
  };
  const bound = Object.entries(defined).map(([key, entry]) => [key, bind(entry)]);
  return Object.fromEntries(bound);
}

/** What is written down of a function: of its parameters by name, and of `local`, which makes variables. */
type Body<P extends Params, Written> = (
  params: { [K in keyof P]: Local<P[K]> },
  local: <T extends ValueType>(type: T) => Local<T>,
) => Written;

interface Entry {
  name: string;
  params: ValueType[];
  results: ValueType[];
  locals: Local[];
  body: Statement;
}

/** A module whose functions work on one imported memory. */
export class WasmAssembler {
  readonly #functions: Entry[] = [];

  /**
   * Adds an exported function without result.
   *
   * @param body gets one Local per parameter, by name, and `local`, which makes further variables
   */
  define<P extends Params>(
    name: string,
    params: P,
    body: Body<P, Statement[]>,
  ): Defined<P> {
    return this.#add(name, params, body, []) as Defined<P>;
  }

  /** As `define`, of a function that leaves a number. */
  defineNumber<P extends Params>(
    name: string,
    params: P,
    body: Body<P, { statements: Statement[]; result: Code<"f32"> }>,
  ): Defined<P, number> {
    const all = (...given: Parameters<typeof body>) => {
      const { statements, result } = body(...given);
      return [...statements, result];
    };
    return this.#add(name, params, all, ["f32"]) as Defined<P, number>;
  }

  #add<P extends Params>(
    name: string,
    params: P,
    body: Body<P, Code<ValueType | "nothing">[]>,
    results: ValueType[],
  ) {
    const names = Object.keys(params);
    const types = Object.values(params);
    const named = Object.fromEntries(names.map((key, i) => [key, new Local(i, types[i])]));
    const locals: Local[] = [];
    const makeLocal = <T extends ValueType>(type: T) => {
      const local = new Local(names.length + locals.length, type);
      locals.push(local);
      return local;
    };
    const written = body(named as { [K in keyof P]: Local<P[K]> }, makeLocal).flat();
    const index = this.#functions.length;
    this.#functions.push({ name, params: types, results, locals, body: bytes(...written) });
    return {
      name,
      params: names,
      call: (operands: { [K in keyof P]: Operand<P[K]> }) =>
        bytes(
          ...names.flatMap((key) => code<ValueType>(operands[key])),
          0x10,
          ...unsigned(index),
        ),
    };
  }

  /** The module, and its functions on a memory, which may be one that threads share. */
  instantiate(memory: WebAssembly.Memory) {
    const shared = !(memory.buffer instanceof ArrayBuffer);
    const module = new WebAssembly.Module(this.assemble({ shared }));
    return { module, exports: new WebAssembly.Instance(module, { env: { memory } }).exports };
  }

  /** The module in binary form; it imports its memory as `env.memory`, of the kind that threads share or not. */
  assemble({ shared = false } = {}): Uint8Array<ArrayBuffer> {
    const vector = (
      items: readonly (readonly number[])[],
    ) => [...unsigned(items.length), ...items.flat()];
    const text = (value: string) => vector([...new TextEncoder().encode(value)].map((b) => [b]));
    const section = (id: number, items: readonly (readonly number[])[]) => {
      const content = vector(items);
      return [id, ...unsigned(content.length), ...content];
    };
    // Shared memory has a largest size: here all 4 GB, of which a memory may have less.
    const limits = shared ? [0x03, 1, ...unsigned(65_536)] : [0x00, 1];
    const functions = this.#functions, header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    return new Uint8Array([
      ...header,
      ...section(
        1,
        functions.map((f) => [
          0x60,
          ...[f.params, f.results].flatMap((list) => vector(list.map((t) => [types[t]]))),
        ]),
      ),
      ...section(2, [[...text("env"), ...text("memory"), 0x02, ...limits]]),
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
