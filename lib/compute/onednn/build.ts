/** How primitives are made: descriptors of memories, operations and what is fused with them. */
import { Algorithm, Arg, type Handle, NULL, type Onednn, Query, UNDEFINED_TYPE } from "./api.ts";
import { NativeBuffer } from "./native.ts";
import { Primitive } from "./primitive.ts";

/** What a primitive does to its result before it writes it, in order. */
export type PostOp =
  /** f(result), with the parameters f has. */
  | { apply: number; alpha?: number }
  /** result ∘ operand; the operand's address is one of `run`'s, as argument `Arg.postOpSrc1(i)`. */
  | { combine: number; operand: Handle }
  /** result + scale · what stood in the destination. */
  | { accumulate: number };

export const relu: PostOp = { apply: Algorithm.relu };

/**
 * What is needed while primitives are made, and freed when they stand: descriptors of memories,
 * operations and attributes.
 */
export class Build {
  readonly #made: (() => void)[] = [];

  private constructor(readonly onednn: Onednn) {}

  /** Calls `make`, then frees all descriptors that it made. */
  static run<T>(onednn: Onednn, make: (build: Build) => T): T {
    const build = new Build(onednn);
    try {
      return make(build);
    } finally {
      for (const free of build.#made.reverse()) free();
    }
  }

  /** float32 memory with strides in elements. */
  strided(dims: number[], strides: number[]): Handle {
    return this.#memoryDescriptor(this.onednn.strided(dims, strides));
  }

  /** float32 memory whose layout the primitive chooses. */
  anyLayout(dims: number[]): Handle {
    return this.#memoryDescriptor(this.onednn.anyLayout(dims));
  }

  #memoryDescriptor(handle: Handle): Handle {
    this.#made.push(() => this.onednn.call.dnnl_memory_desc_destroy(handle));
    return handle;
  }

  /** A primitive's description, from its `dnnl_…_primitive_desc_create`. */
  description(name: string, create: (out: BigUint64Array<ArrayBuffer>) => number): Handle {
    const handle = this.onednn.create(`${name}_primitive_desc_create`, create);
    this.#made.push(() => this.onednn.call.dnnl_primitive_desc_destroy(handle));
    return handle;
  }

  /** `dnnl_primitive_attr_t` with the operations to fuse; NULL where there are none. */
  attributes(postOps: readonly PostOp[]): Handle {
    if (postOps.length === 0) return NULL;
    const { call } = this.onednn;
    const list = this.onednn.create("post_ops_create", (out) => call.dnnl_post_ops_create(out));
    this.#made.push(() => call.dnnl_post_ops_destroy(list));
    for (const op of postOps) {
      const status = "apply" in op
        ? call.dnnl_post_ops_append_eltwise(list, op.apply, op.alpha ?? 0, 0)
        : "combine" in op
        ? call.dnnl_post_ops_append_binary(list, op.combine, op.operand)
        : call.dnnl_post_ops_append_sum(list, op.accumulate, 0, UNDEFINED_TYPE);
      this.onednn.check("post_ops_append", status);
    }
    const attributes = this.onednn.create(
      "primitive_attr_create",
      (out) => call.dnnl_primitive_attr_create(out),
    );
    this.#made.push(() => call.dnnl_primitive_attr_destroy(attributes));
    this.onednn.check("set_post_ops", call.dnnl_primitive_attr_set_post_ops(attributes, list));
    return attributes;
  }

  /** The name of the implementation oneDNN chose, as in "brgconv:avx512_core". */
  implementation(description: Handle): string {
    const out = new BigUint64Array(new ArrayBuffer(8));
    const { dnnl_primitive_desc_query } = this.onednn.call;
    this.onednn.check(
      "primitive_desc_query",
      dnnl_primitive_desc_query(description, Query.implementation, 0, out),
    );
    return Deno.UnsafePointerView.getCString(Deno.UnsafePointer.create(out[0])!);
  }

  /** Has a description settle on oneDNN's next implementation while its name starts with `prefix`. */
  avoid(prefix: string, description: Handle): void {
    const { dnnl_primitive_desc_next_impl } = this.onednn.call;
    while (this.implementation(description).startsWith(prefix)) {
      this.onednn.check("primitive_desc_next_impl", dnnl_primitive_desc_next_impl(description));
    }
  }

  /** The layout a description settled on. Lives as long as the description. */
  layout(description: Handle, query: typeof Query.weights | typeof Query.diffWeights): Handle {
    return this.onednn.call.dnnl_primitive_desc_query_md(description, query, 0);
  }

  /** Copies between two layouts of the same dims. Run with (from, to). */
  reorder(from: Handle, to: Handle, postOps: readonly PostOp[] = []): Primitive {
    const { call, engine } = this.onednn;
    return this.#fused(
      "reorder",
      postOps,
      (out, attributes) =>
        call.dnnl_reorder_primitive_desc_create(out, from, engine, to, engine, attributes),
      [[Arg.src, from]],
      to,
    );
  }

  /** a ∘ b → result, b broadcast where a dimension is 1. Run with (a, b, operands…, result). */
  binary(
    algorithm: number,
    a: Handle,
    b: Handle,
    result: Handle,
    postOps: readonly PostOp[] = [],
  ): Primitive {
    const { call, engine } = this.onednn;
    return this.#fused(
      "binary",
      postOps,
      (out, attributes) =>
        call.dnnl_binary_primitive_desc_create(out, engine, algorithm, a, b, result, attributes),
      [[Arg.src, a], [Arg.src1, b]],
      result,
    );
  }

  /** a · b + bias? → result. Run with (a, b, bias?, operands…, result). */
  matMul(
    a: Handle,
    b: Handle,
    bias: Handle | null,
    result: Handle,
    postOps: readonly PostOp[] = [],
  ): Primitive {
    const { call, engine } = this.onednn;
    return this.#fused(
      "matmul",
      postOps,
      (out, attributes) =>
        call.dnnl_matmul_primitive_desc_create(out, engine, a, b, bias ?? NULL, result, attributes),
      [[Arg.src, a], [Arg.weights, b], ...bias ? [[Arg.bias, bias] as const] : []],
      result,
    );
  }

  /** A primitive with operations fused to it, whose operands come between its own and the result. */
  #fused(
    name: string,
    postOps: readonly PostOp[],
    create: (out: BigUint64Array<ArrayBuffer>, attributes: Handle) => number,
    args: readonly (readonly [number, Handle])[],
    result: Handle,
  ): Primitive {
    const attributes = this.attributes(postOps);
    const description = this.description(name, (out) => create(out, attributes));
    const operands = postOps.flatMap((op, i) =>
      "combine" in op ? [[Arg.postOpSrc1(i), op.operand] as const] : []
    );
    return this.primitive(description, [...args, ...operands, [Arg.dst, result]]);
  }

  sameLayout(a: Handle, b: Handle): boolean {
    return this.onednn.call.dnnl_memory_desc_equal(a, b) === 1;
  }

  scratch(memoryDescriptor: Handle): NativeBuffer {
    return new NativeBuffer(Number(this.onednn.call.dnnl_memory_desc_get_size(memoryDescriptor)));
  }

  primitive(description: Handle, args: readonly (readonly [number, Handle])[]): Primitive {
    return new Primitive(this.onednn, description, args);
  }
}
