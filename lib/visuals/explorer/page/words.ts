/** Coordinates in words: all numbers of a short code, what can be read of a long one. */
import { write } from "./dom.ts";
import type { Code } from "./model.ts";

/** The image, from the test set or drawn, whose code the point was set to. */
export interface Source extends Code {
  name: string;
  /** In the test set; null for a drawn one. */
  index: number | null;
  pixels: Float32Array;
}

const mostNumbers = 4;

/** `z₁` for the first dimension. */
export function nameOfDimension(dimension: number): string {
  const subscript = (digit: string) => String.fromCharCode(0x2080 + Number(digit));
  return `z${String(dimension + 1).replace(/\d/g, subscript)}`;
}

/** What a screen reader says of the plane. */
export const wordsOfPlane = (count: number): string =>
  `Latent plane with ${count} codes. Arrow keys move the point by 0.1, with shift by 1; enter picks ` +
  `the nearest code, A and B mark the point, home goes to zero.`;

/** How the point is moved. */
export const wordsOfKeys = (marks: boolean): string =>
  `Drag the point, click a code, or use the arrow keys${
    marks ? "; A and B mark the point, space plays." : "."
  }`;

/** `z = (0.40, −1.20)`, or of a long code its place on the plane. */
export function wordsOfPoint(z: Float32Array, onPlane: number[]): string {
  return z.length > mostNumbers ? `on the plane (${write(onPlane)})` : `z = (${write(z)})`;
}

/** `test digit 3, a 0`, or `test image 3, sandal`. */
export function wordsOfImage(noun: "digit" | "image", index: number, className?: string): string {
  const what = className === undefined
    ? ""
    : noun === "digit"
    ? `, a ${className}`
    : `, ${className}`;
  return `test ${noun} ${index}${what}`;
}

/** `test digit 3, a 0: mean (0.40, −1.20), σ (0.05, 0.04)`. */
export function wordsOfCode({ name, mean, sigma }: Source, kind: "vae" | "ae"): string {
  const what = kind === "vae" ? "mean" : "code";
  if (mean.length <= mostNumbers) {
    return `${name}: ${what} (${write(mean)})${sigma ? `, σ (${write(sigma)})` : ""}`;
  }
  const from = sigma && `${write([Math.min(...sigma)])} to ${write([Math.max(...sigma)])}`;
  return `${name}: ${what} of length ${write([Math.hypot(...mean)])}${
    from ? `, σ from ${from}` : ""
  }`;
}
