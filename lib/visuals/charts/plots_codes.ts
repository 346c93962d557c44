/** Codes of any latent space as one figure: a strip, the plane, or the plane where they vary most. */
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { type LatentPlane, ontoPlane, planeOf } from "../../latent/plane.ts";
import { aFrameOfCodes, aText, listOf, requireArguments } from "../../kinds.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { type Figure, figureRaster } from "./figure.ts";
import type { Frame } from "../raster/gif.ts";
import { domainOf } from "./latent_points.ts";
import { latentScatter, scatterFrames } from "./latent_scatter.ts";
import { latentStrip } from "./latent_strip.ts";

/** A plane's axis as it is written: `z1` as `z₁`, `component 1` as `PC₁`. */
export function axisName(name: string): string {
  requireArguments("axisName", { name: [aText, name] });
  return name.replace("component ", "PC")
    .replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}

const figureSchema = z.strictObject({
  /** For more than one dimension; `planeOf(codes)` by default. */
  plane: z.custom<LatentPlane>(
    (value) => Array.isArray((value as LatentPlane)?.axes),
    "expected a plane, as planeOf gives it",
  ).optional(),
  title: z.string().optional(),
  /** Side of the square plot in CSS pixels. */
  size: z.int().min(200).max(1000).optional(),
  /** [from, to] of both axes. */
  domain: z.tuple([z.number(), z.number()]).optional(),
});
export type CodesFigureOptions = z.input<typeof figureSchema>;

/**
 * A scatter of codes by class, in one colour where they have no labels. For latentDim 1 a row for each
 * class; for more than 2 the codes' shadow on a plane, by default that of their first two principal
 * components.
 *
 * @throws OptionError
 */
export function codesFigure(codes: Codes, options: CodesFigureOptions = {}): Figure {
  const { plane = planeOf(codes), title, size, domain } = parseOptions(
    figureSchema,
    options,
    "codesFigure",
  );
  const { latentDim } = codes;
  if (latentDim === 1) return latentStrip(codes, { title, domain });
  const [xLabel, yLabel] = plane.names.map(axisName);
  const note = latentDim > 2
    ? `PC: a principal component of the ${latentDim} dimensions, in standard deviations.`
    : undefined;
  return latentScatter(ontoPlane(plane, codes), { title, xLabel, yLabel, size, domain, note });
}

const framesSchema = z.strictObject({
  size: z.int().min(200).max(1000).default(420),
  /** Bitmap pixels per CSS pixel: 2 is sharp on dense screens, 1 keeps the file small. */
  density: z.int().min(1).max(2).default(1),
});

/**
 * Frames of the same images' codes, epoch by epoch, on axes that stay: for `encodeAnimation`. More than
 * two dimensions are seen on the plane of the last epoch's codes.
 *
 * @param epochs codes, with the line to write below
 * @throws OptionError
 */
export function codesFrames(
  epochs: readonly { codes: Codes; caption: string }[],
  options: z.input<typeof framesSchema> = {},
): Frame[] {
  requireArguments("codesFrames", { epochs: [listOf(aFrameOfCodes), epochs] });
  const { size, density } = parseOptions(framesSchema, options, "codesFrames");
  const last = epochs.at(-1)?.codes;
  if (!last) throw new OptionError("codesFrames: epochs: expected one or more, got none");
  if (last.latentDim === 1) {
    const domain = domainOf(epochs.map(({ codes }) => codes));
    return epochs.map(({ codes, caption }) => ({
      raster: figureRaster(latentStrip(codes, { domain, width: size }), density),
      caption,
    }));
  }
  const plane = planeOf(last);
  const [xLabel, yLabel] = plane.names.map(axisName);
  const seen = epochs.map(({ codes, caption }) => ({ codes: ontoPlane(plane, codes), caption }));
  return scatterFrames(seen, { size, density, xLabel, yLabel });
}
