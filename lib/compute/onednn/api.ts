/**
 * The part of oneDNN's C API (version 3.x) that the engine calls, and nothing of what it is used for.
 *
 * Functions are declared in oneDNN's `include/oneapi/dnnl/dnnl.h`; the header of each constant is
 * named beside it. Handles and addresses are declared `usize` and travel as bigints:
 * of the ways to hand a pointer to a fast call of Deno's it is the quickest (13 ns; numbers 90 ns).
 */

import { keepLoaded } from "./library.ts";

/** A pointer to one of oneDNN's opaque structures; 0n is NULL. */
export type Handle = bigint;
export const NULL: Handle = 0n;

// A pointer; an out-parameter or an array; dnnl_status_t, an enumeration or an int.
const PTR = "usize", BUF = "buffer", INT = "i32", F32 = "f32";

const symbols = {
  dnnl_version: { parameters: [], result: "pointer" },
  dnnl_set_primitive_cache_capacity: { parameters: [INT], result: INT },
  // OpenMP's own, found through the library, which is linked to it; absent from other builds.
  omp_set_num_threads: { parameters: [INT], result: "void", optional: true },

  dnnl_engine_create: { parameters: [BUF, INT, PTR], result: INT },
  dnnl_engine_destroy: { parameters: [PTR], result: INT },
  dnnl_stream_create: { parameters: [BUF, PTR, "u32"], result: INT },
  dnnl_stream_destroy: { parameters: [PTR], result: INT },

  dnnl_memory_desc_create_with_strides: { parameters: [BUF, INT, BUF, INT, BUF], result: INT },
  dnnl_memory_desc_create_with_tag: { parameters: [BUF, INT, BUF, INT, INT], result: INT },
  dnnl_memory_desc_destroy: { parameters: [PTR], result: INT },
  dnnl_memory_desc_get_size: { parameters: [PTR], result: "usize" },
  dnnl_memory_desc_equal: { parameters: [PTR, PTR], result: INT },

  dnnl_memory_create: { parameters: [BUF, PTR, PTR, PTR], result: INT },
  dnnl_memory_set_data_handle: { parameters: [PTR, PTR], result: INT },
  dnnl_memory_destroy: { parameters: [PTR], result: INT },

  dnnl_primitive_attr_create: { parameters: [BUF], result: INT },
  dnnl_primitive_attr_set_post_ops: { parameters: [PTR, PTR], result: INT },
  dnnl_primitive_attr_destroy: { parameters: [PTR], result: INT },
  dnnl_post_ops_create: { parameters: [BUF], result: INT },
  dnnl_post_ops_append_eltwise: { parameters: [PTR, INT, F32, F32], result: INT },
  dnnl_post_ops_append_sum: { parameters: [PTR, F32, INT, INT], result: INT },
  dnnl_post_ops_append_binary: { parameters: [PTR, INT, PTR], result: INT },
  dnnl_post_ops_destroy: { parameters: [PTR], result: INT },

  dnnl_convolution_forward_primitive_desc_create: {
    parameters: [BUF, PTR, INT, INT, PTR, PTR, PTR, PTR, BUF, BUF, BUF, BUF, PTR],
    result: INT,
  },
  dnnl_convolution_backward_weights_primitive_desc_create: {
    parameters: [BUF, PTR, INT, PTR, PTR, PTR, PTR, BUF, BUF, BUF, BUF, PTR, PTR],
    result: INT,
  },
  dnnl_deconvolution_forward_primitive_desc_create: {
    parameters: [BUF, PTR, INT, INT, PTR, PTR, PTR, PTR, BUF, BUF, BUF, BUF, PTR],
    result: INT,
  },
  dnnl_matmul_primitive_desc_create: {
    parameters: [BUF, PTR, PTR, PTR, PTR, PTR, PTR],
    result: INT,
  },
  dnnl_binary_primitive_desc_create: {
    parameters: [BUF, PTR, INT, PTR, PTR, PTR, PTR],
    result: INT,
  },
  dnnl_reorder_primitive_desc_create: {
    parameters: [BUF, PTR, PTR, PTR, PTR, PTR],
    result: INT,
  },

  dnnl_primitive_desc_next_impl: { parameters: [PTR], result: INT },
  dnnl_primitive_desc_query: { parameters: [PTR, INT, INT, BUF], result: INT },
  dnnl_primitive_desc_query_md: { parameters: [PTR, INT, INT], result: "usize" },
  dnnl_primitive_desc_destroy: { parameters: [PTR], result: INT },
  dnnl_primitive_create: { parameters: [BUF, PTR], result: INT },
  dnnl_primitive_execute: { parameters: [PTR, PTR, INT, PTR], result: INT },
  dnnl_primitive_destroy: { parameters: [PTR], result: INT },
} as const;

/** dnnl_status_t (dnnl_common_types.h), by value. */
const statusNames = [
  "success",
  "out_of_memory",
  "invalid_arguments",
  "unimplemented",
  "last_impl_reached",
  "runtime_error",
  "not_required",
  "invalid_graph",
  "invalid_graph_op",
  "invalid_shape",
  "invalid_data_type",
];

/** dnnl_engine_kind_t, dnnl_data_type_t, dnnl_stream_flags_t (dnnl_common_types.h). */
const CPU = 1, FLOAT32 = 3, IN_ORDER = 1;
/** dnnl_data_type_undef. */
export const UNDEFINED_TYPE = 0;
/** dnnl_format_tag_t (dnnl_types.h). */
const FORMAT_ANY = 1;

/** dnnl_prop_kind_t (dnnl_types.h). */
export const FORWARD_TRAINING = 64;

/** dnnl_alg_kind_t (dnnl_types.h). */
export const Algorithm = {
  convolution: 0x1,
  deconvolution: 0xa,
  relu: 0x20,
  square: 0x23,
  softRelu: 0x27,
  logistic: 0x29,
  add: 0x1fff0,
  mul: 0x1fff1,
  sub: 0x1fff5,
  gt: 0x1fff7,
} as const;

/** Keys of `dnnl_exec_arg_t` (DNNL_ARG_… in dnnl_types.h). */
export const Arg = {
  src: 1,
  src1: 2,
  dst: 17,
  weights: 33,
  bias: 41,
  diffSrc: 129,
  diffDst: 145,
  diffWeights: 161,
  diffBias: 169,
  /** DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1. */
  postOpSrc1: (index: number) => (0x8000 * (index + 1)) | 2,
} as const;

/** dnnl_query_t (dnnl_types.h). */
export const Query = { implementation: 8, weights: 131, diffWeights: 132 } as const;

/** A status other than success, with its name. */
export class OnednnError extends Error {
  override name = "OnednnError";
  constructor(call: string, readonly status: number) {
    super(`oneDNN: ${call} returned ${statusNames[status] ?? "an unknown status"} (${status})`);
  }
}

/** An open library with one CPU engine and one in-order stream. */
export class Onednn {
  readonly #library: Deno.DynamicLibrary<typeof symbols>;
  readonly #out = new BigUint64Array(new ArrayBuffer(8));
  readonly call: Deno.DynamicLibrary<typeof symbols>["symbols"];
  readonly engine: Handle;
  readonly stream: Handle;

  /** @throws Error where the library cannot be opened or lacks a symbol */
  constructor(path: string) {
    this.#library = Deno.dlopen(path, symbols);
    keepLoaded(path);
    this.call = this.#library.symbols;
    this.engine = this.create("engine_create", (out) => this.call.dnnl_engine_create(out, CPU, 0n));
    this.stream = this.create(
      "stream_create",
      (out) => this.call.dnnl_stream_create(out, this.engine, IN_ORDER),
    );
  }

  /** The handle that a `dnnl_…_create` writes through its first parameter. */
  create(name: string, call: (out: BigUint64Array<ArrayBuffer>) => number): Handle {
    this.check(name, call(this.#out));
    return this.#out[0];
  }

  check(name: string, status: number): void {
    if (status !== 0) throw new OnednnError(name, status);
  }

  /** A float32 memory descriptor with strides in elements. */
  strided(dims: number[], strides: number[]): Handle {
    return this.create(
      `memory_desc_create_with_strides [${dims}]`,
      (out) =>
        this.call.dnnl_memory_desc_create_with_strides(
          out,
          dims.length,
          int64(dims),
          FLOAT32,
          int64(strides),
        ),
    );
  }

  /** A float32 memory descriptor whose layout the primitive is free to choose. */
  anyLayout(dims: number[]): Handle {
    return this.create(
      `memory_desc_create_with_tag [${dims}]`,
      (out) =>
        this.call.dnnl_memory_desc_create_with_tag(
          out,
          dims.length,
          int64(dims),
          FLOAT32,
          FORMAT_ANY,
        ),
    );
  }

  /** oneDNN's version, as in "3.2.0" (`dnnl_version_t`, dnnl_common_types.h). */
  get version(): string {
    const view = new Deno.UnsafePointerView(this.call.dnnl_version()!);
    return [0, 4, 8].map((offset) => view.getInt32(offset)).join(".");
  }

  /** Engine, stream and library. Everything made with them must be gone before. */
  close(): void {
    this.call.dnnl_stream_destroy(this.stream);
    this.call.dnnl_engine_destroy(this.engine);
    this.#library.close();
  }
}

/** `dnnl_dims_t`. */
export function int64(values: readonly number[]): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(values, BigInt);
}
