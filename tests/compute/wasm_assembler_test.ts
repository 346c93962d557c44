import assert from "node:assert/strict";
import { WasmAssembler } from "../../lib/compute/portable/wasm_assembler.ts";
import { f32, f32x4, i32, loop, v128, when } from "../../lib/compute/portable/wasm_instructions.ts";

type Exports = Record<string, (...args: number[]) => void>;

function run(wasm: WasmAssembler): { call: Exports; view: DataView } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(wasm.assemble());
  const call = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
  return { call, view: new DataView(memory.buffer) };
}

Deno.test("WasmAssembler encodes constants of every length", () => {
  const constants = [
    0,
    1,
    63,
    64,
    -1,
    -64,
    -65,
    127,
    128,
    8191,
    8192,
    -8193,
    2 ** 31 - 1,
    -(2 ** 31),
  ];
  const wasm = new WasmAssembler();
  constants.forEach((value, i) =>
    wasm.define(`add${i}`, { to: "i32", x: "i32" }, ({ to, x }, local) => {
      const sum = local("i32");
      return [
        sum.set(i32.add(x, value)),
        when(i32.equal(sum, value), [f32.store(to, 0, f32.constant(1))]),
      ];
    })
  );
  const { call, view } = run(wasm);
  constants.forEach((value, i) => {
    call[`add${i}`](4 * i, 0);
    assert.equal(view.getFloat32(4 * i, true), 1, `${value} + 0 = ${value}`);
    call[`add${i}`](4 * i + 1024, 1);
    assert.equal(view.getFloat32(4 * i + 1024, true), 0, `${value} + 1 ≠ ${value}`);
  });
});

Deno.test("WasmAssembler loops, calls and stores as it is written", () => {
  const wasm = new WasmAssembler();
  const scale = wasm.define("scale", { at: "i32" }, ({ at }) => [
    v128.store(at, 0, f32x4.multiply(v128.load(at), f32x4.constant(2.5))),
  ]);
  wasm.define("scaleAll", { at: "i32", count: "i32" }, ({ at, count }) => [
    loop(i32.lessThan(0, count), scale.call({ at }), at.advance(16), count.advance(-1)),
  ]);
  const { call, view } = run(wasm);
  for (let i = 0; i < 16; i++) view.setFloat32(4 * i, i, true);
  call.scaleAll(16, 2);
  const got = Array.from({ length: 16 }, (_, i) => view.getFloat32(4 * i, true));
  assert.deepEqual(got, Array.from({ length: 16 }, (_, i) => i >= 4 && i < 12 ? 2.5 * i : i));
  call.scaleAll(0, 0);
  assert.equal(view.getFloat32(4, true), 1);
});

Deno.test("WasmAssembler refuses operands of another type when it is type-checked", () => {
  new WasmAssembler().define("typed", { at: "i32", scale: "f32", x: "v128" }, (p) => [
    // @ts-expect-error: a vector is no i32
    p.at.set(i32.add(p.at, p.x)),
    // @ts-expect-error: only an i32 advances
    p.x.advance(4),
    // @ts-expect-error: a plain number is an i32
    p.x.set(1),
    // @ts-expect-error: one number is stored where four are asked for
    v128.store(p.at, 0, p.scale),
    // @ts-expect-error: a value is no statement
    f32x4.add(p.x, p.x),
    p.x.set(f32x4.splat(p.scale)),
  ]);
  const wasm = new WasmAssembler();
  const copy = wasm.define(
    "copy",
    { to: "i32", value: "f32" },
    (p) => [f32.store(p.to, 0, p.value)],
  );
  // @ts-expect-error: a parameter is missing
  copy.call({ to: 0 });
  // @ts-expect-error: a parameter of another type
  copy.call({ to: 0, value: i32.add(1, 2) });
});
