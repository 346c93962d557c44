/** Pictures that know their shape. */
import { OptionError } from "../options.ts";

/** [height, width, channels] of one image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** How far outside [0, 1] a number may lie by rounding. */
const rounding = 1e-5;

/** Images of one size: numbers in [0, 1], 0 black, one channel for grey and three for red, green, blue. */
export class Images {
  /** [count · height · width · channels], in [0, 1]. */
  readonly pixels: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;

  /**
   * @param pixels numbers in [0, 1], or bytes 0–255, which are divided by 255; floats are not copied
   * @throws OptionError where they are no whole number of images, or one lies outside
   * @example
   * ```ts
   * import { Images } from "./images.ts";
   *
   * const images = new Images(new Float32Array(10 * 28 * 28), [28, 28, 1]);
   * images.count; // 10
   * ```
   */
  constructor(pixels: Float32Array | Uint8Array | Uint8ClampedArray, shape: ImageShape) {
    const [height, width, channels] = shape;
    const size = height * width * channels;
    if (!shape.every((side) => Number.isInteger(side) && side >= 1)) {
      throw new OptionError(
        `Images: shape: expected [height, width, channels], each an integer >= 1, got [${
          shape.join(", ")
        }]`,
      );
    }
    if (pixels.length % size !== 0) {
      throw new OptionError(
        `Images: pixels: expected a multiple of ${height}·${width}·${channels} = ${size} values, ` +
          `got ${pixels.length}`,
      );
    }
    this.pixels = inUnitInterval(pixels);
    this.count = pixels.length / size;
    [this.height, this.width, this.channels] = shape;
  }

  get shape(): ImageShape {
    return [this.height, this.width, this.channels];
  }

  /** Numbers of one image: height · width · channels. */
  get size(): number {
    return this.height * this.width * this.channels;
  }

  /** One image's pixels, [height · width · channels]: a view, not a copy. */
  at(index: number): Float32Array {
    checkIndex("Images.at", index, this.count);
    return this.pixels.subarray(index * this.size, (index + 1) * this.size);
  }

  /** The images from `from` to before `to`, without a copy; to the end by default. */
  slice(from: number, to = this.count): Images {
    return new Images(this.pixels.subarray(from * this.size, to * this.size), this.shape);
  }

  /** Some images, in the order of their indices. */
  pick(indices: ArrayLike<number>): Images {
    const pixels = new Float32Array(indices.length * this.size);
    Array.from(indices, (index, i) => pixels.set(this.at(index), i * this.size));
    return new Images(pixels, this.shape);
  }

  /**
   * Images one after the other.
   *
   * @throws OptionError where there are none, or their shapes differ
   */
  static join(parts: readonly Images[]): Images {
    if (parts.length === 0) throw new OptionError("Images.join: expected images, got none");
    const { shape } = parts[0];
    const other = parts.find((part) => part.shape.join() !== shape.join());
    if (other) {
      throw new OptionError(
        `Images.join: expected images of ${shape.join("×")}, got ${other.shape.join("×")}`,
      );
    }
    const pixels = new Float32Array(parts.reduce((sum, part) => sum + part.pixels.length, 0));
    let at = 0;
    for (const part of parts) {
      pixels.set(part.pixels, at);
      at += part.pixels.length;
    }
    return new Images(pixels, shape);
  }
}

function inUnitInterval(pixels: Float32Array | Uint8Array | Uint8ClampedArray): Float32Array {
  if (pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray) {
    return Float32Array.from(pixels, (byte) => byte / 255);
  }
  if (!(pixels instanceof Float32Array)) {
    throw new OptionError(
      "Images: pixels: expected a Float32Array of numbers in [0, 1] or an array of bytes, got " +
        Object(pixels).constructor.name,
    );
  }
  const wrong = pixels.findIndex((value) => !(value >= -rounding && value <= 1 + rounding));
  if (wrong !== -1) {
    throw new OptionError(
      `Images: pixels: expected numbers in [0, 1], got ${pixels[wrong]} (at ${wrong})`,
    );
  }
  return pixels;
}

function checkIndex(where: string, index: number, count: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new OptionError(`${where}: expected an integer from 0 to ${count - 1}, got ${index}`);
  }
}

/**
 * The argument where it is `Images`, or the grey or coloured images of a set as they are, without a
 * treatment; else an error that says how to make them.
 */
export function asImages(where: string, images: Images | BytesOfImages): Images {
  if (images instanceof Images) return images;
  const { pixels, height, width, channels } = images ?? {};
  if (ArrayBuffer.isView(pixels) && height && width && channels) {
    return new Images(pixels, [height, width, channels]);
  }
  throw new OptionError(
    `${where}: images: expected Images or an ImageSet, got ${
      images === null || images === undefined ? images : Object(images).constructor.name
    }; of plain pixels make them with \`new Images(pixels, [height, width, channels])\``,
  );
}

/** What an `ImageSet` has. */
export type BytesOfImages = Pick<Images, "height" | "width" | "channels"> & { pixels: Uint8Array };
