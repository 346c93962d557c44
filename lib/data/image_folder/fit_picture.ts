/** A picture of any size becomes an image of a set's size. */
import type { ImageShape } from "../images.ts";
import type { Picture } from "./decode.ts";

/**
 * How a picture of another aspect is made to fit:
 * - `crop`: its middle, as much as fills the image
 * - `pad`: all of it, with the background at two sides
 * - `stretch`: all of it, out of proportion
 */
export const fits = ["crop", "pad", "stretch"] as const;
export type Fit = typeof fits[number];

/** A part of a line of pixels and where it goes. */
interface Span {
  /** In the picture; need not be whole. */
  from: number;
  length: number;
  /** In the image. */
  to: number;
  count: number;
}

/** One pixel of an image: which of a picture's it is the mean of, by how much of each it covers. */
interface Mean {
  first: number;
  weights: Float64Array;
}

/**
 * Scales by the mean over the area that a pixel covers, of bytes as they are (not of light). What is
 * transparent shows the background. Grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
 *
 * @param background 0 for black, 255 for white
 * @returns height · width · channels bytes
 */
export function fitPicture(
  picture: Picture,
  [height, width, channels]: ImageShape,
  fit: Fit,
  background: number,
): Uint8Array {
  const scales = [width / picture.width, height / picture.height];
  const scale = fit === "crop" ? Math.max(...scales) : Math.min(...scales);
  const [across, down] = fit === "stretch"
    ? [spanOf(picture.width, width, scales[0]), spanOf(picture.height, height, scales[1])]
    : [spanOf(picture.width, width, scale), spanOf(picture.height, height, scale)];
  const rows = meansOf(down), columns = meansOf(across);
  const bytes = new Uint8Array(height * width * channels).fill(background);
  const line = new Float64Array(3 * across.count);
  for (let row = 0; row < down.count; row++) {
    line.fill(0);
    const { first, weights } = rows[row];
    for (let i = 0; i < weights.length; i++) {
      addRow(line, picture, first + i, weights[i], columns, background);
    }
    put(bytes, ((down.to + row) * width + across.to) * channels, line, channels);
  }
  return bytes;
}

/** Which part of a line of `size` pixels goes where in one of `wanted`, by a factor. */
function spanOf(size: number, wanted: number, scale: number): Span {
  const count = Math.min(wanted, Math.max(1, Math.round(size * scale)));
  const length = Math.min(size, wanted / scale);
  return { from: (size - length) / 2, length, to: Math.floor((wanted - count) / 2), count };
}

function meansOf({ from, length, count }: Span): Mean[] {
  const step = length / count;
  return Array.from({ length: count }, (_, i) => {
    const start = from + i * step, end = start + step;
    const first = Math.floor(start + 1e-9), last = Math.max(first + 1, Math.ceil(end - 1e-9));
    const weights = Float64Array.from(
      { length: last - first },
      (_, j) => (Math.min(end, first + j + 1) - Math.max(start, first + j)) / step,
    );
    return { first, weights };
  });
}

/** Adds a row of the picture to a line of the image, three numbers for each pixel. */
function addRow(
  line: Float64Array,
  { width, rgba }: Picture,
  row: number,
  share: number,
  columns: readonly Mean[],
  background: number,
): void {
  for (let column = 0; column < columns.length; column++) {
    const { first, weights } = columns[column];
    let red = 0, green = 0, blue = 0;
    for (let i = 0; i < weights.length; i++) {
      const at = 4 * (row * width + first + i), opacity = rgba[at + 3] / 255;
      const ground = (1 - opacity) * background, weight = weights[i];
      red += weight * (opacity * rgba[at] + ground);
      green += weight * (opacity * rgba[at + 1] + ground);
      blue += weight * (opacity * rgba[at + 2] + ground);
    }
    line[3 * column] += share * red;
    line[3 * column + 1] += share * green;
    line[3 * column + 2] += share * blue;
  }
}

function put(bytes: Uint8Array, to: number, line: Float64Array, channels: number): void {
  for (let from = 0; from < line.length; from += 3) {
    const [red, green, blue] = [line[from], line[from + 1], line[from + 2]];
    if (channels === 1) bytes[to++] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else {
      bytes[to++] = Math.round(red);
      bytes[to++] = Math.round(green);
      bytes[to++] = Math.round(blue);
    }
  }
}
