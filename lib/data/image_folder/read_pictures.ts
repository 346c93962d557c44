/** A folder's pictures, read and fitted: from a cache, as long as nothing has changed. */
import { basename, join } from "node:path";
import { z } from "zod";
import { hashText } from "../../hash.ts";
import { OptionError } from "../../options.ts";
import { stoppable } from "../../stop.ts";
import { readWhole, replaceWhole } from "../../whole_folder.ts";
import type { ImageShape } from "../images.ts";
import { listed } from "../reader_path.ts";
import { decodePicture } from "./decode.ts";
import { type Fit, fitPicture } from "./fit_picture.ts";
import type { PictureFile } from "./list_pictures.ts";

/** Part of what a cache must agree in: raise it when the same file gives other bytes. */
const version = 1;

/** What every picture is made to. */
export interface Wanted {
  shape: ImageShape;
  fit: Fit;
  background: "white" | "black";
}

const aboutSchema = z.strictObject({
  /** Hash of names, sizes, times of change and of what was wanted. */
  of: z.string(),
  names: z.array(z.string()),
  unreadable: z.array(z.string()),
});

/** All pictures that could be read. */
export interface Pictures {
  /** Of those that could be read, in the order of the list. */
  names: string[];
  /** Name and reason of the others. */
  unreadable: string[];
  /** [names.length · height · width · channels] */
  pixels: Uint8Array;
  /** Whether the cache has them now. */
  kept: boolean;
}

/**
 * @param root the folder's whole path
 * @param cache folder of all caches
 * @param mostUnreadable as a share of all
 * @throws OptionError where more cannot be read, with the list of them
 */
export async function readPictures(
  root: string,
  files: readonly PictureFile[],
  wanted: Wanted,
  { cache, mostUnreadable, where, progress }: {
    cache: string;
    mostUnreadable: number;
    where: string;
    progress: (done: number) => void;
  },
): Promise<Pictures> {
  const of = hashText(JSON.stringify([version, wanted, files]));
  const name = basename(root).replace(/[^\w-]+/g, "_");
  const place = join(cache, `${name}-${hashText(JSON.stringify([root, wanted]))}`);
  const before = await readCache(place, of);
  const { names, unreadable, pixels } = before ?? await readAll(root, files, wanted, progress);
  if (unreadable.length > mostUnreadable * files.length) {
    throw new OptionError(
      `${where}: ${unreadable.length} of ${files.length} pictures cannot be read: ` +
        `${listed(unreadable, "; ")}; \`mostUnreadable\` says how large a share is left out`,
    );
  }
  const about = new TextEncoder().encode(JSON.stringify({ of, names, unreadable }));
  const kept = before !== null ||
    await replaceWhole(place, new Map([["about.json", about], ["pixels", pixels]]))
      .then(() => true, () => false);
  return { names, unreadable, pixels, kept };
}

async function readCache(place: string, of: string) {
  try {
    const files = await readWhole(place);
    const about = aboutSchema.parse(JSON.parse(new TextDecoder().decode(files.get("about.json"))));
    return about.of === of ? { ...about, pixels: files.get("pixels")! } : null;
  } catch {
    return null;
  }
}

async function readAll(
  root: string,
  files: readonly PictureFile[],
  { shape, fit, background }: Wanted,
  progress: (done: number) => void,
) {
  const size = shape.reduce((product, side) => product * side, 1);
  const pixels = new Uint8Array(files.length * size);
  const names: string[] = [], unreadable: string[] = [];
  using work = stoppable("reading pictures");
  for (const [i, { name }] of files.entries()) {
    try {
      const picture = await decodePicture(await Deno.readFile(join(root, name)));
      const image = fitPicture(picture, shape, fit, background === "white" ? 255 : 0);
      pixels.set(image, names.length * size);
      names.push(name);
    } catch (error) {
      unreadable.push(`${name} (${(error as Error).message})`);
    }
    progress(i + 1);
    await work.turn();
  }
  return { names, unreadable, pixels: pixels.slice(0, names.length * size) };
}
