/**
 * tfjs's `wasm` tensors as memory: allocation, typed-array views, and addresses for native code.
 *
 * The heap may grow at any allocation. Growth detaches every view and may move the heap, so the
 * rule for a kernel is: first `allocate` all outputs, then take views and addresses, use them, and
 * forget them.
 */
import * as tf from "@tensorflow/tfjs";

/** What is used of tfjs's `BackendWasm`, whose types are not exported whole. */
interface WasmBackend {
  wasm: {
    HEAPU8: Uint8Array<ArrayBuffer>;
    asm: { memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(offset: number): void;
  };
  dataIdMap: { get(dataId: object): { memoryOffset: number } | undefined };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** The data of a float32 tensor that lies outside the heap, in memory that native code reaches by its address. */
export class OutsideData {
  readonly values: Float32Array;
  #address: bigint | null = null;

  constructor(values: Float32Array) {
    this.values = values;
  }

  /** Holds as long as this object: it keeps the memory. Asked for where there is native code, not in a page. */
  get address(): bigint {
    const { buffer, byteOffset } = this.values;
    return this.#address ??= addressOf(buffer) + BigInt(byteOffset);
  }
}

/** The heap of the one `wasm` backend of this realm. Cheap to make; holds no memory of its own. */
export class WasmHeap {
  readonly #backend: WasmBackend;
  #buffer: ArrayBuffer | null = null;
  /** Where the heap begins in this process; null until native code asks. */
  #base: bigint | null = null;
  #floats = new Float32Array(0);

  /** @throws Error where the `wasm` backend has not been set up (`await tf.setBackend("wasm")`) */
  constructor() {
    const backend = tf.findBackend("wasm") as unknown as WasmBackend | null;
    if (!backend?.wasm) {
      throw new Error(
        'Cannot reach the wasm heap: expected tf.setBackend("wasm") to have been run',
      );
    }
    this.#backend = backend;
  }

  /**
   * A new float32 tensor with undefined content. May grow the heap: views taken before are stale.
   *
   * @param inputs what the kernel reads: fetched first where it lives on another backend, since
   *   that allocates too
   */
  allocate(shape: number[], ...inputs: (tf.TensorInfo | null)[]): tf.TensorInfo {
    for (const input of inputs) {
      if (input && !(input.dataId instanceof OutsideData)) this.offset(input);
    }
    return this.#backend.makeOutput(shape, "float32");
  }

  /** The heap itself, for a wasm module that works on it. */
  get memory(): WebAssembly.Memory {
    return this.#backend.wasm.asm.memory;
  }

  /** Bytes that are no tensor; returns their offset. May grow the heap. `free` gives them back. */
  reserve(bytes: number): number {
    const offset = this.#backend.wasm._malloc(bytes) >>> 0;
    if (offset === 0) throw new Error(`Cannot reserve ${bytes} bytes on the wasm heap: it is full`);
    return offset;
  }

  free(offset: number): void {
    this.#backend.wasm._free(offset);
  }

  /** Another tensor with the same data, which goes when both are disposed. */
  share(tensor: tf.TensorInfo): tf.TensorInfo {
    this.#backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }

  /** Frees a tensor that was allocated here and never handed out. */
  release(tensor: tf.TensorInfo): void {
    this.#backend.disposeData(tensor.dataId);
  }

  /**
   * The tensor's elements in place. Valid until the next allocation.
   * @throws Error where the tensor has been disposed
   */
  view(tensor: tf.TensorInfo): Float32Array {
    if (tensor.dataId instanceof OutsideData) return tensor.dataId.values;
    const offset = this.offset(tensor);
    this.#follow();
    return this.#floats.subarray(offset >>> 2, (offset >>> 2) + sizeOf(tensor.shape));
  }

  /** The whole heap. Valid until the next allocation. */
  floats(): Float32Array<ArrayBuffer> {
    this.#follow();
    return this.#floats;
  }

  /**
   * The tensor's address in this process, for native code. Valid until the next allocation.
   * @throws Error where the tensor has been disposed
   */
  address(tensor: tf.TensorInfo): bigint {
    if (tensor.dataId instanceof OutsideData) return tensor.dataId.address;
    const offset = this.offset(tensor);
    this.#follow();
    this.#base ??= addressOf(this.#buffer!);
    return this.#base + BigInt(offset);
  }

  /**
   * Where the tensor starts in the heap, in bytes, for wasm code; growth does not change it. A
   * tensor of another backend is moved here, as for tfjs's own kernels.
   * @throws Error where the tensor has been disposed, or lies outside
   */
  offset(tensor: tf.TensorInfo): number {
    try {
      return this.#backend.dataIdMap.get(tensor.dataId)!.memoryOffset;
    } catch (cause) {
      const message = `Cannot find tensor [${tensor.shape}] on the wasm heap: it is disposed`;
      throw new Error(message, { cause });
    }
  }

  /** Growth replaces the ArrayBuffer, so its identity tells whether what is cached still holds. */
  #follow(): void {
    const buffer = this.#backend.wasm.HEAPU8.buffer;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#floats = new Float32Array(buffer, 0, buffer.byteLength >>> 2);
    this.#base = null;
  }
}

/** Address of a buffer's first byte. Valid as long as the buffer lives, for wasm until it grows. */
export function addressOf(buffer: ArrayBufferLike): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(buffer as ArrayBuffer)));
}
