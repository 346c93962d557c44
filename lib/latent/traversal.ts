/** One dimension at a time: what does a decoder draw as a single number of the code changes? */
import { type Decodes } from "./encode.ts";
import { type DecodedGrid, decodeGrid, type LatentGrid } from "./manifold.ts";
import { linearSteps } from "./normal_quantile.ts";

/** The indices of the `k` largest values, largest first: with KL per dimension, the ones in use. */
export function largestDimensions(values: ArrayLike<number>, k: number): number[] {
  return Array.from(values, (_, i) => i).sort((i, j) => values[j] - values[i]).slice(0, k);
}

/** Options of a traversal. */
export interface TraversalOptions {
  /** The code to start from, [latentDim]; zeros by default. */
  base?: ArrayLike<number>;
  /** Which dimensions change, one row each, counted from 0. */
  dimensions: number[];
  /** The values each takes, one column each; seven from −3 to 3 by default. */
  values?: number[];
}

/**
 * One row per dimension: the base's code with that dimension set to each value.
 *
 * @throws RangeError where a dimension or the base does not fit
 */
export function traversalGrid(latentDim: number, options: TraversalOptions): LatentGrid {
  const { base = new Float32Array(latentDim), dimensions, values = linearSteps(7, -3, 3) } =
    options;
  if (base.length !== latentDim) {
    throw new RangeError(`traversal: expected a base of ${latentDim} numbers, got ${base.length}`);
  }
  const codes = new Float32Array(dimensions.length * values.length * latentDim);
  dimensions.forEach((dimension, row) => {
    if (!Number.isInteger(dimension) || dimension < 0 || dimension >= latentDim) {
      throw new RangeError(
        `traversal: expected dimensions from 0 to ${latentDim - 1}, got ${dimension}`,
      );
    }
    values.forEach((value, column) => {
      const start = (row * values.length + column) * latentDim;
      codes.set(Array.from(base), start);
      codes[start + dimension] = value;
    });
  });
  return {
    latentDim,
    rows: dimensions.length,
    columns: values.length,
    xs: values,
    ys: dimensions,
    names: dimensions.map((dimension) => `z${dimension + 1}`),
    codes,
  };
}

/** Decodes a traversal in one batch. */
export function traversal(model: Decodes, options: TraversalOptions): Promise<DecodedGrid> {
  return decodeGrid(model, traversalGrid(model.config.latentDim, options));
}
