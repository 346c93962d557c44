/**
 * Convolutions in tfjs's plain layouts (NHWC, HWIO) by oneDNN.
 *
 * Images are described by strides where they lie. Of the filter oneDNN chooses the layout, which is
 * worth a lot to it, and it is copied there: filters are small (a few microseconds a copy).
 */
import type { ConvShape } from "../kernels.ts";
import { Algorithm, Arg, FORWARD_TRAINING, type Handle, NULL, type Onednn, Query } from "./api.ts";
import { Build, relu } from "./build.ts";
import { describe, forward } from "./conv_description.ts";
import { type Native, NativeBuffer } from "./native.ts";
import type { Primitive } from "./primitive.ts";

/** A filter copied into the layout that a primitive chose. */
class PackedFilter {
  readonly #reorder: Primitive;
  readonly #scratch: NativeBuffer;

  constructor(build: Build, plain: Handle, packed: Handle) {
    this.#reorder = build.reorder(plain, packed);
    this.#scratch = build.scratch(packed);
  }

  pack(filter: bigint): bigint {
    this.#reorder.run(filter, this.#scratch.address);
    return this.#scratch.address;
  }

  destroy(): void {
    this.#reorder.destroy();
    this.#scratch.destroy();
  }
}

/** y = relu?(conv(x, filter) + bias?). */
export class Convolution implements Native {
  readonly #filter: PackedFilter;
  readonly #primitive: Primitive;

  constructor(onednn: Onednn, shape: ConvShape, withBias: boolean, withRelu: boolean) {
    [this.#filter, this.#primitive] = Build.run(onednn, (build) => {
      const { input, output, filter, packedFilter, geometry } = describe(build, shape);
      const bias = withBias ? build.strided([shape.outChannels], [1]) : NULL;
      const description = forward(
        build,
        input,
        packedFilter,
        bias,
        output,
        geometry,
        build.attributes(withRelu ? [relu] : []),
      );
      const layout = build.layout(description, Query.weights);
      return [
        new PackedFilter(build, filter, layout),
        build.primitive(description, [
          [Arg.src, input],
          [Arg.weights, layout],
          ...withBias ? [[Arg.bias, bias] as const] : [],
          [Arg.dst, output],
        ]),
      ];
    });
  }

  run(x: bigint, filter: bigint, bias: bigint | null, y: bigint): void {
    const packed = this.#filter.pack(filter);
    if (bias === null) this.#primitive.run(x, packed, y);
    else this.#primitive.run(x, packed, bias, y);
  }

  destroy(): void {
    this.#filter.destroy();
    this.#primitive.destroy();
  }
}

/**
 * x = relu?(adjoint of conv(·, filter) at y + bias?), a transposed convolution, which oneDNN calls
 * deconvolution.
 */
export class TransposedConvolution implements Native {
  readonly #filter: PackedFilter;
  readonly #primitive: Primitive;
  /** Bias and relu in a pass of their own, where the implementation would do them in plain C. */
  readonly #after: Primitive | null;
  readonly #fused: boolean;
  readonly #noBias: NativeBuffer;

  constructor(onednn: Onednn, shape: ConvShape, withBias: boolean, withRelu: boolean) {
    this.#noBias = new NativeBuffer(shape.inChannels * 4);
    [this.#filter, this.#primitive, this.#after, this.#fused] = Build.run(onednn, (build) => {
      const { input, output, adjointFilter, packedAdjointFilter, geometry } = describe(
        build,
        shape,
      );
      const { call, engine } = build.onednn;
      const biasVector = build.strided([shape.inChannels], [1]);
      const describeIt = (fused: boolean) =>
        build.description(
          "deconvolution_forward",
          (out) =>
            call.dnnl_deconvolution_forward_primitive_desc_create(
              out,
              engine,
              FORWARD_TRAINING,
              Algorithm.deconvolution,
              output,
              packedAdjointFilter,
              fused && withBias ? biasVector : NULL,
              input,
              ...geometry,
              build.attributes(fused && withRelu ? [relu] : []),
            ),
        );
      // oneDNN's deconvolutions are convolutions underneath. "conv:any+…" does all but the
      // convolution in plain C: measured 20 times slower with relu (oneDNN 3.2).
      const tried = describeIt(true);
      const fused = !build.implementation(tried).startsWith("conv:any");
      const description = fused ? tried : describeIt(false);
      const layout = build.layout(description, Query.weights);
      const pixels = shape.batch * shape.inHeight * shape.inWidth;
      return [
        new PackedFilter(build, adjointFilter, layout),
        build.primitive(description, [
          [Arg.src, output],
          [Arg.weights, layout],
          ...fused && withBias ? [[Arg.bias, biasVector] as const] : [],
          [Arg.dst, input],
        ]),
        fused || !(withBias || withRelu)
          ? null
          : biasAndRelu(build, pixels, shape.inChannels, withRelu),
        fused,
      ];
    });
  }

  run(y: bigint, filter: bigint, bias: bigint | null, x: bigint): void {
    const packed = this.#filter.pack(filter);
    if (this.#fused && bias !== null) this.#primitive.run(y, packed, bias, x);
    else this.#primitive.run(y, packed, x);
    this.#after?.run(x, bias ?? this.#noBias.address, x);
  }

  destroy(): void {
    this.#filter.destroy();
    this.#primitive.destroy();
    this.#after?.destroy();
    this.#noBias.destroy();
  }
}

/** [rows, channels] + [channels], in place, and relu. Run with (x, bias, x). */
function biasAndRelu(build: Build, rows: number, channels: number, withRelu: boolean): Primitive {
  const x = build.strided([rows, channels], [channels, 1]);
  const bias = build.strided([1, channels], [channels, 1]);
  return build.binary(Algorithm.add, x, bias, x, withRelu ? [relu] : []);
}

/** The gradient of the filter: sum over batch and pixels of x · dy. */
export class FilterGradient implements Native {
  readonly #primitive: Primitive;
  readonly #unpack: Primitive;
  readonly #packed: NativeBuffer;

  constructor(onednn: Onednn, shape: ConvShape) {
    [this.#primitive, this.#unpack, this.#packed] = Build.run(onednn, (build) => {
      const { input, output, filter, packedFilter, geometry } = describe(build, shape);
      const { call, engine } = onednn;
      const hint = forward(build, input, packedFilter, NULL, output, geometry, NULL);
      const description = build.description(
        "convolution_backward_weights",
        (out) =>
          call.dnnl_convolution_backward_weights_primitive_desc_create(
            out,
            engine,
            Algorithm.convolution,
            input,
            packedFilter,
            NULL, // the bias' gradient as a sum of its own is quicker (measured for few channels)
            output,
            ...geometry,
            hint,
            NULL,
          ),
      );
      // With strides and channels that fill no whole vectors, "jit_1x1" (AVX2, oneDNN 3.2) writes beyond
      // its own memory, and the process dies of it, at once or later.
      const strided = shape.strideHeight * shape.strideWidth > 1;
      if (strided && shape.inChannels % 16 > 0) build.avoid("jit_1x1", description);
      const layout = build.layout(description, Query.diffWeights);
      return [
        build.primitive(description, [
          [Arg.src, input],
          [Arg.diffDst, output],
          [Arg.diffWeights, layout],
        ]),
        build.reorder(layout, filter),
        build.scratch(layout),
      ];
    });
  }

  run(x: bigint, dy: bigint, filter: bigint): void {
    this.#primitive.run(x, dy, this.#packed.address);
    this.#unpack.run(this.#packed.address, filter);
  }

  destroy(): void {
    this.#primitive.destroy();
    this.#unpack.destroy();
    this.#packed.destroy();
  }
}
