/** A public image set: found, downloaded or replaced, but never taken unverified. */
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../../files.ts";
import { parseOptions } from "../../options.ts";
import { pathSchema } from "../../path_option.ts";
import { dataFolder } from "../../project.ts";
import { StoppedError } from "../../stop.ts";
import { isGzip } from "../checksum.ts";
import { type Dataset, richDataset } from "../dataset.ts";
import { createImageSet } from "../image_set.ts";
import { download, DownloadError } from "../download.ts";
import { memoryPart, openPartFile } from "../part_file.ts";
import { progressSchema } from "../progress.ts";
import { loadSynthetic } from "../synthetic.ts";
import { ownFolder, readOwnFolder } from "./own_folder.ts";
import type { Parts, PublicSet, Source } from "./public_set.ts";
import { type FolderFiles, readFolder, verifiedParts } from "./read_folder.ts";

const optionsSchema = z.strictObject({
  /** `auto`: the set, or synthetic pictures where it cannot be had; the others insist. */
  source: z.string().default("auto"),
  /** Where the caches lie, one for each source; the project's `data/`. */
  folder: pathSchema.default(dataFolder),
  /** A folder that holds the set; the set's environment variable by default, null for none. */
  dir: pathSchema.nullable().optional(),
  /** Addresses in the place of the set's own, the favourite first. */
  mirrors: z.array(z.url()).optional(),
  progress: progressSchema.optional(),
  timeoutSeconds: z.number().positive().default(10),
  attempts: z.int().min(1).default(2),
  pauseSeconds: z.number().min(0).default(1),
  /** Of the synthetic pictures, should they be needed. */
  syntheticSeed: z.int().default(0),
  syntheticTrainCount: z.int().min(1).default(60_000),
  syntheticTestCount: z.int().min(1).default(10_000),
});
type ParsedOptions = z.infer<typeof optionsSchema>;

/** Options of a public set's loader. */
export interface LoadOptions<Source extends string = string>
  extends Omit<z.input<typeof optionsSchema>, "source"> {
  source?: "auto" | Source | "synthetic";
}

/**
 * A set, from the first place that has it: the folder that `dir` or the set's environment variable names, the
 * cache `data/<source>/`, the mirrors. Every file's bytes are verified. A damaged cache is downloaded
 * again. Where none has it, synthetic pictures stand in, with a source of their own, and the note says why.
 *
 * @throws OptionError naming the option that cannot be used, or where a folder is named and does not hold the
 * set: it is the reader's own, so nothing else is taken in its place
 * @throws DownloadError where the set cannot be had and `source` insists on it
 */
export async function loadPublicSet(
  set: PublicSet,
  options: LoadOptions,
): Promise<Dataset> {
  const source = z.enum(["auto", set.source, "synthetic"]).default("auto");
  const parsed = parseOptions(optionsSchema.extend({ source }), options, set.loader);
  return richDataset(await load(set, parsed));
}

async function load(set: PublicSet, options: ParsedOptions): Promise<Dataset> {
  if (options.source === "synthetic") return await standIn(set, options, "as asked for");
  try {
    return await original(set, options);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const why = `${set.title} cannot be had: ${set.variable} is not set; ${error.message}`;
    if (options.source === "auto") return await standIn(set, options, `because ${why}`);
    throw new DownloadError(
      `${why}; and source: "${set.source}" forbids synthetic pictures in its place`,
    );
  }
}

async function original(set: PublicSet, options: ParsedOptions): Promise<Dataset> {
  const own = ownFolder(set, options.dir);
  const { plain, place } = own
    ? { plain: await readOwnFolder(set, own), place: "read from a copy on this machine" }
    : await cachedOrDownloaded(set, options);
  const { shape, classNames } = set;
  const parts = set.parse(set.files.map(({ name }) => plain.get(name)!));
  return {
    train: createImageSet({ name: `${set.title} train`, ...parts.train, shape, classNames }),
    test: createImageSet({ name: `${set.title} test`, ...parts.test, shape, classNames }),
    source: set.source,
    note: `${set.title}, ${place}.${place.includes("downloaded") ? ` ${set.credit}.` : ""}`,
  };
}

async function cachedOrDownloaded(
  set: PublicSet,
  options: ParsedOptions,
): Promise<{ plain: FolderFiles["plain"]; place: string }> {
  const cache = join(options.folder, set.source);
  const { plain, missing, wrong } = await readFolder(set, cache);
  const places = new Set(plain.size > 0 ? [`read from the cache data/${set.source}/`] : []);
  // The mirror that answered last is asked first for the next file.
  const mirrors = [...options.mirrors ?? set.mirrors];
  const total = set.downloads.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const source of set.downloads) {
    const report = (received: number) =>
      options.progress?.({
        phase: "downloading",
        unit: "bytes",
        done: before + Math.min(received, source.bytes),
        total,
      });
    if (source.holds.some((name) => missing.includes(name))) {
      const got = await fetched(set, source, cache, mirrors, options, report).catch((error) => {
        if (!(error instanceof DownloadError)) throw error;
        const damaged = wrong.map((text) => ` (damaged: ${text})`).join("");
        throw new DownloadError(`${cache} does not hold it${damaged}; ${error.message}`);
      });
      for (const [name, bytes] of got.plain) plain.set(name, bytes);
      places.add(got.place);
    }
    before += source.bytes;
  }
  return { plain, place: [...places].join(" and ") };
}

/** One file of a mirror: its parts verified, and kept in the cache where that can be written. */
async function fetched(
  set: PublicSet,
  source: Source,
  cache: string,
  mirrors: string[],
  options: ParsedOptions,
  report: (received: number) => void,
): Promise<{ plain: FolderFiles["plain"]; place: string }> {
  const { part, waited } = await partOf(source, cache, report);
  await using _ = part;
  if (waited) {
    const { plain, missing } = await readFolder(set, cache);
    if (missing.length === 0) return { plain, place: "downloaded by another process" };
  }
  const size = set.files.filter(({ name }) => source.holds.includes(name))
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const wanted = {
    // Bytes that do not compress grow a little in gzip: 5 bytes per block of 32 kB and a header.
    limit: size * 1.001 + 100_000,
    async check(stored: Uint8Array<ArrayBuffer>) {
      const parts: Parts = await source.unpack?.(stored) ?? new Map([[source.holds[0], stored]]);
      return { parts, plain: await verifiedParts(set, parts, source.holds) };
    },
  };
  const { checked, mirror } = await download(source.name, wanted, mirrors, options, report, part);
  mirrors.sort((a, b) => Number(b === mirror) - Number(a === mirror));
  const kept = await keep(cache, checked.parts, source).then(() => "", () => " (and not kept)");
  await part.clear();
  return { plain: checked.plain, place: `downloaded from ${new URL(mirror).host}${kept}` };
}

/** What a large file is put together in; memory, where no file can be written or locked. */
async function partOf({ name, resumable }: Source, cache: string, report: (n: number) => void) {
  const inMemory = { part: memoryPart(), waited: false };
  if (!resumable) return inMemory;
  return await openPartFile(join(cache, `${name}.part`), report).catch((error) => {
    if (error instanceof StoppedError) throw error;
    return inMemory;
  });
}

async function keep(cache: string, parts: Parts, { holds }: Source): Promise<void> {
  for (const name of holds) {
    const bytes = parts.get(name)!;
    await writeAtomically(join(cache, isGzip(bytes) ? `${name}.gz` : name), bytes);
  }
}

async function standIn(set: PublicSet, options: ParsedOptions, why: string): Promise<Dataset> {
  const { words, source } = set.standIn;
  const { train, test, kept } = await loadSynthetic(set.standIn, {
    folder: join(options.folder, "synthetic"),
    seed: options.syntheticSeed,
    trainCount: options.syntheticTrainCount,
    testCount: options.syntheticTestCount,
    progress: (done, total) =>
      options.progress?.({ phase: "drawing", unit: "images", done, total }),
  });
  return {
    train,
    test,
    source,
    note: `${words[0].toUpperCase()}${words.slice(1)}, drawn by a program` +
      `${
        kept ? "" : " (and not kept)"
      }, ${why}. Everything works the same, but losses and pictures ` +
      `do not compare with those on ${set.title}.`,
  };
}
