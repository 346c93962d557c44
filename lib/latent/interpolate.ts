/** The way from one code to another. */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import { numbers, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";

export const interpolationMethods = ["linear", "spherical"] as const;
export type InterpolationMethod = (typeof interpolationMethods)[number];

const interpolateSchema = z.strictObject({
  /** How many codes, both ends included. */
  steps: z.int().min(2).default(10),
  method: z.enum(interpolationMethods).default("linear"),
});
export type InterpolateOptions = z.input<typeof interpolateSchema>;

/**
 * Codes on the way from a to b, both ends exact.
 *
 * - `linear`: (1 − t)·a + t·b. Between two draws of a high-dimensional prior its middle is too short:
 *   nearly all of N(0, I) lies about √d from the origin.
 * - `spherical`: the angle grows evenly (slerp), lengths go evenly from |a| to |b|
 *   (White 2016, arXiv 1609.04468). Where a and b point the same or exactly the opposite way, or one
 *   is zero, no arc is determined and the straight line is taken.
 *
 * @param a one code, [latentDim]
 * @param b another
 * @throws OptionError, as where the codes' lengths differ
 */
export function interpolate(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: InterpolateOptions = {},
): Codes {
  requireArguments("interpolate", { a: [numbers, a], b: [numbers, b] });
  const { steps, method } = parseOptions(interpolateSchema, options, "interpolate");
  if (a.length !== b.length) {
    throw new OptionError(
      `interpolate: expected codes of one length, got ${a.length} and ${b.length}`,
    );
  }
  const d = a.length;
  const weights = method === "spherical" ? sphericalWeights(a, b) : straight;
  const values = new Float32Array(steps * d);
  for (let step = 0; step < steps; step++) {
    const [wa, wb] = weights(step / (steps - 1));
    for (let i = 0; i < d; i++) values[step * d + i] = wa * a[i] + wb * b[i];
  }
  return new Codes(values, d);
}

type Weights = (t: number) => [number, number];

const straight: Weights = (t) => [1 - t, t];

function sphericalWeights(a: ArrayLike<number>, b: ArrayLike<number>): Weights {
  let dot = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  const [lengthA, lengthB] = [Math.sqrt(aa), Math.sqrt(bb)];
  const angle = Math.acos(Math.max(-1, Math.min(1, dot / (lengthA * lengthB))));
  const sine = Math.sin(angle);
  if (!(sine > 1e-6)) return straight;
  return (t) => {
    const length = (1 - t) * lengthA + t * lengthB;
    return [
      (length * Math.sin((1 - t) * angle)) / (sine * lengthA),
      (length * Math.sin(t * angle)) / (sine * lengthB),
    ];
  };
}
