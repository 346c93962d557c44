/** A run's pictures: two grids per epoch, kept as files, and the animation that they make. */
import { decode } from "fast-png";
import { z } from "zod";
import { Images, type ImageShape } from "../data/images.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import {
  aCount,
  aFolder,
  anImageSet,
  aRaster,
  type Kind,
  numbers,
  oneOf,
  requireArguments,
} from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { pathSchema } from "../path_option.ts";
import { stoppable } from "../stop.ts";
import { DamagedError } from "../checksums.ts";
import { type Animation, encodeAnimation, type Frame } from "../visuals/raster/gif.ts";
import { imageGrid, scaleFor } from "../visuals/raster/image_grid.ts";
import { encodePng } from "../visuals/raster/png.ts";
import { fewerGreys, type Raster } from "../visuals/raster/raster.ts";

/** `image` shows fixed images, each over its reconstruction, `prior` fixed draws from the prior. */
export type EpochImageKind = "image" | "prior";

/** Pixel means of one epoch. */
export interface EpochSamples {
  /** What was reconstructed: the same at every epoch. */
  originals: Images;
  reconstructions: Images;
  prior: Images;
}

const someSamples: Kind = {
  what: "{ originals, reconstructions, prior }, as `renderFixedSamples` gives",
  holds: (value) =>
    [value?.originals, value?.reconstructions, value?.prior].every((one) => anImageSet.holds(one)),
};
const someGrids: Kind = {
  what: "{ image, prior }, as `drawEpoch` gives",
  holds: (value) => aRaster.holds(value?.image) && aRaster.holds(value.prior),
};
/** The names of `EpochImageKind`. */
const anImageKind = oneOf(["image", "prior"]);

const style = { gap: 1, density: 2 } as const;
/** About how wide an image is, in CSS pixels. */
const side = 56;

/** How the grids of images of one size are laid out; `columns` counts pairs in `image`, draws in `prior`. */
function layoutFor(shape: Pick<Images, "height" | "width">) {
  const scale = scaleFor(shape, side);
  return {
    ...style,
    scale,
    columns: { image: shape.width * scale > 1.5 * side ? 4 : 8, prior: 4 },
  };
}

/** Few enough that most pixels are equal in two frames, and files small; more look no better. */
const greys = 16;
const rowNames = ["original", "reconstruction"];

/** `<folder>/images/image_at_epoch_0007.png` */
export function epochImagePath(folder: string, epoch: number, kind: EpochImageKind): string {
  return `${folder}/images/${kind}_at_epoch_${String(epoch).padStart(4, "0")}.png`;
}

/** Both grids of an epoch. */
export function drawEpoch(samples: EpochSamples): Record<EpochImageKind, Raster> {
  requireArguments("drawEpoch", { samples: [someSamples, samples] });
  const { originals, reconstructions, prior } = samples;
  const { columns, ...layout } = layoutFor(originals);
  const pairs = interleave(originals, reconstructions, columns.image);
  const rows = Math.ceil(pairs.count / columns.image);
  const rowLabels = Array.from({ length: rows }, (_, i) => rowNames[i % 2]);
  return {
    image: imageGrid(pairs, { ...layout, columns: columns.image, rowLabels }),
    prior: imageGrid(prior, { ...layout, columns: columns.prior }),
  };
}

/** Writes both grids of an epoch, each whole or not at all. */
export async function saveEpochImages(
  folder: string,
  epoch: number,
  grids: Record<EpochImageKind, Raster>,
): Promise<void> {
  requireArguments("saveEpochImages", {
    grids: [someGrids, grids],
    folder: [aFolder, folder],
    epoch: [aCount, epoch],
  });
  for (const kind of ["image", "prior"] as const) {
    await writeAtomically(epochImagePath(folder, epoch, kind), encodePng(grids[kind]));
  }
}

/** A row of `a`, a row of `b`, the next row of `a` …; what is missing in a last row is white. */
function interleave(a: Images, b: Images, columns: number): Images {
  const rows = Math.ceil(a.count / columns), row = columns * a.size;
  const both = new Float32Array(2 * rows * row).fill(1);
  for (let i = 0; i < rows; i++) {
    both.set(a.slice(i * columns, (i + 1) * columns).pixels, 2 * i * row);
    both.set(b.slice(i * columns, (i + 1) * columns).pixels, (2 * i + 1) * row);
  }
  return new Images(both, a.shape);
}

/**
 * The grid of one epoch as it was written.
 *
 * @throws OptionError naming the epochs there are, where this one is missing
 * @throws DamagedError naming a file that is no whole picture
 */
export async function readEpochImage(
  folder: string,
  epoch: number,
  kind: EpochImageKind = "image",
): Promise<Raster> {
  requireArguments("readEpochImage", {
    folder: [aFolder, folder],
    epoch: [aCount, epoch],
    kind: [anImageKind, kind],
  });
  const path = epochImagePath(folder, epoch, kind);
  const file = await readIfThere(path);
  if (!file) {
    const epochs = await savedEpochs(folder, kind);
    const there = epochs.length > 0 ? `epochs ${epochs.join(", ")}` : "no epoch";
    throw new OptionError(`There is no picture of epoch ${epoch}: "${folder}" has ${there}`);
  }
  try {
    const { width, height, data, channels } = decode(file, { checkCrc: true });
    const bytes = Uint8Array.from(data);
    const { density } = style;
    return { width, height, data: bytes, channels: channels === 3 ? 3 : 1, density };
  } catch {
    throw new DamagedError(`"${path}" is damaged: it is no whole PNG picture`);
  }
}

/**
 * An epoch's images, read back from their grid: what was saved, to within half a 255th; white where a last
 * row has a place to spare.
 *
 * @param shape of one image, as `model.config.inputShape`
 * @throws OptionError as `readEpochImage`
 */
export async function readEpochSamples(
  folder: string,
  epoch: number,
  which: keyof EpochSamples,
  shape: ImageShape,
): Promise<Images> {
  requireArguments("readEpochSamples", {
    folder: [aFolder, folder],
    epoch: [aCount, epoch],
    which: [oneOf(["originals", "reconstructions", "prior"]), which],
    shape: [numbers, shape],
  });
  const [height, width, channels] = shape;
  const kind = which === "prior" ? "prior" : "image";
  const grid = await readEpochImage(folder, epoch, kind);
  const { scale, gap, density, columns } = layoutFor({ height, width });
  const [stepX, stepY] = [width, height].map((length) => (length * scale + gap) * density);
  // Counted from the right: the names of the rows stand at the left.
  const left = grid.width + gap * density - columns[kind] * stepX;
  const rows = Math.round((grid.height + gap * density) / stepY);
  const bytes: number[] = [];
  for (let row = which === "reconstructions" ? 1 : 0; row < rows; row += kind === "image" ? 2 : 1) {
    for (let column = 0; column < columns[kind]; column++) {
      for (let i = 0; i < height * width; i++) {
        const x = left + column * stepX + (i % width) * scale * density;
        const y = row * stepY + Math.floor(i / width) * scale * density;
        const at = (y * grid.width + x) * channels;
        for (let c = 0; c < channels; c++) bytes.push(grid.data[at + c]);
      }
    }
  }
  return new Images(Uint8Array.from(bytes), shape);
}

/** The epochs whose grids a run has written, in order. */
export async function savedEpochs(folder: string, kind: EpochImageKind): Promise<number[]> {
  requireArguments("savedEpochs", { folder: [aFolder, folder], kind: [anImageKind, kind] });
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

const animationSchema = z.strictObject({
  /** Text after `epoch N`, by epoch, as in ` · test −ELBO 165.2`. */
  captions: z.map(z.number(), z.string()).default(() => new Map()),
  /** Another folder to write into. */
  target: pathSchema.optional(),
});

/**
 * All frames of this run in order, each with its epoch in a caption, the last held longer; written
 * as `cvae.gif` (or `prior.gif`) into the run's folder, or another one.
 *
 * @throws OptionError
 * @throws StoppedError
 */
export async function saveEpochAnimation(
  folder: string,
  kind: EpochImageKind,
  options: z.input<typeof animationSchema> = {},
): Promise<Animation & { path: string }> {
  requireArguments("saveEpochAnimation", { folder: [aFolder, folder], kind: [anImageKind, kind] });
  const { captions, target = folder } = parseOptions(
    animationSchema,
    options,
    "saveEpochAnimation",
  );
  const frames: Frame[] = [];
  using work = stoppable("making an animation");
  for (const epoch of await savedEpochs(folder, kind)) {
    const caption = `epoch ${epoch}${captions.get(epoch) ?? ""}`;
    const raster = await readEpochImage(folder, epoch, kind);
    // Fewer shades of red, green and blue would tint what is grey.
    frames.push({ raster: raster.channels === 1 ? fewerGreys(raster, greys) : raster, caption });
    await work.turn();
  }
  const animation = encodeAnimation(frames);
  const path = `${target}/${kind === "image" ? "cvae" : "prior"}.gif`;
  await writeAtomically(path, animation.gif);
  return { ...animation, path };
}
