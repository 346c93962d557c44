/** What stands for an explorer where scripts are stripped: planes of codes, images encoded and decoded. */
import { gatherPixels } from "../../data/batches.ts";
import type { Codes } from "../../data/codes.ts";
import { Images } from "../../data/images.ts";
import type { ImageSet } from "../../data/image_set.ts";
import type { PlainModel } from "../../latent/model_export.ts";
import { type LatentPlane, ontoPlane } from "../../latent/plane.ts";
import { linearSteps } from "../../steps.ts";
import { figureRaster, indexedPng } from "../charts/figure.ts";
import { domainOf } from "../charts/latent_points.ts";
import { codesFigure } from "../charts/plots_codes.ts";
import { imageRows } from "../raster/image_rows.ts";
import { fewerGreys, shownWidth } from "../raster/raster.ts";
import { sideBySide } from "../raster/side_by_side.ts";
import type { Still } from "../show/markup.ts";
import { createNetwork } from "./page/network.ts";

/** One model of the explorer, or one epoch of it. */
export interface StillSide {
  /** Written at the row of what it decodes. */
  name: string;
  model: PlainModel;
  codes?: Codes;
  /** The window on its codes; those without one are not drawn. */
  plane?: LatentPlane;
}

const columns = 6;
/** Of a plane that stands alone, and of one among several. */
const scatterSize = { alone: 280, among: 230 };

/**
 * A picture of an explorer: the sides' codes, and below each other what the sides decode: of a few images their
 * reconstructions, or, where none came along, a walk along the first dimension.
 */
export function explorerStill(title: string, sides: StillSide[], originals?: ImageSet): Still {
  const { codes } = sides[0];
  const chosen = originals && codes ? ofEachClass(codes) : [];
  const rows = Object.fromEntries([
    ...(originals && codes ? [["original", treated(originals, sides[0].model, chosen)]] : []),
    ...sides.map((side) => [side.name, decoded(side, chosen)]),
  ]);
  const drawn = sides.flatMap(({ name, codes, plane }) =>
    codes && plane ? [{ name, codes, plane }] : []
  );
  // What stands side by side has one scale.
  const domain = drawn.length > 1
    ? domainOf(drawn.map(({ codes, plane }) => ontoPlane(plane, codes)))
    : undefined;
  const size = drawn.length > 1 ? scatterSize.among : scatterSize.alone;
  const planes = drawn.map(({ name, codes, plane }) => ({
    raster: figureRaster(codesFigure(codes, { plane, domain, size })),
    caption: sides.length > 1 ? `${title}: codes, ${name}` : `${title}: codes`,
  }));
  const images = imageRows(rows, { scale: 2 });
  const caption = chosen.length > 0 ? "encoded and decoded" : "decoded, z₁ from −2.5 to 2.5";
  const picture = sideBySide([...planes, { raster: fewerGreys(images, 32), caption }]);
  return {
    png: indexedPng(picture),
    width: shownWidth(picture),
    alt: `${title}: ${planes.length > 0 ? "the codes, and " : ""}images ${caption}`,
  };
}

/** One image of each class, the first ones; without classes the first images. */
function ofEachClass({ labels, count }: Codes): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const first = labels ? all.filter((i) => labels.indexOf(labels[i]) === i) : all;
  return first.sort((a, b) => labels ? labels[a] - labels[b] : a - b).slice(0, columns);
}

function treated(set: ImageSet, { treatment, inputShape }: PlainModel, chosen: number[]): Images {
  const way = treatment === "grey" ? "grey" : "threshold";
  return new Images(
    gatherPixels(set, Uint32Array.from(chosen), way, { seed: 0, epoch: 0 }),
    inputShape,
  );
}

function decoded({ model, codes }: StillSide, chosen: number[]): Images {
  const { decoder, latentDim, inputShape } = model;
  const decode = createNetwork(decoder, [latentDim]);
  const walk = linearSteps(columns, -2.5, 2.5).map((x) =>
    new Float32Array(latentDim).fill(x, 0, 1)
  );
  const points = codes && chosen.length > 0 ? chosen.map((i) => codes.row(i).slice()) : walk;
  const size = inputShape.reduce((a, b) => a * b);
  const pixels = new Float32Array(points.length * size);
  points.forEach((z, i) => pixels.set(decode(z), i * size));
  return new Images(pixels.map((value) => Math.min(1, Math.max(0, value))), inputShape);
}
