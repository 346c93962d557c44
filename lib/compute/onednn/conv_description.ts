/** What a convolution is to oneDNN: its memories, its geometry, and the forward pass as a description. */
import type { ConvShape } from "../kernels.ts";
import { Algorithm, FORWARD_TRAINING, type Handle, int64 } from "./api.ts";
import type { Build } from "./build.ts";

type Dims = BigInt64Array<ArrayBuffer>;

/** Images as they lie, [batch, height, width, channels]. */
export const imageLayout = (
  build: Build,
  batch: number,
  height: number,
  width: number,
  channels: number,
): Handle =>
  build.strided([batch, channels, height, width], [
    height * width * channels,
    1,
    width * channels,
    channels,
  ]);

/** Memory descriptors of one geometry. oneDNN's logical dims are [batch, channels, height, width]. */
export function describe(build: Build, shape: ConvShape) {
  const { batch, kernelHeight, kernelWidth, inChannels, outChannels } = shape;
  const image = (height: number, width: number, channels: number) =>
    imageLayout(build, batch, height, width, channels);
  const tap = inChannels * outChannels;
  return {
    input: image(shape.inHeight, shape.inWidth, inChannels),
    output: image(shape.outHeight, shape.outWidth, outChannels),
    /** HWIO as [out, in, height, width]. */
    filter: build.strided([outChannels, inChannels, kernelHeight, kernelWidth], [
      1,
      outChannels,
      kernelWidth * tap,
      tap,
    ]),
    packedFilter: build.anyLayout([outChannels, inChannels, kernelHeight, kernelWidth]),
    /** The same filter as the adjoint sees it: [in, out, height, width]. */
    adjointFilter: build.strided([inChannels, outChannels, kernelHeight, kernelWidth], [
      outChannels,
      1,
      kernelWidth * tap,
      tap,
    ]),
    packedAdjointFilter: build.anyLayout([inChannels, outChannels, kernelHeight, kernelWidth]),
    geometry: geometry(shape),
  };
}

/** Strides, dilations (oneDNN counts the gap: 0 is dense), padding before and after. */
export function geometry(shape: ConvShape): [Dims, Dims, Dims, Dims] {
  return [
    int64([shape.strideHeight, shape.strideWidth]),
    int64([0, 0]),
    int64([shape.padTop, shape.padLeft]),
    int64([shape.padBottom, shape.padRight]),
  ];
}

/** A forward convolution; without bias where that is NULL. */
export function forward(
  build: Build,
  input: Handle,
  filter: Handle,
  bias: Handle,
  output: Handle,
  geometry: [Dims, Dims, Dims, Dims],
  attributes: Handle,
): Handle {
  const { call, engine } = build.onednn;
  return build.description(
    "convolution_forward",
    (out) =>
      call.dnnl_convolution_forward_primitive_desc_create(
        out,
        engine,
        FORWARD_TRAINING,
        Algorithm.convolution,
        input,
        filter,
        bias,
        output,
        ...geometry,
        attributes,
      ),
  );
}
