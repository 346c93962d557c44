/** One dimension at a time: what does a decoder draw as a single number of the code changes? */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import { aCount, aModel, numbers, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { linearSteps } from "../steps.ts";
import { type Decodes } from "./encode.ts";
import { type DecodedGrid, decodeGrid, type LatentGrid } from "./manifold.ts";

/** The indices of the `k` largest values, largest first: with KL per dimension, the ones in use. */
export function largestDimensions(values: ArrayLike<number>, k: number): number[] {
  requireArguments("largestDimensions", { values: [numbers, values], k: [aCount, k] });
  return Array.from(values, (_, i) => i).sort((i, j) => values[j] - values[i]).slice(0, k);
}

const traversalSchema = z.strictObject({
  /** The code to start from, [latentDim]; zeros by default. */
  base: z.custom<ArrayLike<number>>(
    (value) => Array.isArray(value) || ArrayBuffer.isView(value),
    "expected an array of numbers",
  ).optional(),
  /** Which dimensions change, one row each, counted from 0. */
  dimensions: z.array(z.int().min(0)).min(1),
  /** The values each takes, one column each; seven from −3 to 3 by default. */
  values: z.array(z.number()).min(1).default(linearSteps(7, -3, 3)),
});
const decodedSchema = traversalSchema.extend({
  /** Of a conditional model: the class of every image. */
  label: z.int().min(0).optional(),
});
export type TraversalOptions = z.input<typeof decodedSchema>;

/**
 * One row per dimension: the base's code with that dimension set to each value.
 *
 * @throws OptionError, as where a dimension or the base does not fit
 */
export function traversalGrid(
  latentDim: number,
  options: z.input<typeof traversalSchema>,
): LatentGrid {
  const { base = new Float32Array(latentDim), dimensions, values } = parseOptions(
    traversalSchema,
    options,
    "traversal",
  );
  if (base.length !== latentDim) {
    throw new OptionError(`traversal: base: expected ${latentDim} numbers, got ${base.length}`);
  }
  const codes = new Codes(
    new Float32Array(dimensions.length * values.length * latentDim),
    latentDim,
  );
  dimensions.forEach((dimension, row) => {
    if (dimension >= latentDim) {
      throw new OptionError(
        `traversal: dimensions: expected integers from 0 to ${latentDim - 1}, got ${dimension}`,
      );
    }
    values.forEach((value, column) => {
      const code = codes.row(row * values.length + column);
      code.set(Array.from(base));
      code[dimension] = value;
    });
  });
  return {
    rows: dimensions.length,
    columns: values.length,
    xs: values,
    ys: dimensions,
    names: dimensions.map((dimension) => `z${dimension + 1}`),
    codes,
  };
}

/**
 * Decodes a traversal in one batch.
 *
 * @throws OptionError
 */
export async function traversal(model: Decodes, options: TraversalOptions): Promise<DecodedGrid> {
  requireArguments("traversal", { model: [aModel, model] });
  const { label, ...grid } = parseOptions(decodedSchema, options, "traversal");
  return await decodeGrid(model, traversalGrid(model.config.latentDim, grid), { label });
}
