/** Convolutions that every engine has to get right, each with its adjoint and its filter's gradient. */
import { RandomStream } from "../../lib/random.ts";

/** A convolution as tfjs names it; transposed convolutions are the adjoint of one. */
export interface ConvCase {
  batch: number;
  input: [height: number, width: number, channels: number];
  filter: [height: number, width: number, outChannels: number];
  strides: [number, number];
  pad: "same" | "valid" | number;
}

const layer = (
  batch: number,
  [size, channels]: [number, number],
  [kernel, outChannels]: [number, number],
  stride: number,
  pad: "same" | "valid",
): ConvCase => ({
  batch,
  input: [size, size, channels],
  filter: [kernel, kernel, outChannels],
  strides: [stride, stride],
  pad,
});

/** Every convolution of the presets and two more, a transposed one as the convolution it is the adjoint of. */
export const layers: ConvCase[] = [
  // The convolutional VAE.
  layer(3, [28, 1], [3, 32], 2, "valid"),
  layer(2, [13, 32], [3, 64], 2, "valid"),
  layer(2, [14, 64], [3, 32], 2, "same"),
  layer(1, [28, 32], [3, 64], 2, "same"),
  layer(3, [28, 1], [3, 32], 1, "same"),
  // The convolutional autoencoder with 8 filters.
  layer(3, [28, 1], [3, 8], 2, "same"),
  layer(3, [14, 8], [3, 8], 1, "same"),
  layer(3, [14, 8], [3, 8], 2, "same"),
  layer(3, [28, 8], [3, 1], 1, "same"),
  // One channel's adjoint, a convolution that is padded other than this one.
  layer(2, [10, 1], [3, 5], 1, "valid"),
  layer(2, [9, 1], [4, 6], 1, "same"),
  // The upsampling decoder.
  layer(2, [14, 64], [3, 32], 1, "same"),
  layer(3, [28, 32], [3, 1], 1, "same"),
];

/** Small sizes in no particular order: every kernel size, stride and padding comes up. */
export const oddShapes: ConvCase[] = Array.from({ length: 60 }, (_, i) => {
  const random = new RandomStream(4, "odd shapes", i);
  const from1 = (n: number) => 1 + random.integer(n);
  const pad = (["same", "valid"] as const)[i % 2];
  const filter: [number, number] = [from1(3), from1(3)];
  const least = pad === "valid" ? filter : [1, 1];
  return {
    batch: [1, 31, 32][i % 3],
    input: [least[0] + random.integer(9), least[1] + random.integer(9), from1(9)],
    filter: [...filter, from1(9)],
    strides: [from1(3), from1(3)],
    pad,
  };
});

/** From images of one pixel to larger ones, strides and channels beyond one vector, in every padding. */
export const sweptShapes: ConvCase[] = [
  ...[1, 2, 3, 4, 8].flatMap((size) =>
    [1, 2, 3, 5].flatMap((kernel) =>
      [1, 2, 4].map((stride): ConvCase => ({
        batch: 1 + size % 3,
        input: [size, Math.max(1, size - kernel % 2), 1 + (size + stride) % 4],
        filter: [kernel, 1 + (kernel + stride) % 4, 1 + (kernel * size) % 5],
        strides: [stride, 1 + stride % 3],
        pad: "same",
      }))
    )
  ),
  // One tap with a stride: sizes at which the last pixel is seen, and at which it is not.
  ...[1, 2, 5, 6, 7, 12].flatMap((size) =>
    [[2, 2], [1, 3], [4, 2]].map((strides): ConvCase => ({
      batch: 2,
      input: [size, size + 1, size % 2 ? 16 : 4],
      filter: [1, 1, size % 3 ? 3 : 17],
      strides: strides as [number, number],
      pad: size % 2 ? "same" : "valid",
    }))
  ),
  // oneDNN's own kernel for it overruns its memory.
  { batch: 2, input: [12, 10, 4], filter: [1, 1, 3], strides: [2, 2], pad: "same" },
  { batch: 33, input: [9, 7, 17], filter: [3, 3, 19], strides: [1, 2], pad: "valid" },
  { batch: 1, input: [64, 48, 3], filter: [5, 5, 16], strides: [2, 2], pad: "same" },
  { batch: 2, input: [33, 31, 8], filter: [7, 3, 9], strides: [3, 1], pad: "same" },
  { batch: 1, input: [1, 257, 5], filter: [1, 9, 6], strides: [1, 4], pad: "valid" },
  { batch: 1, input: [96, 96, 1], filter: [3, 3, 1], strides: [1, 1], pad: "same" },
  { batch: 2, input: [7, 7, 130], filter: [3, 3, 65], strides: [1, 1], pad: "same" },
];
