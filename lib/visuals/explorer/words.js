// @ts-check
/** Coordinates in words: all numbers of a short code, what can be read of a long one. */
import { write } from "./dom.js";

/**
 * @typedef {object} Source the digit, from the test set or drawn, whose code the point was set to
 * @property {string} name
 * @property {number | null} index in the test set; null for a drawn one
 * @property {Float32Array} pixels
 * @property {Float32Array} mean
 * @property {Float32Array | null} sigma
 */

const mostNumbers = 4;

/**
 * @param {Float32Array} z
 * @param {number[]} onPlane
 */
export function wordsOfPoint(z, onPlane) {
  return z.length > mostNumbers ? `on the plane (${write(onPlane)})` : `z = (${write(z)})`;
}

/**
 * @param {Source} source
 * @param {"vae" | "ae"} kind
 */
export function wordsOfCode({ name, mean, sigma }, kind) {
  const what = kind === "vae" ? "mean" : "code";
  if (mean.length <= mostNumbers) {
    return `${name}: ${what} (${write(mean)})${sigma ? `, σ (${write(sigma)})` : ""}`;
  }
  const from = sigma && `${write([Math.min(...sigma)])} to ${write([Math.max(...sigma)])}`;
  return `${name}: ${what} of length ${write([Math.hypot(...mean)])}${
    from ? `, σ from ${from}` : ""
  }`;
}
