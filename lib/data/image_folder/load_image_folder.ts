/** A folder of pictures becomes a dataset. */
import { basename, join } from "node:path";
import { z } from "zod";
import { sharedMemory } from "../../host.ts";
import { aFolder, requireArguments } from "../../kinds.ts";
import { formatNumber } from "../../numbers.ts";
import { parseOptions } from "../../options.ts";
import { pathSchema } from "../../path_option.ts";
import { dataFolder } from "../../project.ts";
import { createDataset, type Dataset, imageNames } from "../dataset.ts";
import { createImageSet } from "../image_set.ts";
import type { ImageShape } from "../images.ts";
import { progressSchema } from "../progress.ts";
import { listed, quotedPath, readerPath } from "../reader_path.ts";
import { arrange, type Part } from "./arrange.ts";
import { fits } from "./fit_picture.ts";
import { type Listing, listPictures } from "./list_pictures.ts";
import { type Pictures, readPictures } from "./read_pictures.ts";

const side = z.int().min(1).max(1024);

const optionsSchema = z.strictObject({
  /** Of the images: a side of squares, or [height, width]. */
  size: z.union([side, z.tuple([side, side])]),
  /** 3 for colour, 1 for grey: pictures of the other kind are turned into it. */
  channels: z.union([z.literal(1), z.literal(3)]).default(3),
  /** How a picture of another aspect fits; see `Fit`. */
  fit: z.enum(fits).default("crop"),
  /** What transparent parts show, and padding. */
  background: z.enum(["white", "black"]).default("white"),
  /** `none` takes the pictures of all subfolders without classes. */
  labels: z.enum(["subfolders", "none"]).default("subfolders"),
  /** Share of the pictures that are for tests, 0.1; a folder with `train` and `test` in it has its own. */
  testShare: z.number().gt(0).lt(1).optional(),
  /** Which pictures those are. */
  seed: z.int().default(0),
  /** `Dataset.source`; the folder's name. */
  source: z.string().min(1).optional(),
  /** As a share of all: so many files that cannot be read are left out and named in the note. */
  mostUnreadable: z.number().min(0).max(1).default(0.1),
  progress: progressSchema.optional(),
  /** Where the cache `image-folders/` lies; the project's `data/`. */
  folder: pathSchema.default(dataFolder),
});

/** Options of `loadImageFolder`. */
export type ImageFolderOptions = z.input<typeof optionsSchema>;

/**
 * All PNG, JPEG and WebP pictures of a folder and its subfolders, scaled to one size; the subfolders are the
 * classes. The folder is only read. What was read is kept in `data/image-folders/`, and read again
 * where a name, size or time of change is another.
 *
 * How: see `decodePicture` (formats, orientation), `fitPicture` (scaling, transparency, grey) and `arrange`
 * (classes, training and test part).
 *
 * @param path from the project's folder, or whole; `~` is the home folder
 * @throws OptionError naming an option that cannot be used, a folder that is not there or holds no pictures,
 *   or the files where too many cannot be read
 * @throws StoppedError at Stop
 *
 * @example
 * ```ts
 * import { loadImageFolder } from "./load_image_folder.ts";
 *
 * const flowers = () => loadImageFolder("~/pictures/flowers", { size: 32, fit: "crop" });
 * ```
 */
export async function loadImageFolder(path: string, options: ImageFolderOptions): Promise<Dataset> {
  const where = "loadImageFolder";
  const parsed = parseOptions(optionsSchema, options, where);
  const { size, channels, fit, background, folder, mostUnreadable, progress } = parsed;
  requireArguments(where, { path: [aFolder, path] });
  const listing = await listPictures(path, where);
  const total = listing.pictures.length;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  const shape: ImageShape = [height, width, channels];
  const pictures = await readPictures(
    readerPath(path),
    listing.pictures,
    { shape, fit, background },
    {
      cache: join(folder, "image-folders"),
      mostUnreadable,
      where: `${where}: ${quotedPath(path)}`,
      progress: (done) => progress?.({ phase: "reading", unit: "images", done, total }),
    },
  );
  const arrangement = arrange(pictures.names, parsed, where);
  const name = basename(readerPath(path)), { classNames } = arrangement;
  const setOf = (words: string, { indices, labels }: Part) =>
    createImageSet({
      name: `${name} ${words}`,
      pixels: picked(pictures.pixels, indices, height * width * channels),
      labels,
      shape,
      classNames,
    });
  return createDataset({
    train: setOf("train", arrangement.train),
    test: setOf("test", arrangement.test),
    source: parsed.source ?? (name in imageNames ? `${name} (a folder)` : name),
    note: noteOf(path, pictures, listing, arrangement.passedOver),
  });
}

function picked(pixels: Uint8Array, indices: readonly number[], size: number): Uint8Array {
  const picked = new Uint8Array(sharedMemory(indices.length * size));
  indices.forEach((index, i) =>
    picked.set(pixels.subarray(index * size, (index + 1) * size), i * size)
  );
  return picked;
}

function noteOf(path: string, pictures: Pictures, { others }: Listing, passedOver: number): string {
  const { names, unreadable, kept } = pictures;
  const sentences = [
    `${formatNumber(names.length)} pictures of "${path}"${kept ? "" : " (and not kept)"}.`,
  ];
  if (unreadable.length > 0) {
    sentences.push(`Left out, as they cannot be read: ${listed(unreadable)}.`);
  }
  if (passedOver > 0) sentences.push(`${passedOver} of a third part are passed over.`);
  if (others.length > 0) sentences.push(`Other files: ${listed(others)}.`);
  return sentences.join(" ");
}
