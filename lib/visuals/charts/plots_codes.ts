/** Codes of any latent space as one figure: a strip, the plane, or the plane where they vary most. */
import { type LatentPlane, ontoPlane, planeOf } from "../../latent/plane.ts";
import { type Figure, figureRaster } from "./figure.ts";
import type { Frame } from "../raster/gif.ts";
import { domainOf, latentScatter, latentStrip, scatterFrames } from "./plots_latent.ts";

/** What `encodeAll` gives, as far as it is drawn. */
export interface DrawnCodes {
  /** [count · latentDim] */
  means: ArrayLike<number>;
  labels: ArrayLike<number>;
  latentDim: number;
}

/** A plane's axis as it is written: `z1` as `z₁`, `component 1` as `PC₁`. */
export function axisName(name: string): string {
  return name.replace("component ", "PC")
    .replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}

/**
 * A scatter of codes by label. For latentDim 1 a row for each digit; for more than 2 the codes' shadow
 * on a plane, by default that of their first two principal components.
 */
export function codesFigure(
  { means, labels, latentDim }: DrawnCodes,
  { plane = planeOf(latentDim, means), title, size, domain }: {
    plane?: LatentPlane;
    title?: string;
    size?: number;
    domain?: [number, number];
  } = {},
): Figure {
  if (latentDim === 1) return latentStrip({ codes: means, labels }, { title });
  const [xLabel, yLabel] = plane.names.map(axisName);
  const codes = ontoPlane(plane, means);
  const note = latentDim > 2
    ? `PC: a principal component of the ${latentDim} dimensions, in standard deviations.`
    : undefined;
  return latentScatter({ codes, labels }, { title, xLabel, yLabel, size, domain, note });
}

/**
 * Frames of the same images' codes, epoch by epoch, on axes that stay: for `encodeAnimation`. More than
 * two dimensions are seen on the plane of the last epoch's codes.
 *
 * @param epochs means [count · latentDim] each, with the line to write below
 */
export function codesFrames(
  epochs: readonly { means: ArrayLike<number>; caption: string }[],
  { labels, latentDim, size = 420 }: {
    labels: ArrayLike<number>;
    latentDim: number;
    size?: number;
  },
): Frame[] {
  if (latentDim === 1) {
    const domain = domainOf(epochs.map(({ means }) => ({ codes: means })));
    return epochs.map(({ means, caption }) => ({
      raster: figureRaster(latentStrip({ codes: means, labels }, { domain, width: size }), 1),
      caption,
    }));
  }
  const plane = planeOf(latentDim, epochs.at(-1)?.means);
  const [xLabel, yLabel] = plane.names.map(axisName);
  const seen = epochs.map(({ means, caption }) => ({
    codes: ontoPlane(plane, means),
    labels,
    caption,
  }));
  return scatterFrames(seen, { size, xLabel, yLabel });
}
