/** Pixels of any kind of number become bytes that workers can share, and nothing is cut off silently. */
import { isShared, sharedMemory } from "../host.ts";
import { OptionError } from "../options.ts";

/** What is black and what is white, as in `[0, 1]`. */
export type PixelRange = readonly [black: number, white: number];

/** Arrays of numbers that may hold pixels. */
export type PixelArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** How far outside its range a number may lie by rounding, as a share of the range. */
const rounding = 1e-5;

/**
 * Bytes as they are, or numbers whose range is said, from black (0) to white (255), rounded.
 *
 * @param where begins the message, as in `createImageSet: my photos: pixels`
 * @returns on shared memory; not copied where they are bytes that lie on one
 * @throws OptionError with the value found: for numbers without a range, NaN, values outside the range,
 *   bytes that are all 0 or 1, and what is no typed array
 */
export function toBytes(where: string, pixels: PixelArray, range?: PixelRange): Uint8Array {
  if (!isNumeric(pixels)) {
    const found = pixels === null || pixels === undefined
      ? pixels
      : Object(pixels).constructor.name;
    throw new OptionError(
      `${where}: expected bytes in a Uint8Array, or a Float32Array with its range, got ${found}`,
    );
  }
  if (range) return fromRange(where, pixels, range);
  if (!(pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray)) {
    throw new OptionError(
      `${where}: expected bytes, or a range that says what is black and what is white, as in ` +
        `\`range: [0, 1]\`, got a ${pixels.constructor.name} of numbers from ${extremes(pixels)}`,
    );
  }
  if (!pixels.some((byte) => byte > 1) && pixels.includes(1)) {
    throw new OptionError(
      `${where}: expected bytes from 0 to 255, got only 0 and 1, which are black both; ` +
        "say `range: [0, 1]` where 1 is white",
    );
  }
  return shared(pixels);
}

function isNumeric(pixels: unknown): pixels is PixelArray {
  return ArrayBuffer.isView(pixels) && !(pixels instanceof DataView) &&
    !(pixels instanceof BigInt64Array) && !(pixels instanceof BigUint64Array);
}

function extremes(pixels: PixelArray): string {
  let [low, high] = [Infinity, -Infinity];
  for (const value of pixels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? "nothing" : `${low} to ${high}`;
}

function fromRange(where: string, pixels: PixelArray, [black, white]: PixelRange): Uint8Array {
  const bytes = new Uint8Array(sharedMemory(pixels.length));
  const slack = rounding * (white - black);
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i];
    if (!(value >= black - slack && value <= white + slack)) {
      throw new OptionError(
        `${where}: expected numbers from ${black} to ${white}, got ${value} (at ${i})`,
      );
    }
    // In single precision, as the numbers were most likely made: 0.9 is 229.5 there, not 229.49999.
    const byte = Math.round(Math.fround(255 * (value - black) / (white - black)));
    bytes[i] = Math.min(255, Math.max(0, byte));
  }
  return bytes;
}

/** Bytes where workers can read them without a copy. */
export function shared(bytes: Uint8Array | Uint8ClampedArray): Uint8Array {
  if (isShared(bytes.buffer) && bytes instanceof Uint8Array) return bytes;
  const copy = new Uint8Array(sharedMemory(bytes.length));
  copy.set(bytes);
  return copy;
}
