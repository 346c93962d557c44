/**
 * Pictures from files. The decoders are jSquash's (Apache-2.0, kept up, 0.5 MB in all): mozjpeg, libwebp and
 * Rust's png as WebAssembly, which lies in the npm packages: no native add-on, nothing is fetched, and a
 * damaged file leaves the next one readable.
 */
import decodeJpeg, { init as initJpeg } from "@jsquash/jpeg/decode.js";
import decodePng from "@jsquash/png/decode.js";
import decodeWebp from "@jsquash/webp/decode.js";
import { imageSize } from "image-size";

/** A picture as its file has it: bytes red, green, blue and opacity, not multiplied by it. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array | Uint8ClampedArray;
}

/** A larger one needs gigabytes. */
const mostPixels = 100_000_000;

/** What the JPEG decoder said of the file; as it is given no place to say it, it would print. */
let remarks: string[] = [];
let jpegReady: Promise<void> | null = null;

async function jpeg(bytes: ArrayBuffer): Promise<ImageData> {
  jpegReady ??= initJpeg({ printErr: (line: string) => void remarks.push(line) });
  await jpegReady;
  remarks = [];
  try {
    const image = await decodeJpeg(bytes, { preserveOrientation: true });
    // Half a picture comes out of half a file, grey below.
    const cut = remarks.find((line) => /premature end/i.test(line));
    if (cut) throw new Error(cut);
    return image;
  } catch (error) {
    throw new Error(remarks[0] ?? (error as Error)?.message ?? "it cannot be decoded");
  }
}

const decoders: Record<string, (bytes: ArrayBuffer) => Promise<ImageData>> = {
  jpg: jpeg,
  png: (bytes) => decodePng(bytes).catch(() => Promise.reject(new Error("damaged PNG file"))),
  webp: (bytes) =>
    decodeWebp(bytes).catch(() => Promise.reject(new Error("damaged or animated WebP file"))),
};

/**
 * Decodes a PNG, JPEG or WebP file, whatever its ending; 16 bits become 8, palettes and grey become colour. A
 * JPEG is turned as its EXIF orientation says; that of PNG and WebP files is not looked at.
 *
 * @throws Error saying what is wrong with the file
 */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>): Promise<Picture> {
  if (bytes.length === 0) throw new Error("the file is empty");
  const { type = "", width, height } = about(bytes);
  if (!(type in decoders)) throw new Error(`it is ${type || "no picture"}, not PNG, JPEG or WebP`);
  if (width * height > mostPixels) {
    throw new Error(`${width}×${height} pixels, expected at most ${mostPixels / 1e6} million`);
  }
  const image = await decoders[type](bytes.buffer);
  return { width: image.width, height: image.height, rgba: image.data };
}

function about(bytes: Uint8Array) {
  try {
    return imageSize(bytes);
  } catch {
    throw new Error("it is no picture, or its header is damaged");
  }
}
