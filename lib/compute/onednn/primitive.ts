/** One of oneDNN's primitives as an object: built for one shape, run with addresses. */
import { type Handle, NULL, type Onednn, OnednnError } from "./api.ts";
import type { Native } from "./native.ts";
import { addressOf } from "../wasm_heap.ts";

/** One executable primitive with a memory object for each of its arguments. */
export class Primitive implements Native {
  readonly #onednn: Onednn;
  readonly #primitive: Handle;
  readonly #memories: Handle[] = [];
  readonly #handles: bigint[];
  // dnnl_exec_arg_t[]: { int arg; dnnl_memory_t memory }, 16 bytes each. Kept here, or it is collected.
  readonly #args: ArrayBuffer;
  readonly #argsAddress: bigint;

  /** @param args which argument has which memory descriptor, in the order of `run`'s addresses */
  constructor(onednn: Onednn, description: Handle, args: readonly (readonly [number, Handle])[]) {
    this.#onednn = onednn;
    this.#primitive = onednn.create(
      "primitive_create",
      (out) => onednn.call.dnnl_primitive_create(out, description),
    );
    this.#args = new ArrayBuffer(args.length * 16);
    this.#argsAddress = addressOf(this.#args);
    this.#handles = args.map(() => NULL);
    const fields = new DataView(this.#args);
    args.forEach(([arg, memoryDescriptor], i) => {
      const memory = onednn.create(
        "memory_create",
        (out) => onednn.call.dnnl_memory_create(out, memoryDescriptor, onednn.engine, NULL),
      );
      this.#memories.push(memory);
      fields.setInt32(i * 16, arg, true);
      fields.setBigUint64(i * 16 + 8, memory, true);
    });
  }

  /** Runs to the end (CPU streams are synchronous). One address for each argument. */
  run(...addresses: bigint[]): void {
    const { call, stream } = this.#onednn;
    for (let i = 0; i < addresses.length; i++) {
      if (addresses[i] === this.#handles[i]) continue;
      call.dnnl_memory_set_data_handle(this.#memories[i], addresses[i]);
      this.#handles[i] = addresses[i];
    }
    const count = this.#memories.length;
    const status = call.dnnl_primitive_execute(this.#primitive, stream, count, this.#argsAddress);
    if (status !== 0) throw new OnednnError("primitive_execute", status);
  }

  destroy(): void {
    for (const memory of this.#memories) this.#onednn.call.dnnl_memory_destroy(memory);
    this.#onednn.call.dnnl_primitive_destroy(this.#primitive);
  }
}
