import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import type { TrainingKernels } from "../../lib/compute/kernels.ts";
import { createOnednnKernels } from "../../lib/compute/onednn/onednn.ts";
import { findOnednn } from "../../lib/compute/onednn/library.ts";
import { convShape } from "../../lib/compute/layers/conv_shape.ts";
import { WasmHeap } from "../../lib/compute/wasm_heap.ts";
import { guarded } from "./guarded.ts";
import { assertClose, tolerance, values } from "./kernel_cases.ts";
import { testRegistered } from "./registered_cases.ts";

const found = findOnednn();
const skip = typeof found === "string" ? found : null;
const engine = { name: "onednn", open: guarded(() => createOnednnKernels({ threads: 1 })), skip };

testRegistered(engine);

function test(title: string, body: () => Promise<void> | void): void {
  const name = skip ? `${title} (skipped: ${skip})` : title;
  Deno.test({
    name,
    ignore: skip !== null,
    async fn() {
      await tf.setBackend("wasm");
      await tf.ready();
      await body();
    },
  });
}

const sumOf = (shape: number[]) => tf.tensor(values(shape, "x"), shape);

test("createOnednnKernels() keeps no more kernels than its cache holds", () => {
  const kernels = createOnednnKernels({ threads: 1, cacheCapacity: 3 });
  for (let rows = 1; rows <= 10; rows++) {
    const x = sumOf([rows, 2]);
    tf.engine().disposeTensor(tf.engine().makeTensorFromTensorInfo(kernels.columnSum(x)));
    x.dispose();
    assert.equal(kernels.cached, Math.min(rows, 3));
  }
  kernels.dispose();
});

const shape = convShape([16, 14, 14, 64], [3, 3, 64, 32], { strides: [2, 2], pad: "same" })!;

/** Convolves forward and back, builds three kernels for it where they are not built. */
function convolve(kernels: TrainingKernels, x: tf.Tensor, filter: tf.Tensor, batch: number): void {
  const part = { ...shape, batch };
  const y = kernels.conv2d(x, filter, null, part, false);
  const gradient = kernels.conv2dBackpropFilter(x, y, part, true);
  const results = [y, gradient.filter, gradient.bias!];
  tf.dispose(results.map((info) => tf.engine().makeTensorFromTensorInfo(info)));
}

/**
 * Counts what a library opened in `run` has given out and not taken back: per kind, `dnnl_…_create`
 * calls minus `dnnl_…_destroy` calls. `libraries` are those not closed.
 */
function counted<T>(run: () => T): { result: T; open: () => Record<string, number> } {
  const open: Record<string, number> = { libraries: 0 };
  const dlopen = Deno.dlopen;
  const count = (key: string, by: number) => open[key] = (open[key] ?? 0) + by;
  type Calls = Record<string, ((...args: unknown[]) => unknown) | null>;
  const countCalls = (symbols: Calls): Calls =>
    Object.fromEntries(
      Object.entries(symbols).map(([name, call]) => {
        const [, kind, what] =
          /^dnnl_(.*?)(?:_with_.*)?_(create|destroy)(?:_with_.*)?$/.exec(name) ?? [];
        if (!call || !kind) return [name, call];
        // Each convolution's description has a function of its own to make it, and all one to free it.
        const key = kind.endsWith("primitive_desc") ? "primitive_desc" : kind;
        return [name, (...args: unknown[]) => {
          const status = call(...args);
          if (what === "destroy" || status === 0) count(key, what === "create" ? 1 : -1);
          return status;
        }];
      }),
    );
  const counting = (path: string, symbols: Deno.ForeignLibraryInterface) => {
    const library = dlopen(path, symbols);
    count("libraries", 1);
    return {
      symbols: countCalls(library.symbols as unknown as Calls),
      close() {
        library.close();
        count("libraries", -1);
      },
    };
  };
  Object.assign(Deno, { dlopen: counting });
  try {
    return { result: run(), open: () => ({ ...open }) };
  } finally {
    Object.assign(Deno, { dlopen });
  }
}

const bytesOfHeap = () => new WasmHeap().memory.buffer.byteLength;

test("createOnednnKernels() gives everything back with dispose()", () => {
  const x = sumOf([16, 14, 14, 64]), filter = sumOf([3, 3, 64, 32]);
  const round = () => {
    const { result: kernels, open } = counted(() => createOnednnKernels({ threads: 1 }));
    convolve(kernels, x, filter, 16);
    const used = open();
    assert.ok(used.primitive >= 4 && used.memory > used.primitive, JSON.stringify(used));
    assert.deepEqual([used.engine, used.stream, used.libraries], [1, 1, 1]);
    kernels.dispose();
    for (const [kind, left] of Object.entries(open())) assert.equal(left, 0, `${kind} left`);
  };
  for (let i = 0; i < 10; i++) round();
  const before = bytesOfHeap();
  for (let i = 0; i < 10; i++) round();
  assert.equal(bytesOfHeap(), before);
  tf.dispose([x, filter]);
});

test("createOnednnKernels() gives a kernel back when its cache drops it", () => {
  const x = sumOf([16, 14, 14, 64]), filter = sumOf([3, 3, 64, 32]);
  const { result: kernels, open } = counted(() =>
    createOnednnKernels({ threads: 1, cacheCapacity: 2 })
  );
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) convolve(kernels, x, filter, 1 + i % 16);
    return { ...open(), heap: bytesOfHeap() };
  };
  assert.deepEqual(rounds(48), rounds(16));
  kernels.dispose();
  tf.dispose([x, filter]);
});

test("setThreads() builds kernels anew, with the same result up to the order of sums", () => {
  const kernels = createOnednnKernels({ threads: 1 });
  const a = sumOf([64, 300]), b = sumOf([300, 64]);
  const product = () => {
    const result = tf.engine().makeTensorFromTensorInfo(kernels.matMul(a, b, {}));
    const read = result.dataSync();
    result.dispose();
    return read;
  };
  const one = product();
  kernels.setThreads(2);
  assert.equal(kernels.cached, 0, "built anew");
  assertClose(product(), one, tolerance(300), "with two threads");
  assert.throws(() => kernels.setThreads(0), /threads: expected an integer >= 1, got 0/);
  kernels.setThreads(1);
  tf.dispose([a, b]);
  kernels.dispose();
});

test("oneDNN's kernels write nowhere but where they should, for every shape", async () => {
  // glibc's allocator then looks after every block that is freed; elsewhere the names mean nothing.
  const checked = { LD_PRELOAD: "libc_malloc_debug.so.0", GLIBC_TUNABLES: "glibc.malloc.check=3" };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-check",
      fileURLToPath(new URL("every_shape.ts", import.meta.url)),
    ],
    env: Deno.build.os === "linux" ? checked : {},
  }).output();
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(stdout).trim(), "done", decoder.decode(stderr));
});

/** What a new process that opens oneDNN prints of OpenMP's settings, and its own environment's. */
async function openedWith(environment: Record<string, string>): Promise<string> {
  const program = `
    import { findOnednn } from "${new URL("../../lib/compute/onednn/library.ts", import.meta.url)}";
    if (typeof findOnednn() === "string") throw new Error("no oneDNN");
    console.log("in the environment:", Deno.env.get("OMP_WAIT_POLICY"));`;
  const before = Deno.env.get("OMP_WAIT_POLICY");
  // A test before this one may have opened the library here, and so set it for what is started.
  Deno.env.delete("OMP_WAIT_POLICY");
  try {
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", program],
      env: { OMP_DISPLAY_ENV: "verbose", NO_COLOR: "1", ...environment },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(success, said);
    return said;
  } finally {
    if (before !== undefined) Deno.env.set("OMP_WAIT_POLICY", before);
  }
}

test("findOnednn() has OpenMP's threads wait passively, where its reader has not said otherwise", async () => {
  const ours = await openedWith({}), theirs = await openedWith({ OMP_WAIT_POLICY: "active" });
  assert.match(ours, /in the environment: passive/);
  assert.match(theirs, /in the environment: active/);
  // What GNU's OpenMP says of itself as it is loaded; a library built with another need not.
  if (!/GOMP_SPINCOUNT = /.test(ours)) return;
  assert.match(ours, /GOMP_SPINCOUNT = '0'/);
  assert.match(theirs, /OMP_WAIT_POLICY = 'ACTIVE'/);
});

Deno.test("findOnednn() says in one clause why a library cannot be used", async () => {
  assert.match(String(findOnednn("/no/such/file.so")), /^\/no\/such\/file\.so cannot be opened: /);
  const notALibrary = await Deno.makeTempFile();
  try {
    assert.match(String(findOnednn(notALibrary)), /cannot be opened/);
  } finally {
    await Deno.remove(notALibrary);
  }
  assert.throws(
    () => createOnednnKernels({ library: "/no/such/file.so", threads: 1 }),
    /cannot be opened/,
  );
});
