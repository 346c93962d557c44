/**
 * The portable engine's convolutions: products over windows, a few images at a time, so that their
 * padded copies and results stay in the cache.
 */
import type * as tf from "@tensorflow/tfjs";
import { convWindows, type Padding, transposedWindows } from "./windows.ts";
import type { Convolve, ConvShape } from "../kernels.ts";
import type { WasmKernels } from "./module.ts";
import type { Products } from "./products.ts";
import type { WasmHeap } from "../wasm_heap.ts";

const float = 4;
/** What a group of padded images may take, in bytes: half of a common second-level cache. */
const groupBytes = 1 << 18;
const groupRows = 2048;

/** Images, and the zeros that go around them. */
interface Images extends Padding {
  innerHeight: number;
  innerWidth: number;
  channels: number;
}

const paddedBytes = ({ height, width, channels }: Images) => height * width * channels * float;
const innerBytes = ({ innerHeight, innerWidth, channels }: Images) =>
  innerHeight * innerWidth * channels * float;
const needsPadding = (images: Images) =>
  images.innerHeight !== images.height || images.innerWidth !== images.width;
/** Same geometry, same tables. The batch is not part of them. */
const keyOf = ({ batch: _, ...geometry }: ConvShape) => Object.values(geometry).join();
const pixels = ({ outHeight, outWidth }: ConvShape) => outHeight * outWidth;

export class PortableConvolutions {
  readonly #heap: WasmHeap;
  readonly #wasm: WasmKernels;
  readonly #products: Products;

  constructor(heap: WasmHeap, wasm: WasmKernels, products: Products) {
    this.#heap = heap;
    this.#wasm = wasm;
    this.#products = products;
  }

  /** See `TrainingKernels.conv2d`. */
  readonly forward: Convolve = (x, filter, bias, shape, relu) => {
    const { batch, outHeight, outWidth, outChannels } = shape;
    const { windows, images, group } = this.#windows(shape);
    const out = this.#heap.allocate([batch, outHeight, outWidth, outChannels]);
    const line = outChannels * float;
    const right = {
      from: this.#heap.offset(filter),
      outer: { count: windows.segments, stride: windows.length * line },
      middle: { count: 1, stride: 0 },
      inner: { count: windows.length, stride: line },
      columns: { count: outChannels, stride: float },
    };
    const factors = [{ right, length: windows.length }];
    const { packed: [packed], room } = this.#products.pack(
      factors,
      bias,
      relu,
      this.#roomBytes(images, group),
    );
    const rows = this.#windowRows(shape, group);
    const outRows = this.#products.tables.strided(group * pixels(shape), line);
    this.#inGroups(x, batch, group, images, room, (first, count, a) => {
      const left = { ...windows, a, rows, count: count * pixels(shape) };
      const start = this.#heap.offset(out) + first * pixels(shape) * line;
      this.#products.multiply(left, packed, start, outRows);
    });
    return out;
  };

  /** See `TrainingKernels.conv2dBackpropInput`. */
  readonly backpropInput: Convolve = (dy, filter, bias, shape, relu) => {
    const { batch, inHeight, inWidth, inChannels, outChannels } = shape;
    const { padding, phases } = transposedWindows(shape);
    const images = {
      ...padding,
      innerHeight: shape.outHeight,
      innerWidth: shape.outWidth,
      channels: outChannels,
    };
    const group = groupSize(batch, inHeight * inWidth, paddedBytes(images));
    const out = this.#heap.allocate([batch, inHeight, inWidth, inChannels]);
    const factors = phases.map((phase) => ({
      length: phase.length,
      right: {
        from: this.#heap.offset(filter) + phase.firstTap,
        outer: phase.tapRows,
        middle: phase.tapColumns,
        inner: { count: outChannels, stride: float },
        columns: { count: inChannels, stride: outChannels * float },
      },
    }));
    const { packed, room } = this.#products.pack(
      factors,
      bias,
      relu,
      this.#roomBytes(images, group),
    );
    const key = `${group} × ${keyOf(shape)}`;
    const tables = phases.map((phase, i) => ({
      rows: this.#products.tables.get(`phase ${i} of ${key}`, () => phase.rows(group)),
      outRows: this.#products.tables.get(`phase ${i} to ${key}`, () => phase.outRows(group)),
    }));
    this.#inGroups(dy, batch, group, images, room, (first, count, a) => {
      const start = this.#heap.offset(out) + first * inHeight * inWidth * inChannels * float;
      phases.forEach((phase, i) => {
        const { rows, outRows } = tables[i];
        const left = { ...phase, a, rows, count: count * phase.rowsPerImage };
        this.#products.multiply(left, packed[i], start, outRows);
      });
    });
    return out;
  };

  /** The filter's part of `TrainingKernels.conv2dBackpropFilter`. */
  backpropFilter(x: tf.TensorInfo, dy: tf.TensorInfo, shape: ConvShape): tf.TensorInfo {
    const { batch, inChannels, outChannels, kernelHeight, kernelWidth } = shape;
    const { windows, images, group } = this.#windows(shape);
    return this.#products.accumulate(
      [kernelHeight, kernelWidth, inChannels, outChannels],
      {
        length: windows.length,
        most: group * pixels(shape),
        roomBytes: this.#roomBytes(images, group),
      },
      (add, room) => {
        const rows = this.#windowRows(shape, group);
        this.#inGroups(x, batch, group, images, room, (first, count, a) => {
          const right = this.#heap.offset(dy) + first * pixels(shape) * outChannels * float;
          add({ ...windows, a, rows, count: count * pixels(shape) }, right);
        });
      },
    );
  }

  #windows(shape: ConvShape) {
    const windows = convWindows(shape);
    const images = {
      ...windows.padding,
      innerHeight: shape.inHeight,
      innerWidth: shape.inWidth,
      channels: shape.inChannels,
    };
    return { windows, images, group: groupSize(shape.batch, pixels(shape), paddedBytes(images)) };
  }

  #windowRows(shape: ConvShape, group: number): number {
    const key = `windows ${group} × ${keyOf(shape)}`;
    return this.#products.tables.get(key, () => convWindows(shape).rows(group));
  }

  #roomBytes(images: Images, group: number): number {
    return needsPadding(images) ? group * paddedBytes(images) : 0;
  }

  /** Calls `each` with the first image of each group, their number, and where they are, padded. */
  #inGroups(
    x: tf.TensorInfo,
    batch: number,
    group: number,
    images: Images,
    room: number,
    each: (first: number, count: number, offset: number) => void,
  ): void {
    for (let first = 0; first < batch; first += group) {
      const count = Math.min(group, batch - first);
      const from = this.#heap.offset(x) + first * innerBytes(images);
      if (needsPadding(images)) this.#pad(from, room, count, images);
      each(first, count, needsPadding(images) ? room : from);
    }
  }

  #pad(from: number, to: number, count: number, images: Images): void {
    const { top, left, width, innerHeight, innerWidth, channels } = images;
    const line = innerWidth * channels * float, paddedLine = width * channels * float;
    this.#wasm.zero({ to, bytes: count * paddedBytes(images) });
    const corner = to + top * paddedLine + left * channels * float;
    for (let i = 0; i < count; i++) {
      this.#wasm.copyRows({
        to: corner + i * paddedBytes(images),
        toStride: paddedLine,
        from: from + i * innerBytes(images),
        fromStride: line,
        bytes: line,
        rows: innerHeight,
      });
    }
  }
}

/** How many images are padded and multiplied together. */
function groupSize(batch: number, rowsPerImage: number, bytes: number): number {
  const images = Math.min(Math.floor(groupBytes / bytes), Math.floor(groupRows / rowsPerImage));
  return Math.min(batch, Math.max(1, images));
}
