/** PNG files, still and animated, over Deno's own zlib (PNG specification, third edition, 2025). */
import { aRaster, requireArguments } from "../../kinds.ts";
import { crc32, deflateSync } from "node:zlib";
import { Buffer } from "node:buffer";
import type { Raster } from "./raster.ts";

/** A frame whose pixels are places in a palette. */
export interface IndexedFrame {
  /** [height · width], row by row. */
  indices: Uint8Array;
  milliseconds: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const colorType = { 1: 0, 3: 2, 4: 6, indexed: 3 } as const;
/** Filter "Up": enlarged digits repeat rows, which become zeros. */
const filterUp = 2;

function chunk(type: string, ...parts: (Uint8Array | number[])[]): Uint8Array {
  const body = Buffer.concat([
    Buffer.from(type, "latin1"),
    ...parts.map((part) => Buffer.from(part)),
  ]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(body.length - 4, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

const uint32 = (
  value: number,
) => [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
const uint16 = (value: number) => [value >>> 8, value & 255];

function header(width: number, height: number, type: number): Uint8Array {
  return chunk("IHDR", uint32(width), uint32(height), [8, type, 0, 0, 0]);
}

function compress(
  data: Uint8Array,
  rowBytes: number,
  height: number,
  filter: 0 | 2 = filterUp,
): Uint8Array {
  if (data.length !== rowBytes * height) {
    throw new RangeError(`PNG: expected ${rowBytes * height} bytes of pixels, got ${data.length}`);
  }
  const filtered = new Uint8Array((rowBytes + 1) * height);
  for (let row = 0; row < height; row++) {
    const out = row * (rowBytes + 1), here = row * rowBytes;
    filtered[out] = filter;
    if (filter === 0) {
      filtered.set(data.subarray(here, here + rowBytes), out + 1);
      continue;
    }
    for (let i = 0; i < rowBytes; i++) {
      filtered[out + 1 + i] = data[here + i] - (row > 0 ? data[here + i - rowBytes] : 0);
    }
  }
  return deflateSync(filtered, { level: 9 });
}

/** A raster as a PNG file of 8 bits a channel, without loss. */
export function encodePng(raster: Raster): Uint8Array {
  requireArguments("encodePng", { raster: [aRaster, raster] });
  const { width, height, data, channels } = raster;
  return Buffer.concat([
    Buffer.from(signature),
    header(width, height, colorType[channels]),
    chunk("IDAT", compress(data, width * channels, height)),
    chunk("IEND"),
  ]);
}

/** Places in a palette of at most 256 colours as a PNG file. */
export function encodeIndexedPng(
  indices: Uint8Array,
  { width, height, palette }: { width: number; height: number; palette: readonly number[][] },
): Uint8Array {
  return Buffer.concat([
    Buffer.from(signature),
    header(width, height, colorType.indexed),
    chunk("PLTE", palette.flat()),
    // Neighbouring indices say nothing of each other's colours: no filter.
    chunk("IDAT", compress(indices, width, height, 0)),
    chunk("IEND"),
  ]);
}

/**
 * Frames as one animated PNG that repeats forever, each drawn over the one before; programs that show only
 * still pictures show `still`.
 *
 * @param palette [red, green, blue] of each index, at most 256
 * @param transparent the index that lets the frame before show through; null where there is none
 */
export function encodeAnimatedPng(
  frames: readonly IndexedFrame[],
  { width, height, palette, transparent, still }: {
    width: number;
    height: number;
    palette: readonly number[][];
    transparent: number | null;
    still: Uint8Array;
  },
): Uint8Array {
  let sequence = 0;
  const keep = 0, over = 1;
  const control = ({ milliseconds }: IndexedFrame) =>
    chunk(
      "fcTL",
      ...[sequence++, width, height, 0, 0].map(uint32),
      ...[Math.round(milliseconds), 1000].map(uint16),
      [keep, over],
    );
  const alpha = transparent === null ? [] : [...Array(transparent).fill(255), 0];
  return Buffer.concat([
    Buffer.from(signature),
    header(width, height, colorType.indexed),
    chunk("acTL", uint32(frames.length), uint32(0)),
    chunk("PLTE", palette.flat()),
    ...(alpha.length > 0 ? [chunk("tRNS", alpha)] : []),
    // Without a frame control of its own this picture is no part of the animation.
    chunk("IDAT", compress(still, width, height)),
    ...frames.flatMap((frame) => [
      control(frame),
      chunk("fdAT", uint32(sequence++), compress(frame.indices, width, height)),
    ]),
    chunk("IEND"),
  ]);
}

/** The still picture that an animated PNG carries for programs that show no motion; null for other files. */
export function stillOf(file: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(file), kept = [bytes.subarray(0, signature.length)];
  let animated = false;
  for (let at = signature.length; at < bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const motion = /^(acTL|fcTL|fdAT)$/.test(bytes.toString("latin1", at + 4, at + 8));
    if (motion) animated = true;
    else kept.push(bytes.subarray(at, end));
    at = end;
  }
  return animated ? Buffer.concat(kept) : null;
}
