/** Networks and images as few bytes: halves or signed bytes, pixels of four bits, deflated, in base64. */
import { deflateRawSync } from "node:zlib";
import type { Codes } from "../../data/codes.ts";
import type { LayerSpec, Weights } from "../../latent/layer_export.ts";
import type { PackedBytes, PackedFloats, PackedLayer, PackedWeights } from "./contents.ts";

/** Above so many parameters, kernels are written as signed bytes instead of halves. */
export const halfPrecisionLimit = 200_000;

/** How many weights these layers have. */
export function countParameters(layers: LayerSpec[]): number {
  return layers.reduce((sum, layer) => {
    if (!("kernel" in layer)) return sum;
    return sum + layer.kernel.data.length + (layer.bias?.data.length ?? 0);
  }, 0);
}

/** Means of codes as halves, and their σ where they have one and it is asked for. */
export function packCodes(packer: Packer, { values, logVars }: Codes, withSigmas: boolean) {
  const sigmas = withSigmas && logVars?.map((logVar) => Math.exp(logVar / 2));
  return { codes: packer.halves(values), ...(sigmas && { sigmas: packer.halves(sigmas) }) };
}

/** Collects arrays into one run of bytes. */
export class Packer {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #nibbles = new Map<Uint8Array, PackedBytes>();

  #append(bytes: Uint8Array): number {
    const at = this.#length;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return at;
  }

  /** Numbers as IEEE 754 halves, eleven significant bits. */
  halves(data: ArrayLike<number>): PackedFloats {
    const view = new DataView(new ArrayBuffer(2 * data.length));
    for (let i = 0; i < data.length; i++) view.setFloat16(2 * i, data[i], true);
    const at = this.#append(new Uint8Array(view.buffer));
    return { at, length: data.length, format: "float16" };
  }

  #halfWeights({ shape, data }: Weights): PackedWeights {
    return { ...this.halves(data), shape };
  }

  /** A kernel as signed bytes, one scale per output channel: the largest weight becomes ±127. */
  #signedBytes({ shape, data }: Weights, outputAxis: number): PackedWeights {
    const channels = shape[outputAxis];
    const inner = shape.slice(outputAxis + 1).reduce((a, b) => a * b, 1);
    const channelOf = (i: number) => Math.floor(i / inner) % channels;
    const largest = new Float32Array(channels);
    data.forEach((value, i) => {
      largest[channelOf(i)] = Math.max(largest[channelOf(i)], Math.abs(value));
    });
    // Rounded to a half first, so that quotient and product use the same step.
    const scales = new Float16Array(largest.map((value) => value / 127 || 1));
    const bytes = Int8Array.from(data, (value, i) => {
      return Math.max(-127, Math.min(127, Math.round(value / scales[channelOf(i)])));
    });
    const at = this.#append(new Uint8Array(bytes.buffer));
    const packed = { at, length: data.length, format: "int8", shape, inner } as const;
    return { ...packed, scales: this.halves(scales) };
  }

  /** Small whole numbers 0–255. */
  bytes(data: Uint8Array): PackedBytes {
    return { at: this.#append(data.slice()), length: data.length, format: "uint8" };
  }

  /**
   * Bytes of pixels as the nearest of sixteen greys, two in a byte; whether one is above 0.5 stays the same. An array
   * that was packed before is not packed again.
   */
  nibbles(data: Uint8Array): PackedBytes {
    const known = this.#nibbles.get(data);
    if (known) return known;
    const bytes = new Uint8Array(Math.ceil(data.length / 2));
    data.forEach((grey, i) => bytes[i >> 1] |= Math.round(grey / 17) << (4 * (i & 1)));
    const packed = { at: this.#append(bytes), length: data.length, format: "nibbles" } as const;
    this.#nibbles.set(data, packed);
    return packed;
  }

  /** Layers with their weights replaced by where those lie. */
  layers(layers: LayerSpec[], precision: "float16" | "int8"): PackedLayer[] {
    return layers.map(({ name: _, ...layer }) => {
      if (!("kernel" in layer)) return layer;
      const outputAxis = layer.kind === "conv2dTranspose" ? 2 : layer.kernel.shape.length - 1;
      const kernel = precision === "int8"
        ? this.#signedBytes(layer.kernel, outputAxis)
        : this.#halfWeights(layer.kernel);
      return { ...layer, kernel, bias: layer.bias && this.#halfWeights(layer.bias) };
    });
  }

  /** All that was packed so far. */
  bytesSoFar(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** All bytes so far, deflated, in base64. */
  base64(): string {
    return deflateRawSync(this.bytesSoFar(), { level: 9 }).toString("base64");
  }
}
