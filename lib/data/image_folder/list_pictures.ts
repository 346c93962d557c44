/** What pictures lie in a folder and below it. */
import { join } from "node:path";
import { OptionError } from "../../options.ts";
import { listed, quotedPath, readerPath, whyNoFolder } from "../reader_path.ts";

/** A file that may be a picture. */
export interface PictureFile {
  /** Its path in the folder, with `/`. */
  name: string;
  bytes: number;
  /** When it was changed, in milliseconds. */
  changed: number;
}

/** Pictures by name, and how many other files there are of each ending, as in `2 .txt`. */
export interface Listing {
  pictures: PictureFile[];
  others: string[];
}

const endings = ["png", "jpg", "jpeg", "jfif", "webp"];
/** Folders that programs leave beside pictures, with thumbnails or nothing in them. */
const byPrograms = ["__MACOSX", "@eaDir"];

/**
 * All PNG, JPEG and WebP files of a folder and its subfolders by their endings, sorted by name; links are
 * followed, hidden files are passed over.
 *
 * @throws OptionError where there is no such folder, or no picture in it, saying what is there
 */
export async function listPictures(path: string, where: string): Promise<Listing> {
  const pictures: PictureFile[] = [], others = new Map<string, number>();
  try {
    await listInto({ pictures, others }, readerPath(path), "", new Set());
  } catch (error) {
    throw new OptionError(`${where}: ${quotedPath(path)}: ${whyNoFolder(error)}`);
  }
  const counted = [...others].map(([ending, count]) => `${count} ${ending}`).sort();
  if (pictures.length === 0) {
    throw new OptionError(
      `${where}: ${quotedPath(path)}: looked there and in its subfolders for ${
        endings.join(", ")
      }; ` +
        `found ${listed(counted)}`,
    );
  }
  return { pictures: pictures.sort((a, b) => a.name < b.name ? -1 : 1), others: counted };
}

/** @param above real paths of the folders that this one lies in: a link to one of them would have no end */
async function listInto(
  found: { pictures: PictureFile[]; others: Map<string, number> },
  root: string,
  folder: string,
  above: ReadonlySet<string>,
): Promise<void> {
  const path = join(root, folder), real = await Deno.realPath(path);
  if (above.has(real)) return;
  for await (const entry of Deno.readDir(path)) {
    if (entry.name.startsWith(".") || byPrograms.includes(entry.name)) continue;
    const name = folder ? `${folder}/${entry.name}` : entry.name;
    // A link to nothing is no picture.
    const info = await Deno.stat(join(root, name)).catch(() => null);
    if (info?.isDirectory) await listInto(found, root, name, new Set([...above, real]));
    if (!info?.isFile) continue;
    const ending = entry.name.includes(".") ? entry.name.split(".").at(-1)!.toLowerCase() : "";
    if (endings.includes(ending)) {
      found.pictures.push({ name, bytes: info.size, changed: info.mtime?.getTime() ?? 0 });
    } else {
      const kind = ending ? `.${ending}` : "without ending";
      found.others.set(kind, (found.others.get(kind) ?? 0) + 1);
    }
  }
}
