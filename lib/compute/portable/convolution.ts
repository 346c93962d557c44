/**
 * The portable engine's convolutions: products over windows, a few images at a time, so that their
 * padded copies and results stay in the cache.
 */
import type * as tf from "@tensorflow/tfjs";
import { convWindows, type Padding, transposedWindows } from "./windows.ts";
import type { Convolve, ConvShape } from "../kernels.ts";
import type { WasmKernels } from "./module.ts";
import type { Products } from "./products.ts";
import type { Hand, Team } from "./team.ts";
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
/** Of the convolution and its adjoint. */
const multiplications = (shape: ConvShape) =>
  shape.batch * pixels(shape) * shape.outChannels *
  shape.kernelHeight * shape.kernelWidth * shape.inChannels;
const pixels = ({ outHeight, outWidth }: ConvShape) => outHeight * outWidth;

export class PortableConvolutions {
  readonly #heap: WasmHeap;
  readonly #products: Products;
  readonly #team: Team;

  constructor(heap: WasmHeap, products: Products) {
    this.#heap = heap;
    this.#products = products;
    this.#team = products.team;
  }

  /** See `TrainingKernels.conv2d`. */
  readonly forward: Convolve = (x, filter, bias, shape, relu) => {
    const { batch, outHeight, outWidth, outChannels } = shape;
    const { windows, images, group } = this.#windows(shape);
    const size = this.#team.sizeFor(multiplications(shape));
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
      size * this.#roomBytes(images, group),
    );
    const rows = this.#windowRows(shape, group);
    const outRows = this.#products.tables.strided(group * pixels(shape), line);
    this.#team.share(batch, size, (hand, from, to) => {
      this.#inGroups(hand, x, [from, to], group, images, room, (first, count, a) => {
        const left = { ...windows, a, rows, count: count * pixels(shape) };
        const start = this.#heap.offset(out) + first * pixels(shape) * line;
        this.#products.multiply(hand, left, packed, start, outRows);
      });
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
    const size = this.#team.sizeFor(multiplications(shape));
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
      size * this.#roomBytes(images, group),
    );
    const key = `${group} × ${keyOf(shape)}`;
    const tables = phases.map((phase, i) => ({
      rows: this.#products.tables.get(`phase ${i} of ${key}`, () => phase.rows(group)),
      outRows: this.#products.tables.get(`phase ${i} to ${key}`, () => phase.outRows(group)),
    }));
    this.#team.share(batch, size, (hand, from, to) => {
      this.#inGroups(hand, dy, [from, to], group, images, room, (first, count, a) => {
        const start = this.#heap.offset(out) + first * inHeight * inWidth * inChannels * float;
        phases.forEach((phase, i) => {
          const { rows, outRows } = tables[i];
          const left = { ...phase, a, rows, count: count * phase.rowsPerImage };
          this.#products.multiply(hand, left, packed[i], start, outRows);
        });
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
        this.#inGroups(this.#team.own, x, [0, batch], group, images, room, (first, count, a) => {
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

  /**
   * Calls `each` for the groups of the images `from` to `to`, with a group's first image, their number, and
   * where they are, padded in the hand's part of `room`.
   */
  #inGroups(
    hand: Hand,
    x: tf.TensorInfo,
    [from, to]: [from: number, to: number],
    group: number,
    images: Images,
    room: number,
    each: (first: number, count: number, offset: number) => void,
  ): void {
    const padded = room + hand.member * this.#roomBytes(images, group);
    for (let first = from; first < to; first += group) {
      const count = Math.min(group, to - first);
      const start = this.#heap.offset(x) + first * innerBytes(images);
      if (needsPadding(images)) pad(hand.wasm, start, padded, count, images);
      each(first, count, needsPadding(images) ? padded : start);
    }
  }
}

function pad(wasm: WasmKernels, from: number, to: number, count: number, images: Images): void {
  const { top, left, width, innerHeight, innerWidth, channels } = images;
  const line = innerWidth * channels * float, paddedLine = width * channels * float;
  wasm.zero({ to, bytes: count * paddedBytes(images) });
  const corner = to + top * paddedLine + left * channels * float;
  for (let i = 0; i < count; i++) {
    wasm.copyRows({
      to: corner + i * paddedBytes(images),
      toStride: paddedLine,
      from: from + i * innerBytes(images),
      fromStride: line,
      bytes: line,
      rows: innerHeight,
    });
  }
}

/** How many images are padded and multiplied together. */
function groupSize(batch: number, rowsPerImage: number, bytes: number): number {
  const images = Math.min(Math.floor(groupBytes / bytes), Math.floor(groupRows / rowsPerImage));
  return Math.min(batch, Math.max(1, images));
}
