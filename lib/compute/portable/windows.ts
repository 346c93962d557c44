/** Convolutions as products: where in memory each window starts, and which taps of the filter it meets. */
import type { ConvShape } from "../kernels.ts";

const float = 4;

/** A run of numbers along one index, in bytes. */
export interface Axis {
  count: number;
  stride: number;
}

/** Zeros around each image, and its size with them. */
export interface Padding {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** A product's left factor: one row per window, each of `segments` runs of `length` numbers. */
export interface Windows {
  /** Bytes from the first padded image, one number per row, images after each other. */
  rows(images: number): Int32Array;
  rowsPerImage: number;
  segments: number;
  length: number;
  /** Bytes from one segment to the next. */
  stride: number;
}

/** One of the products whose results make up a transposed convolution, see `transposedWindows`. */
export interface Phase extends Windows {
  /** Where each row's result goes, in bytes from the first image. */
  outRows(images: number): Int32Array;
  /** The filter's taps in the order of the windows: bytes to the first, then along (row, column). */
  firstTap: number;
  tapRows: Axis;
  tapColumns: Axis;
}

/** Offsets of a grid of pixels in every image. */
function grid(images: Axis, rows: Axis, columns: Axis, start = 0): Int32Array {
  const offsets = new Int32Array(images.count * rows.count * columns.count);
  let i = 0;
  for (let image = 0; image < images.count; image++) {
    for (let y = 0; y < rows.count; y++) {
      for (let x = 0; x < columns.count; x++) {
        offsets[i++] = start + image * images.stride + y * rows.stride + x * columns.stride;
      }
    }
  }
  return offsets;
}

/** The windows that a convolution's filter sees, in the order of its output, and their padding. */
export function convWindows(shape: ConvShape): Windows & { padding: Padding } {
  const { inChannels, outHeight, outWidth, kernelHeight, kernelWidth } = shape;
  const { strideHeight, strideWidth, padTop, padLeft } = shape;
  const height = Math.max(
    padTop + shape.inHeight + shape.padBottom,
    (outHeight - 1) * strideHeight + kernelHeight,
  );
  const width = Math.max(
    padLeft + shape.inWidth + shape.padRight,
    (outWidth - 1) * strideWidth + kernelWidth,
  );
  const pixel = inChannels * float, line = width * pixel;
  return {
    padding: { top: padTop, left: padLeft, height, width },
    rows: (images) =>
      grid(
        { count: images, stride: height * line },
        { count: outHeight, stride: strideHeight * line },
        { count: outWidth, stride: strideWidth * pixel },
      ),
    rowsPerImage: outHeight * outWidth,
    segments: kernelHeight,
    length: kernelWidth * inChannels,
    stride: line,
  };
}

/**
 * Along one axis: which of the outputs of a transposed convolution meet which taps.
 *
 * Output y of the adjoint takes part in the forward windows o with y + pad = o·stride + tap. So all
 * y of one remainder meet the same taps, and among them it is a convolution of stride 1 over dy with
 * those taps in reverse. This is the phase of y = first, first + stride, …
 */
function phaseAlong(first: number, size: number, kernel: number, stride: number, pad: number) {
  const firstTap = (first + pad) % stride;
  const taps = Math.max(0, Math.ceil((kernel - firstTap) / stride));
  const count = Math.max(0, Math.ceil((size - first) / stride));
  const lowest = Math.floor((first + pad) / stride) - (taps - 1); // the forward window of the last tap
  return { first, firstTap, taps, count, lowest, highest: lowest + taps - 1 + count - 1 };
}

/**
 * The adjoint of a convolution (the forward pass of a transposed one) as stride² products over
 * windows of dy, without a zero multiplied and without sums into memory.
 */
export function transposedWindows(shape: ConvShape): { padding: Padding; phases: Phase[] } {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = shape;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth } = shape;
  const along = (size: number, kernel: number, stride: number, pad: number) =>
    Array.from(
      { length: Math.min(stride, size) },
      (_, i) => phaseAlong(i, size, kernel, stride, pad),
    );
  const down = along(inHeight, kernelHeight, strideHeight, shape.padTop);
  const across = along(inWidth, kernelWidth, strideWidth, shape.padLeft);

  type Along = ReturnType<typeof along>;
  const before = (phases: Along) => Math.max(0, ...phases.map(({ lowest }) => -lowest));
  const after = (phases: Along) => Math.max(...phases.map(({ highest }) => highest + 1));
  const top = before(down), left = before(across);
  const height = top + Math.max(outHeight, after(down));
  const width = left + Math.max(outWidth, after(across));

  const pixel = outChannels * float, line = width * pixel;
  const outPixel = inChannels * float, outLine = inWidth * outPixel;
  const tap = inChannels * outChannels * float;
  const phases = down.flatMap((y) =>
    across.map((x): Phase => ({
      rows: (images) =>
        grid(
          { count: images, stride: height * line },
          { count: y.count, stride: line },
          { count: x.count, stride: pixel },
          (y.lowest + top) * line + (x.lowest + left) * pixel,
        ),
      outRows: (images) =>
        grid(
          { count: images, stride: inHeight * outLine },
          { count: y.count, stride: strideHeight * outLine },
          { count: x.count, stride: strideWidth * outPixel },
          y.first * outLine + x.first * outPixel,
        ),
      rowsPerImage: y.count * x.count,
      segments: x.taps === 0 ? 0 : y.taps,
      length: x.taps * outChannels,
      stride: line,
      firstTap: ((y.firstTap + (y.taps - 1) * strideHeight) * kernelWidth +
        x.firstTap + (x.taps - 1) * strideWidth) * tap,
      tapRows: { count: y.taps, stride: -strideHeight * kernelWidth * tap },
      tapColumns: { count: x.taps, stride: -strideWidth * tap },
    }))
  );
  return { padding: { top, left, height, width }, phases };
}
