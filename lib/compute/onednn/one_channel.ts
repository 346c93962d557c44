/**
 * Convolutions to one channel, such as the last layer of a decoder of grey images.
 *
 * oneDNN's kernels put output channels into the 16 lanes of a vector, so with one channel they do 16
 * times the work. Here each input channel is filtered by itself (a depthwise convolution, channels
 * in the lanes), then channels are added up: six times faster, measured for 32 channels.
 */
import type { ConvShape } from "../kernels.ts";
import { Algorithm, Arg, NULL, type Onednn, Query } from "./api.ts";
import { Build, relu } from "./build.ts";
import { forward, geometry, imageLayout } from "./conv_description.ts";
import { type Native, NativeBuffer } from "./native.ts";
import type { Primitive } from "./primitive.ts";

/** Images filtered at a time: what they become in between should stay in the cache. */
const imagesAtATime = 32;

const largestDivisor = (n: number, most: number) => {
  let divisor = Math.min(n, most);
  while (n % divisor !== 0) divisor--;
  return divisor;
};

/**
 * The convolution that goes the other way: from the output's image to the input's, with the filter
 * flipped, does what the adjoint does. Null where there is none: strides leave holes.
 */
export function reversed(shape: ConvShape): ConvShape | null {
  const { kernelHeight, kernelWidth } = shape;
  const reverse: ConvShape = {
    ...shape,
    inHeight: shape.outHeight,
    inWidth: shape.outWidth,
    inChannels: shape.outChannels,
    outHeight: shape.inHeight,
    outWidth: shape.inWidth,
    outChannels: shape.inChannels,
    padTop: kernelHeight - 1 - shape.padTop,
    padBottom: kernelHeight - 1 - shape.padBottom,
    padLeft: kernelWidth - 1 - shape.padLeft,
    padRight: kernelWidth - 1 - shape.padRight,
  };
  const pads = [reverse.padTop, reverse.padBottom, reverse.padLeft, reverse.padRight];
  const plain = shape.strideHeight === 1 && shape.strideWidth === 1;
  return plain && pads.every((pad) => pad >= 0) ? reverse : null;
}

/** Copies a filter [taps, channels] with the taps in reverse order: rotates it by half a turn. */
export function flip(from: Float32Array, to: Float32Array, channels: number): void {
  for (let i = 0, j = from.length - channels; j >= 0; i += channels, j -= channels) {
    for (let c = 0; c < channels; c++) to[i + c] = from[j + c];
  }
}

/** y = relu?(conv(x, filter) + bias?) for a shape with `outChannels` 1. */
export class OneChannelConvolution implements Native {
  readonly #repeats: number;
  readonly #inputBytes: bigint;
  readonly #outputBytes: bigint;
  readonly #pack: Primitive;
  readonly #filterChannels: Primitive;
  readonly #addChannels: Primitive;
  readonly #plain: NativeBuffer;
  readonly #packed: NativeBuffer;
  readonly #between: NativeBuffer;
  readonly #ones: NativeBuffer;
  readonly #flipped: boolean;
  readonly #channels: number;

  /** @param flipped whether `run` gets the filter of the adjoint, and must turn it */
  constructor(
    onednn: Onednn,
    shape: ConvShape,
    withBias: boolean,
    withRelu: boolean,
    flipped: boolean,
  ) {
    const { inHeight, inWidth, inChannels: channels, outHeight, outWidth } = shape;
    const { kernelHeight, kernelWidth } = shape;
    const batch = largestDivisor(shape.batch, imagesAtATime);
    const pixels = batch * outHeight * outWidth;
    this.#channels = channels;
    this.#flipped = flipped;
    this.#repeats = shape.batch / batch;
    this.#inputBytes = BigInt(batch * inHeight * inWidth * channels * 4);
    this.#outputBytes = BigInt(pixels * 4);
    this.#plain = new NativeBuffer(kernelHeight * kernelWidth * channels * 4);
    this.#between = new NativeBuffer(pixels * channels * 4);
    this.#ones = new NativeBuffer(channels * 4);
    this.#ones.values.fill(1);
    [this.#pack, this.#packed, this.#filterChannels, this.#addChannels] = Build.run(
      onednn,
      (build) => {
        const image = (height: number, width: number) =>
          imageLayout(build, batch, height, width, channels);
        const input = image(inHeight, inWidth), between = image(outHeight, outWidth);
        const dims = [channels, 1, 1, kernelHeight, kernelWidth];
        const filter = build.anyLayout(dims);
        const description = forward(build, input, filter, NULL, between, geometry(shape), NULL);
        const layout = build.layout(description, Query.weights);
        return [
          build.reorder(build.strided(dims, [1, 1, 1, kernelWidth * channels, channels]), layout),
          build.scratch(layout),
          build.primitive(description, [
            [Arg.src, input],
            [Arg.weights, layout],
            [Arg.dst, between],
          ]),
          // ones [1, channels] · between' [channels, pixels]: quicker this way round.
          build.matMul(
            build.strided([1, channels], [channels, 1]),
            build.strided([channels, pixels], [1, channels]),
            null,
            build.strided([1, pixels], [pixels, 1]),
            // As a bias of the product, one number would be a case for plain C.
            [
              ...withBias
                ? [{ combine: Algorithm.add, operand: build.strided([1, 1], [1, 1]) }]
                : [],
              ...withRelu ? [relu] : [],
            ],
          ),
        ];
      },
    );
  }

  run(x: bigint, filter: Float32Array, bias: bigint | null, y: bigint): void {
    if (this.#flipped) flip(filter, this.#plain.values, this.#channels);
    else this.#plain.values.set(filter);
    this.#pack.run(this.#plain.address, this.#packed.address);
    for (let i = 0; i < this.#repeats; i++) {
      this.#filterChannels.run(x, this.#packed.address, this.#between.address);
      if (bias === null) this.#addChannels.run(this.#ones.address, this.#between.address, y);
      else this.#addChannels.run(this.#ones.address, this.#between.address, bias, y);
      x += this.#inputBytes;
      y += this.#outputBytes;
    }
  }

  destroy(): void {
    const natives: Native[] = [this.#pack, this.#filterChannels, this.#addChannels];
    const scratches: Native[] = [this.#plain, this.#packed, this.#between, this.#ones];
    for (const native of [...natives, ...scratches]) native.destroy();
  }
}
