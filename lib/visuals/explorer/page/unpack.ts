/** Turns the packed bytes (see `pack.ts`) back into arrays. */
import type { Weights } from "../../../latent/layer_export.ts";
import type {
  PackedBytes,
  PackedFloats,
  PackedLayer,
  PackedWeights,
  PageLayer,
} from "../contents.ts";

/** Base64 of deflated bytes, inflated. */
export async function inflate(base64: string): Promise<Uint8Array> {
  // Of megabytes `Uint8Array.from` with a function would make a second.
  const letters = atob(base64), packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The value of an IEEE 754 half; `Float16Array` is too new to rely on in a page. */
function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const size = exponent === 0
    ? fraction * 2 ** -24
    : exponent === 31
    ? (fraction ? NaN : Infinity)
    : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

/** Halves, or signed bytes times the step of their channel. */
export function readFloats(bytes: Uint8Array, packed: PackedFloats): Float32Array {
  const { at, length } = packed;
  if (packed.format === "float16") {
    return Float32Array.from(
      { length },
      (_, i) => halfToNumber(bytes[at + 2 * i] | (bytes[at + 2 * i + 1] << 8)),
    );
  }
  const steps = readFloats(bytes, packed.scales);
  return Float32Array.from({ length }, (_, i) => {
    const byte = bytes[at + i];
    return (byte > 127 ? byte - 256 : byte) * steps[Math.floor(i / packed.inner) % steps.length];
  });
}

/** Bytes as they are, or grey values of four bits each spread over 0–255. */
export function readBytes(bytes: Uint8Array, { at, length, format }: PackedBytes): Uint8Array {
  if (format === "uint8") return bytes.slice(at, at + length);
  return Uint8Array.from({ length }, (_, i) => {
    const pair = bytes[at + (i >> 1)];
    return (i & 1 ? pair >> 4 : pair & 15) * 17;
  });
}

/** Layers with their weights in place of where those lie. */
export function readLayers(bytes: Uint8Array, layers: PackedLayer[]): PageLayer[] {
  const weights = (packed: PackedWeights): Weights => ({
    shape: packed.shape,
    data: readFloats(bytes, packed),
  });
  return layers.map((layer) => {
    if (!("kernel" in layer)) return layer;
    return { ...layer, kernel: weights(layer.kernel), bias: layer.bias && weights(layer.bias) };
  });
}
