/** A window on a latent space of any size: a strip for one dimension, else a plane through it. */
import { asCodes, Codes } from "../data/codes.ts";
import { aPair, aPlane, aPositiveCount, numbers, requireArguments } from "../kinds.ts";
import { OptionError } from "../options.ts";
import { type PrincipalComponents, principalComponents } from "./principal_components.ts";

/** z = origin + x · axes[0] + y · axes[1]; a strip, for latentDim 1, has no second axis. */
export interface LatentPlane {
  latentDim: number;
  origin: number[];
  /** One or two directions [latentDim], at right angles. */
  axes: number[][];
  /** What to write on the axes, as in `z1` or `component 1`. */
  names: string[];
}

/**
 * The plane of two dimensions, all others at the origin's values; the strip where latentDim is 1.
 *
 * @param dimensions two numbers below latentDim, counted from 0; the two of largest KL are a good choice
 * @param origin zeros by default
 */
export function coordinatePlane(
  latentDim: number,
  dimensions: readonly [number, number] = [0, 1],
  origin?: ArrayLike<number>,
): LatentPlane {
  requireArguments("coordinatePlane", {
    latentDim: [aPositiveCount, latentDim],
    dimensions: [latentDim === 1 ? numbers : aPair, dimensions],
    origin: [numbers, origin ?? []],
  });
  const from = origin ?? new Float32Array(latentDim);
  const chosen = latentDim === 1 ? [0] : [...dimensions];
  for (const dimension of chosen) {
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= latentDim) {
      throw new OptionError(
        `coordinatePlane: expected dimensions from 0 to ${latentDim - 1}, got ${dimension}`,
      );
    }
  }
  if (from.length !== latentDim) {
    throw new OptionError(
      `coordinatePlane: expected an origin of ${latentDim} numbers, got ${from.length}`,
    );
  }
  const axes = chosen.map((dimension) =>
    Array.from({ length: latentDim }, (_, i) => (i === dimension ? 1 : 0))
  );
  // The origin counts for the other dimensions alone, so that x and y are z's own coordinates.
  const rest = Array.from(from, (value, i) => (chosen.includes(i) ? 0 : value));
  return { latentDim, origin: rest, axes, names: chosen.map((i) => `z${i + 1}`) };
}

/**
 * The plane through the codes' mean along two principal components, counted from 0. Its unit is one
 * standard deviation of the codes, so that a grid of normal quantiles covers what the codes cover.
 */
export function principalPlane(
  pca: PrincipalComponents,
  which: readonly [number, number] = [0, 1],
): LatentPlane {
  const chosen = pca.dimensions === 1 ? [0] : [...which];
  const axes = chosen.map((k) => {
    if (!pca.components[k]) {
      throw new OptionError(
        `principalPlane: expected components from 0 to ${pca.dimensions - 1}, got ${k}`,
      );
    }
    // A component along which the codes do not vary keeps a direction all the same.
    const deviation = Math.sqrt(pca.variances[k]) || 1;
    return Array.from(pca.components[k], (value) => value * deviation);
  });
  return {
    latentDim: pca.dimensions,
    origin: Array.from(pca.mean),
    axes,
    names: chosen.map((k) => `component ${k + 1}`),
  };
}

/**
 * The plane to look at codes by default: z itself for one or two dimensions, for more the codes' first two
 * principal components.
 */
export function planeOf(codes: Codes): LatentPlane {
  const { latentDim } = asCodes("planeOf", codes);
  return latentDim <= 2 ? coordinatePlane(latentDim) : principalPlane(principalComponents(codes));
}

/** Where codes lie on a plane: their orthogonal projection, x and y; y is 0 on a strip. */
export function ontoPlane(plane: LatentPlane, codes: Codes): Codes {
  requireArguments("ontoPlane", { plane: [aPlane, plane] });
  const { latentDim, origin, axes } = plane;
  const { count, labels, classNames } = asCodes("ontoPlane", codes);
  if (codes.latentDim !== latentDim) {
    throw new OptionError(
      `ontoPlane: codes: expected latentDim ${latentDim}, as the plane's, got ${codes.latentDim}`,
    );
  }
  const points = new Float32Array(count * 2);
  axes.forEach((axis, k) => {
    const squared = axis.reduce((sum, value) => sum + value * value, 0);
    for (let i = 0; i < count; i++) {
      const code = codes.row(i);
      let dot = 0;
      for (let j = 0; j < latentDim; j++) dot += (code[j] - origin[j]) * axis[j];
      points[i * 2 + k] = dot / squared;
    }
  });
  return new Codes(points, 2, { labels, classNames });
}
