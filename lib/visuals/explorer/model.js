// @ts-check
/** What the page was given, unpacked: networks that encode and decode, codes, digits. */
import { createNetwork } from "./network.js";
import { inflate, readBytes, readFloats, readLayers } from "./unpack.js";

/**
 * @param {any} contents the description that `explorer.ts` wrote
 * @param {string} base64
 */
export async function openModel(contents, base64) {
  const bytes = await inflate(base64);
  const { latentDim, imageShape, treatment } = contents;
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  const decoder = createNetwork(readLayers(bytes, contents.decoder), [latentDim]);
  const encoder = contents.encoder
    ? createNetwork(readLayers(bytes, contents.encoder), imageShape)
    : null;
  const codes = contents.codes ? readFloats(bytes, contents.codes) : new Float32Array(0);
  const originals = contents.originals && readBytes(bytes, contents.originals);

  return {
    codes,
    labels: contents.labels ? readBytes(bytes, contents.labels) : new Uint8Array(0),
    /** @param {number} index @returns {Float32Array | null} as the encoder sees it */
    originalOf(index) {
      if (!originals) return null;
      const grey = originals.subarray(index * size, (index + 1) * size);
      return this.treat(Float32Array.from(grey, (value) => value / 255));
    },
    /** Pixels in [0, 1] as the model knew them in training: for most, black and white only. */
    treat: (/** @type {Float32Array} */ pixels) =>
      treatment === "grey" ? pixels : pixels.map((value) => (value > 0.5 ? 1 : 0)),
    /** @param {ArrayLike<number>} z @returns {Float32Array} pixel means in [0, 1] */
    decode(z) {
      return decoder(Float32Array.from(z)).map((logit) => 1 / (1 + Math.exp(-logit)));
    },
    /**
     * @param {Float32Array} pixels as the encoder sees them
     * @returns {{mean: Float32Array, sigma: Float32Array | null} | null} null without an encoder
     */
    encode(pixels) {
      if (!encoder) return null;
      const moments = encoder(pixels);
      const mean = moments.slice(0, latentDim);
      const sigma = contents.kind === "vae"
        ? moments.slice(latentDim).map((logVar) => Math.exp(logVar / 2))
        : null;
      return { mean, sigma };
    },
  };
}

/**
 * Where a code lies on the plane, and back.
 *
 * @param {{origin: number[], axes: number[][]}} plane
 */
export function createProjection({ origin, axes }) {
  const squared = axes.map((axis) => axis.reduce((sum, value) => sum + value * value, 0));
  const project = (/** @type {ArrayLike<number>} */ z) =>
    axes.map((axis, k) =>
      axis.reduce((sum, value, i) => sum + value * (z[i] - origin[i]), 0) / squared[k]
    );
  return {
    project,
    /** Moves z, in place, to a place on the plane; what lies at right angles to the plane stays. */
    move(/** @type {Float32Array} */ z, /** @type {number[]} */ to) {
      const from = project(z);
      axes.forEach((axis, k) => {
        for (let i = 0; i < z.length; i++) z[i] += (to[k] - from[k]) * axis[i];
      });
    },
    /**
     * The shadow that a Gaussian with a variance per dimension throws on the plane, as two half axes.
     *
     * @param {ArrayLike<number>} sigma
     */
    ellipse(sigma) {
      const covariance = (/** @type {number} */ k, /** @type {number} */ l) =>
        axes[k].reduce((sum, value, i) => sum + value * axes[l][i] * sigma[i] ** 2, 0) /
        (squared[k] * squared[l]);
      const a = covariance(0, 0);
      if (axes.length === 1) return [[Math.sqrt(a), 0], [0, 0]];
      const b = covariance(0, 1), c = covariance(1, 1);
      const angle = Math.atan2(2 * b, a - c) / 2, spread = Math.hypot((a - c) / 2, b);
      const [long, short] = [(a + c) / 2 + spread, (a + c) / 2 - spread].map((variance) =>
        Math.sqrt(Math.max(0, variance))
      );
      return [[long * Math.cos(angle), long * Math.sin(angle)], [
        -short * Math.sin(angle),
        short * Math.cos(angle),
      ]];
    },
  };
}
