/** A small reader of animated PNGs (fast-png 8.0.0 loses the last frame where a still picture comes first). */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";

/** The frames of an 8-bit animation with one channel and filter "Up", each drawn over the one before. */
export function readApng(file: Uint8Array): { milliseconds: number; pixels: number[] }[] {
  const bytes = Buffer.from(file);
  const frames: { milliseconds: number; pixels: number[] }[] = [];
  let width = 0, milliseconds = 0, sequence = 0, transparent = -1;
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") width = body.readUInt32BE(0);
    if (type === "tRNS") transparent = body.indexOf(0);
    if (type === "fcTL" || type === "fdAT") {
      if (body.readUInt32BE(0) !== sequence++) throw new Error(`${type}: wrong sequence number`);
    }
    if (type === "fcTL") {
      milliseconds = 1000 * body.readUInt16BE(20) / body.readUInt16BE(22);
      const [dispose, blend] = body.subarray(24);
      if (dispose !== 0 || blend !== 1) {
        throw new Error("expected frames that are kept and laid over");
      }
    }
    if (type === "fdAT") {
      const before = frames.at(-1)?.pixels;
      const pixels = unfilter(inflateSync(body.subarray(4)), width)
        .map((index, i) => index === transparent ? before![i] : index);
      frames.push({ milliseconds, pixels });
    }
    at += length + 12;
  }
  return frames;
}

function unfilter(rows: Uint8Array, width: number): number[] {
  const pixels: number[] = [];
  for (let at = 0; at < rows.length; at += width + 1) {
    if (rows[at] !== 2) throw new Error(`expected filter 2, got ${rows[at]}`);
    for (let x = 1; x <= width; x++) {
      pixels.push((rows[at + x] + (pixels[pixels.length - width] ?? 0)) & 255);
    }
  }
  return pixels;
}
