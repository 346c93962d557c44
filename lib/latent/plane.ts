/** A window on a latent space of any size: a strip for one dimension, else a plane through it. */
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
  origin: ArrayLike<number> = new Float32Array(latentDim),
): LatentPlane {
  const chosen = latentDim === 1 ? [0] : [...dimensions];
  for (const dimension of chosen) {
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= latentDim) {
      throw new RangeError(
        `coordinatePlane: expected dimensions from 0 to ${latentDim - 1}, got ${dimension}`,
      );
    }
  }
  if (origin.length !== latentDim) {
    throw new RangeError(
      `coordinatePlane: expected an origin of ${latentDim} numbers, got ${origin.length}`,
    );
  }
  const axes = chosen.map((dimension) =>
    Array.from({ length: latentDim }, (_, i) => (i === dimension ? 1 : 0))
  );
  // The origin counts for the other dimensions alone, so that x and y are z's own coordinates.
  const rest = Array.from(origin, (value, i) => (chosen.includes(i) ? 0 : value));
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
      throw new RangeError(
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
 * The plane to look at by default: z itself for one or two dimensions, for more the first two principal
 * components of the codes, or the first two dimensions where no codes are given.
 *
 * @param codes [n · latentDim]
 */
export function planeOf(latentDim: number, codes?: ArrayLike<number>): LatentPlane {
  if (latentDim <= 2 || !codes) return coordinatePlane(latentDim);
  return principalPlane(principalComponents(codes, latentDim));
}

/**
 * Where codes lie on a plane, [n · 2] (x and y; y is 0 on a strip): their orthogonal projection.
 *
 * @param codes [n · latentDim]
 */
export function ontoPlane(plane: LatentPlane, codes: ArrayLike<number>): Float32Array {
  const { latentDim, origin, axes } = plane;
  const points = new Float32Array((codes.length / latentDim) * 2);
  axes.forEach((axis, k) => {
    const squared = axis.reduce((sum, value) => sum + value * value, 0);
    for (let row = 0; row * latentDim < codes.length; row++) {
      let dot = 0;
      for (let i = 0; i < latentDim; i++) dot += (codes[row * latentDim + i] - origin[i]) * axis[i];
      points[row * 2 + k] = dot / squared;
    }
  });
  return points;
}
