/** Draws of wished-for classes from a conditional model. */
import { z } from "zod";
import { Codes } from "../data/codes.ts";
import type { Images } from "../data/images.ts";
import { aModel, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { range } from "../steps.ts";
import { decodeCodes, type Decodes } from "./encode.ts";
import { priorCodes } from "./samples.ts";

const classDrawsSchema = z.strictObject({
  /** Which classes, a row of pictures each; all by default. */
  classes: z.array(z.int().min(0)).min(1).optional(),
  /** Pictures in a row. */
  count: z.int().min(1).default(10),
  seed: z.int().default(1),
});
export type ClassDrawsOptions = z.input<typeof classDrawsSchema>;

/**
 * A row of pictures for each class, of the same draws z ~ N(0, I) in every row: down a column only the class changes.
 *
 * @returns pixel means, row after row, and the codes with their labels
 * @throws OptionError for a model that is not conditional
 *
 * @example
 * ```ts
 * import type { Model } from "../models/mod.ts";
 * import { imageGrid } from "../visuals/mod.ts";
 * import { classDraws } from "./class_draws.ts";
 *
 * async function digitsInRows(model: Model) {
 *   const { images } = await classDraws(model, { count: 8 });
 *   return imageGrid(images, { columns: 8 });
 * }
 * ```
 */
export async function classDraws(
  model: Decodes,
  options: ClassDrawsOptions = {},
): Promise<{ images: Images; codes: Codes }> {
  const { count, seed, ...wished } = parseOptions(classDrawsSchema, options, "classDraws");
  requireArguments("classDraws", { model: [aModel, model] });
  const { latentDim, classes: known } = model.config;
  if (!known) {
    throw new OptionError(
      "classDraws: expected a conditional model, whose networks are told the class, got another",
    );
  }
  const classes = wished.classes ?? [...range(0, known)];
  const row = priorCodes(latentDim, { count, seed });
  const values = new Float32Array(classes.length * row.values.length);
  classes.forEach((_, i) => values.set(row.values, i * row.values.length));
  const labels = classes.flatMap((label) => Array<number>(count).fill(label));
  const codes = new Codes(values, latentDim, { labels });
  return { images: await decodeCodes(model, codes), codes };
}
