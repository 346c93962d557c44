/** Where a code lies on the plane that is shown, and back. */
import type { LatentPlane } from "../../../latent/plane.ts";

/** The two half axes of an ellipse, as vectors; of a strip the second is 0. */
export type HalfAxes = [number[], number[]];

/** Coordinates on the plane of codes [latentDim], by its axes at right angles to each other. */
export function createProjection({ origin, axes }: Pick<LatentPlane, "origin" | "axes">) {
  const latentDim = origin.length;
  const squared = axes.map((axis) => axis.reduce((sum, value) => sum + value * value, 0));
  const project = (z: ArrayLike<number>): number[] =>
    axes.map((axis, k) =>
      axis.reduce((sum, value, i) => sum + value * (z[i] - origin[i]), 0) / squared[k]
    );
  /** The shadow that a Gaussian of these sigmas, one per dimension, throws on the plane. */
  function ellipse(sigma: ArrayLike<number>): HalfAxes {
    const covariance = (k: number, l: number) =>
      axes[k].reduce((sum, value, i) => sum + value * axes[l][i] * sigma[i] ** 2, 0) /
      (squared[k] * squared[l]);
    const a = covariance(0, 0);
    if (axes.length === 1) return [[Math.sqrt(a), 0], [0, 0]];
    const b = covariance(0, 1), c = covariance(1, 1);
    const angle = Math.atan2(2 * b, a - c) / 2, spread = Math.hypot((a - c) / 2, b);
    const [long, short] = [(a + c) / 2 + spread, (a + c) / 2 - spread].map((variance) =>
      Math.sqrt(Math.max(0, variance))
    );
    return [
      [long * Math.cos(angle), long * Math.sin(angle)],
      [-short * Math.sin(angle), short * Math.cos(angle)],
    ];
  }
  return {
    project,
    /** Of codes [n · latentDim], [n · 2]; 0 in place of what a strip lacks. */
    projectAll(codes: Float32Array): Float32Array {
      const points = new Float32Array(2 * codes.length / latentDim);
      for (let i = 0; i < codes.length / latentDim; i++) {
        points.set(project(codes.subarray(i * latentDim, (i + 1) * latentDim)), 2 * i);
      }
      return points;
    },
    /** Where a point of the plane goes as one number of its code grows. */
    direction: (dimension: number): number[] => axes.map((axis, k) => axis[dimension] / squared[k]),
    /** The middle and the half axes of a Gaussian's shadow. */
    shadow(mean: ArrayLike<number>, sigma: ArrayLike<number>) {
      const [x, y = 0] = project(mean);
      return { x, y, axes: ellipse(sigma) };
    },
    /** Moves z, in place, to a place on the plane; what lies at right angles to the plane stays. */
    move(z: Float32Array, to: ArrayLike<number>) {
      const from = project(z);
      axes.forEach((axis, k) => {
        for (let i = 0; i < z.length; i++) z[i] += (to[k] - from[k]) * axis[i];
      });
    },
  };
}
