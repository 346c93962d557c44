/** Picture files for tests, made of pixels. */
import { crc32, deflateSync } from "node:zlib";
import encodeJpeg from "@jsquash/jpeg/encode.js";
import encodeWebp from "@jsquash/webp/encode.js";

/** Red, green, blue and opacity at a place. */
export type Paint = (x: number, y: number) => [number, number, number, number?];

/** Pixels as the encoders want them. */
export function painted(width: number, height: number, paint: Paint): ImageData {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue, opacity = 255] = paint(x, y);
      data.set([red, green, blue, opacity], 4 * (y * width + x));
    }
  }
  return { width, height, data, colorSpace: "srgb" } as ImageData;
}

/** A JPEG file; with an EXIF orientation from 1 to 8 where one is given. */
export async function jpegFile(
  image: ImageData,
  orientation?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await encodeJpeg(image, { quality: 100 }));
  if (!orientation) return bytes;
  // deno-fmt-ignore
  const exif = [
    0xff, 0xe1, 0, 34, ...new TextEncoder().encode("Exif\0\0MM"), 0, 42, 0, 0, 0, 8,
    0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
  ];
  return Uint8Array.from([...bytes.subarray(0, 2), ...exif, ...bytes.subarray(2)]);
}

/** A WebP file without loss. */
export const webpFile = async (image: ImageData) =>
  new Uint8Array(await encodeWebp(image, { lossless: 1, exact: 1 }));

const ascii = (text: string) => [...new TextEncoder().encode(text)];
const word = (value: number) => [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...ascii(type), ...data];
  return [...word(data.length), ...body, ...word(crc32(Uint8Array.from(body)))];
}

/** Colour types of PNG's IHDR. */
export const pngTypes = { grey: 0, colour: 2, palette: 3, greyAlpha: 4, colourAlpha: 6 };

/** A PNG file of rows as they lie in it, packed where a pixel has less than 8 bits. */
export function pngFile(
  [width, height, depth, type]: readonly [number, number, number, keyof typeof pngTypes],
  rows: readonly (readonly number[])[],
  chunks: Readonly<Record<string, readonly number[]>> = {},
): Uint8Array<ArrayBuffer> {
  const raw = Uint8Array.from(rows.flatMap((row) => [0, ...row]));
  return Uint8Array.from([
    ...signature,
    ...chunk("IHDR", [...word(width), ...word(height), depth, pngTypes[type], 0, 0, 0]),
    ...Object.entries(chunks).flatMap(([name, data]) => chunk(name, data)),
    ...chunk("IDAT", [...deflateSync(raw)]),
    ...chunk("IEND", []),
  ]);
}

/** A PNG file of pixels with opacity. */
export function pngOf({ width, height, data }: ImageData): Uint8Array<ArrayBuffer> {
  const rows = Array.from(
    { length: height },
    (_, y) => [...data.subarray(4 * y * width, 4 * (y + 1) * width)],
  );
  return pngFile([width, height, 8, "colourAlpha"], rows);
}
