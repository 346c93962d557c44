/** The IDX format of the MNIST files: a magic number, big-endian sizes, then bytes. */

/** What a file holds: its magic number and the names of its dimensions. */
const kinds = {
  images: { magic: 0x00000803, dimensions: ["count", "height", "width"] },
  labels: { magic: 0x00000801, dimensions: ["count"] },
} as const;

export type IdxKind = keyof typeof kinds;

/** An array of bytes and its shape, [count, height, width] for images and [count] for labels. */
export interface IdxArray {
  shape: number[];
  data: Uint8Array;
}

/** A file that is not what its reader was promised. */
export class IdxError extends Error {
  override name = "IdxError";
}

const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;

/**
 * Reads a decompressed IDX file of unsigned bytes. The result is a view of `bytes`: nothing is
 * allocated, whatever sizes the header claims.
 *
 * @param file the name to complain about
 * @throws IdxError naming the file, the value found, the value wanted and its offset:
 * `Cannot parse IDX file "x.gz": magic is 0x00000801, expected 0x00000803 (images), at offset 0`
 *
 * Format: http://yann.lecun.com/exdb/mnist/ (foot of the page)
 */
export function parseIdx(bytes: Uint8Array, kind: IdxKind, file: string): IdxArray {
  const { magic, dimensions } = kinds[kind];
  const refuse = (found: string, wanted: string, offset: number): never => {
    throw new IdxError(
      `Cannot parse IDX file "${file}": ${found}, expected ${wanted}, at offset ${offset}`,
    );
  };
  const header = 4 + 4 * dimensions.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    const found = view.getUint32(0);
    const gzip = found >>> 16 === 0x1f8b ? " (still compressed with gzip)" : "";
    refuse(`magic is ${hex(found)}${gzip}`, `${hex(magic)} (${kind})`, 0);
  }
  if (bytes.length < header) {
    refuse(`the file ends after ${bytes.length} bytes`, `a header of ${header}`, bytes.length);
  }
  const shape = dimensions.map((name, i) => {
    const size = view.getUint32(4 + 4 * i);
    if (size === 0) refuse(`${name} is 0`, "at least 1", 4 + 4 * i);
    return size;
  });
  const wanted = shape.reduce((product, size) => product * size, 1);
  const found = bytes.length - header;
  if (found !== wanted) {
    refuse(`${found} bytes of data`, `${wanted} (${shape.join(" × ")})`, header);
  }
  return { shape, data: bytes.subarray(header) };
}

/** The inverse of `parseIdx`: one dimension is written as labels, three as images. */
export function encodeIdx({ shape, data }: IdxArray): Uint8Array<ArrayBuffer> {
  const { magic } = shape.length === 3 ? kinds.images : kinds.labels;
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, header);
  return bytes;
}
