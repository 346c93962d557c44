// @ts-check
/** Turns the packed bytes (see `pack.ts`) back into arrays. */

/**
 * @typedef {{at: number, length: number, format: "float16" | "int8" | "uint8" | "nibbles", shape?: number[],
 *   scales?: Packed, inner?: number}} Packed where an array lies in the bytes, and how it is written
 */

/**
 * @param {string} base64 deflated bytes
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(base64) {
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {number} bits an IEEE 754 half; `Float16Array` is too new to rely on */
function halfToNumber(bits) {
  const exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const size = exponent === 0
    ? fraction * 2 ** -24
    : exponent === 31
    ? (fraction ? NaN : Infinity)
    : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/**
 * @param {Uint8Array} bytes
 * @param {Packed} packed
 * @returns {Float32Array}
 */
export function readFloats(bytes, { at, length, format, scales, inner = 1 }) {
  if (format === "float16") {
    return Float32Array.from(
      { length },
      (_, i) => halfToNumber(bytes[at + 2 * i] | (bytes[at + 2 * i + 1] << 8)),
    );
  }
  const steps = scales ? readFloats(bytes, scales) : [1];
  return Float32Array.from({ length }, (_, i) => {
    const byte = bytes[at + i];
    return (byte > 127 ? byte - 256 : byte) * steps[Math.floor(i / inner) % steps.length];
  });
}

/**
 * Bytes as they are, or grey values of four bits each spread over 0–255.
 *
 * @param {Uint8Array} bytes
 * @param {Packed} packed
 * @returns {Uint8Array}
 */
export function readBytes(bytes, { at, length, format }) {
  if (format === "uint8") return bytes.slice(at, at + length);
  return Uint8Array.from({ length }, (_, i) => {
    const pair = bytes[at + (i >> 1)];
    return (i & 1 ? pair >> 4 : pair & 15) * 17;
  });
}

/**
 * @param {Uint8Array} bytes
 * @param {any[]} layers
 * @returns {import("./network.js").Layer[]}
 */
export function readLayers(bytes, layers) {
  return layers.map(({ kernel, bias, ...layer }) => ({
    ...layer,
    ...(kernel && { kernel: readFloats(bytes, kernel), kernelShape: kernel.shape }),
    bias: bias ? readFloats(bytes, bias) : null,
  }));
}
