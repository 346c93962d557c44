/** Grids of codes over a latent space, and what a decoder makes of them. */
import { decodeCodes, type Decodes, type Progress } from "./encode.ts";
import { normalQuantiles } from "./normal_quantile.ts";
import { coordinatePlane, type LatentPlane } from "./plane.ts";

/** Codes at the crossings of columns and rows, row after row. */
export interface LatentGrid {
  latentDim: number;
  rows: number;
  columns: number;
  /** One coordinate per column, left to right. */
  xs: number[];
  /** One per row, top to bottom. */
  ys: number[];
  /** What the coordinates are, as in `z1`, `z2`. */
  names: string[];
  /** [rows · columns · latentDim] */
  codes: Float32Array;
}

/** A grid with the pixel means decoded from its codes. */
export interface DecodedGrid extends LatentGrid {
  /** [rows · columns · height · width · channels], in [0, 1] */
  pixels: Float32Array;
  height: number;
  width: number;
  channels: number;
}

/** The codes at every crossing of columns and rows; a strip has one row. */
export function gridOn(plane: LatentPlane, xs: number[], ys: number[]): LatentGrid {
  const { latentDim, origin, axes: [u, v], names } = plane;
  const rows = v ? ys : [0];
  const codes = new Float32Array(rows.length * xs.length * latentDim);
  let next = 0;
  for (const y of rows) {
    for (const x of xs) {
      for (let i = 0; i < latentDim; i++) codes[next++] = origin[i] + x * u[i] + (v ? y * v[i] : 0);
    }
  }
  return { latentDim, rows: rows.length, columns: xs.length, xs, ys: rows, names, codes };
}

/** What all grids share. */
export interface GridOptions {
  /** z's own plane by default; see `planeOf` for more than two dimensions. */
  plane?: LatentPlane;
  /**
   * Whether the second coordinate rises upward, as in a scatter of the same codes (the default);
   * downward, as the rows of TensorFlow's tutorial, where false.
   */
  upward?: boolean;
}

/**
 * n × n codes at normal quantiles of both coordinates, z = [x_j, y_i]. Each cell stands for the same
 * share of the prior. For latentDim 1 a strip of n.
 */
export function manifoldGrid(
  n: number,
  latentDim: number,
  { plane = coordinatePlane(latentDim), from = 0.05, to = 0.95, upward = true }:
    & GridOptions
    & { from?: number; to?: number } = {},
): LatentGrid {
  const quantiles = normalQuantiles(n, from, to);
  return gridOn(plane, quantiles, upward ? quantiles.toReversed() : quantiles);
}

/**
 * Codes in equal steps over [from, to), the end left out: −5, −4 … 4 by default (Foster, Generative
 * Deep Learning, the autoencoder's chapter). It looks beyond where the codes lie.
 *
 * @throws RangeError where the steps do not lead from `from` to `to`
 */
export function linearGrid(
  latentDim: number,
  { plane = coordinatePlane(latentDim), from = -5, to = 5, step = 1, upward = true }:
    & GridOptions
    & { from?: number; to?: number; step?: number } = {},
): LatentGrid {
  // A hair is taken off so that 2.1 in steps of 0.7 is not 4 steps by rounding.
  const count = Math.ceil((to - from) / step - 1e-9);
  if (!(count >= 1 && Number.isFinite(count))) {
    throw new RangeError(
      `linearGrid: expected a step that leads from ${from} to ${to}, got ${step}`,
    );
  }
  const values = Array.from({ length: count }, (_, i) => from + i * step);
  return gridOn(plane, values, upward ? values.toReversed() : values);
}

/** Decodes a whole grid in one batch. */
export async function decodeGrid(
  model: Decodes,
  grid: LatentGrid,
  progress?: Progress,
): Promise<DecodedGrid> {
  const [height, width, channels] = model.config.inputShape;
  const batchSize = grid.rows * grid.columns;
  const pixels = await decodeCodes(model, grid.codes, { batchSize, progress });
  return { ...grid, pixels, height, width, channels };
}
