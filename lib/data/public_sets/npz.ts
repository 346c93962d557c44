/** NumPy's arrays of bytes in a zip file, as Keras keeps MNIST. */
import { unzipSync } from "fflate";

/** A C-ordered array of bytes. */
export interface ByteArray {
  shape: number[];
  data: Uint8Array;
}

/**
 * The arrays of an `.npz` file by their names, without `.npy`.
 *
 * @param limit no array's file is inflated that is longer
 * @throws Error where it is no zip, or an array is not of bytes in C order
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpz(bytes: Uint8Array, limit: number): Map<string, ByteArray> {
  const files = unzipSync(bytes, {
    filter: ({ name, originalSize }) => name.endsWith(".npy") && originalSize <= limit,
  });
  return new Map(
    Object.entries(files).map(([name, file]) => [name.replace(/\.npy$/, ""), parseNpy(file, name)]),
  );
}

/** @throws Error naming what was found */
function parseNpy(file: Uint8Array, name: string): ByteArray {
  const magic = String.fromCharCode(...file.subarray(0, 6));
  if (magic !== "\x93NUMPY") throw new Error(`"${name}" is no NumPy array`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // Version 1 counts the header's bytes in 16 bits, later ones in 32.
  const [start, length] = file[6] === 1 ? [10, view.getUint16(8, true)] : [
    12,
    view.getUint32(8, true),
  ];
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  const type = header.match(/'descr': *'([^']*)'/)?.[1];
  const shape = header.match(/'shape': *\(([\d, ]*)\)/)?.[1].match(/\d+/g)?.map(Number);
  if (type !== "|u1" || !shape || !/'fortran_order': *False/.test(header)) {
    throw new Error(`"${name}" holds other than bytes in C order: ${header.trim()}`);
  }
  const data = file.subarray(start + length);
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (data.length !== wanted) {
    throw new Error(`"${name}" holds ${data.length} bytes, expected ${wanted} (${shape})`);
  }
  return { shape, data };
}
