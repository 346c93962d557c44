/** A run's pictures: two grids per epoch, kept as files, and the animation that they make. */
import { decode } from "fast-png";
import { type Animation, encodeAnimation, type Frame } from "./gif.ts";
import { imageGrid } from "./image_grid.ts";
import { encodePng } from "./png.ts";
import { fewerGreys, type Raster } from "./raster.ts";

/** `image` shows reconstructions of fixed digits, `prior` fixed draws from the prior. */
export type EpochImageKind = "image" | "prior";

/** Pixel means of one epoch, [count · height · width] each. */
export interface EpochSamples {
  reconstructions: Float32Array;
  prior: Float32Array;
}

/** The grids' bitmap pixels per CSS pixel. */
const density = 1;

/** `<folder>/images/image_at_epoch_0007.png` */
export function epochImagePath(folder: string, epoch: number, kind: EpochImageKind): string {
  return `${folder}/images/${kind}_at_epoch_${String(epoch).padStart(4, "0")}.png`;
}

/**
 * Writes both grids of an epoch (4×4 for 16 images, black between them) and returns them.
 *
 * @param shape [height, width] of an image
 */
export async function saveEpochImages(
  folder: string,
  epoch: number,
  samples: EpochSamples,
  [height, width]: readonly number[],
): Promise<Record<EpochImageKind, Raster>> {
  await Deno.mkdir(`${folder}/images`, { recursive: true });
  const grid = (pixels: Float32Array) =>
    imageGrid(pixels, { height, width, gap: 1, background: 96, density });
  const grids = { image: grid(samples.reconstructions), prior: grid(samples.prior) };
  for (const kind of ["image", "prior"] as const) {
    await Deno.writeFile(epochImagePath(folder, epoch, kind), encodePng(grids[kind]));
  }
  return grids;
}

/**
 * The grid of one epoch as it was written.
 *
 * @throws Error naming the epochs there are, where this one is missing
 */
export async function readEpochImage(
  folder: string,
  epoch: number,
  kind: EpochImageKind = "image",
): Promise<Raster> {
  try {
    const { width, height, data } = decode(
      await Deno.readFile(epochImagePath(folder, epoch, kind)),
    );
    return { width, height, data: Uint8Array.from(data), channels: 1, density };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const epochs = await savedEpochs(folder, kind);
    const there = epochs.length > 0 ? `epochs ${epochs.join(", ")}` : "no epoch";
    throw new Error(`There is no picture of epoch ${epoch}: "${folder}" has ${there}`);
  }
}

/** The epochs whose grids a run has written, in order. */
export async function savedEpochs(folder: string, kind: EpochImageKind): Promise<number[]> {
  const epochs: number[] = [];
  try {
    for await (const { name } of Deno.readDir(`${folder}/images`)) {
      const match = name.match(new RegExp(`^${kind}_at_epoch_(\\d{4,})\\.png$`));
      if (match) epochs.push(Number(match[1]));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return epochs.sort((a, b) => a - b);
}

/**
 * All frames of this run in order, each with its epoch in a caption, the last held longer; written
 * as `cvae.gif` (or `prior.gif`) into the run's folder, or another one.
 *
 * @param captions text after `epoch N`, by epoch, as in ` · test −ELBO 165.2`
 */
export async function saveEpochAnimation(
  folder: string,
  kind: EpochImageKind,
  captions: ReadonlyMap<number, string> = new Map(),
  target = folder,
): Promise<Animation & { path: string }> {
  const frames: Frame[] = [];
  for (const epoch of await savedEpochs(folder, kind)) {
    const caption = `epoch ${epoch}${captions.get(epoch) ?? ""}`;
    frames.push({ raster: fewerGreys(await readEpochImage(folder, epoch, kind), 32), caption });
  }
  const animation = encodeAnimation(frames);
  const path = `${target}/${kind === "image" ? "cvae" : "prior"}.gif`;
  await Deno.mkdir(target, { recursive: true });
  await Deno.writeFile(path, animation.gif);
  return { ...animation, path };
}
