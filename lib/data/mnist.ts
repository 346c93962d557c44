/** MNIST (LeCun, Cortes & Burges 1998): found, downloaded or replaced, but never taken unverified. */
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { readIfThere, writeAtomically } from "../files.ts";
import { parseOptions } from "../options.ts";
import { dataFolder, projectRoot } from "../project.ts";
import { type Dataset, richDataset } from "./dataset.ts";
import { createImageSet, type ImageSet } from "./image_set.ts";
import { download, DownloadError } from "./download.ts";
import { type Checksum, isGzip, verified } from "./checksum.ts";
import { type IdxArray, type IdxKind, parseIdx } from "./idx.ts";
import { digitNames } from "./labels.ts";
import { loadSyntheticDigits } from "./synthetic_digits.ts";

/** One of the four files: training images and labels, test images and labels, in this order. */
export interface MnistFile extends Checksum {
  name: string;
  kind: IdxKind;
  /** Size of the original gzip file: what a progress bar counts to. */
  gzipBytes: number;
}

/** The four files; sizes and checksums are those of the decompressed bytes. */
export const mnistFiles: readonly MnistFile[] = [
  {
    name: "train-images-idx3-ubyte",
    kind: "images",
    bytes: 47_040_016,
    gzipBytes: 9_912_422,
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  {
    name: "train-labels-idx1-ubyte",
    kind: "labels",
    bytes: 60_008,
    gzipBytes: 28_881,
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  {
    name: "t10k-images-idx3-ubyte",
    kind: "images",
    bytes: 7_840_016,
    gzipBytes: 1_648_877,
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  {
    name: "t10k-labels-idx1-ubyte",
    kind: "labels",
    bytes: 10_008,
    gzipBytes: 4_542,
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
];

/** Public mirrors of the original files, asked in this order. */
export const mnistMirrors: readonly string[] = [
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
];

/** How far loading is; only what can take seconds is reported. */
export interface LoadProgress {
  phase: "downloading" | "drawing";
  unit: "bytes" | "images";
  done: number;
  total: number;
}

const optionsSchema = z.strictObject({
  /** `auto`: MNIST, or synthetic digits where it cannot be had; `mnist` and `synthetic` insist. */
  source: z.enum(["auto", "mnist", "synthetic"]).default("auto"),
  /** Where the caches `mnist/` and `synthetic/` lie; the project's `data/`. */
  folder: z.string().default(dataFolder),
  /** A folder with the four files, gzip or plain, looked into first; MNIST_DIR, null for none. */
  mnistDir: z.string().nullable().optional(),
  progress: z.custom<(progress: LoadProgress) => void>(
    (value) => typeof value === "function",
    "expected a function",
  ).optional(),
  mirrors: z.array(z.url()).default([...mnistMirrors]),
  /** Other files of the same four roles, as those of Fashion-MNIST. */
  files: z.custom<readonly MnistFile[]>(
    (value) => Array.isArray(value) && value.length === 4,
    "expected four files",
  ).default(mnistFiles),
  timeoutSeconds: z.number().positive().default(10),
  attempts: z.int().min(1).default(2),
  pauseSeconds: z.number().min(0).default(1),
  /** Of the synthetic digits, should they be needed. */
  syntheticSeed: z.int().default(0),
  syntheticTrainCount: z.int().min(1).default(60_000),
  syntheticTestCount: z.int().min(1).default(10_000),
});

/** Options of `loadMnist`. */
export type LoadOptions = z.input<typeof optionsSchema>;
type ParsedOptions = z.infer<typeof optionsSchema>;

/**
 * MNIST, train 60,000 and test 10,000 images of 28×28×1, from the first place that has it: the folder
 * MNIST_DIR names (a relative one counts from the project's folder), the cache `data/mnist/`, the
 * mirrors. Every file's decompressed bytes are verified. A damaged cache is downloaded again.
 *
 * @throws OptionError naming the option that cannot be used
 * @throws Error where a file in MNIST_DIR is not MNIST's: that folder is the reader's own, so nothing
 * else is taken in its place
 * @throws DownloadError where MNIST cannot be had and `source` is `mnist`
 *
 * @example
 * ```ts
 * import { loadMnist } from "./mnist.ts";
 *
 * const { train, test } = await loadMnist();
 * console.log(train.count, test.count); // 60000 10000
 * ```
 */
export async function loadMnist(options: LoadOptions = {}): Promise<Dataset> {
  const parsed = parseOptions(optionsSchema, options, "loadMnist");
  return richDataset(await load(parsed));
}

async function load(parsed: ParsedOptions): Promise<Dataset> {
  if (parsed.source === "synthetic") return await synthetic(parsed, "as asked for");
  try {
    return await original(parsed);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (parsed.source === "mnist") {
      const own = ownFolder(parsed);
      throw new DownloadError(
        `MNIST cannot be had, and source: "mnist" forbids synthetic digits in its place. ` +
          `${own ? `MNIST_DIR (${own}) does not hold it` : "MNIST_DIR is not set"}; ` +
          `${join(parsed.folder, "mnist")} does not hold it; ${error.message}`,
      );
    }
    return await synthetic(parsed, "because MNIST is neither on this machine nor to be downloaded");
  }
}

async function original(options: ParsedOptions): Promise<Dataset> {
  const places = new Set<string>();
  // The mirror that answered last is asked first for the next file.
  const mirrors = [...options.mirrors];
  const total = options.files.reduce((sum, file) => sum + file.gzipBytes, 0);
  let before = 0;
  const arrays: IdxArray[] = [];
  for (const file of options.files) {
    const { plain, place } = await find(file, options, mirrors, (received) =>
      options.progress?.({
        phase: "downloading",
        unit: "bytes",
        done: before + Math.min(received, file.gzipBytes),
        total,
      }));
    before += file.gzipBytes;
    places.add(place);
    arrays.push(parseIdx(plain, file.kind, file.name));
  }
  const [trainImages, trainLabels, testImages, testLabels] = arrays;
  const set = (name: string, images: IdxArray, labels: IdxArray) =>
    createImageSet({
      name,
      pixels: images.data,
      labels: labels.data,
      shape: [images.shape[1], images.shape[2], 1],
      classNames: digitNames,
    });
  return {
    train: set("MNIST train", trainImages, trainLabels),
    test: set("MNIST test", testImages, testLabels),
    source: "mnist",
    note: `MNIST, ${[...places].join(" and ")}.`,
  };
}

function ownFolder({ mnistDir }: ParsedOptions): string | null {
  const named = mnistDir === undefined ? Deno.env.get("MNIST_DIR") : mnistDir;
  return named ? isAbsolute(named) ? named : join(projectRoot, named) : null;
}

async function find(
  file: MnistFile,
  options: ParsedOptions,
  mirrors: string[],
  onBytes: (received: number) => void,
): Promise<{ plain: Uint8Array<ArrayBuffer>; place: string }> {
  const own = ownFolder(options);
  if (own) {
    for (const path of [join(own, `${file.name}.gz`), join(own, file.name)]) {
      const bytes = await readIfThere(path);
      if (!bytes) continue;
      try {
        return {
          plain: await verified(bytes, file, path),
          place: "read from a copy on this machine",
        };
      } catch (error) {
        throw new Error(`MNIST_DIR holds a file that is not MNIST's: ${(error as Error).message}`);
      }
    }
  }
  const cache = join(options.folder, "mnist");
  for (const path of [join(cache, `${file.name}.gz`), join(cache, file.name)]) {
    const bytes = await readIfThere(path);
    const plain = bytes && await verified(bytes, file, path).catch(() => null);
    if (plain) return { plain, place: "read from the cache data/mnist/" };
  }
  const got = await download(`${file.name}.gz`, file, mirrors, options, onBytes);
  mirrors.sort((a, b) => Number(b === got.mirror) - Number(a === got.mirror));
  const path = join(cache, isGzip(got.stored) ? `${file.name}.gz` : file.name);
  const kept = await writeAtomically(path, got.stored).then(() => "", () => " (and not kept)");
  return { plain: got.plain, place: `downloaded from ${new URL(got.mirror).host}${kept}` };
}

async function synthetic(options: ParsedOptions, why: string): Promise<Dataset> {
  const sets: { train: ImageSet; test: ImageSet } = await loadSyntheticDigits({
    folder: join(options.folder, "synthetic"),
    seed: options.syntheticSeed,
    trainCount: options.syntheticTrainCount,
    testCount: options.syntheticTestCount,
    progress: (done, total) =>
      options.progress?.({ phase: "drawing", unit: "images", done, total }),
  });
  return {
    ...sets,
    source: "synthetic",
    note:
      `Synthetic digits, drawn by a program, ${why}: everything works the same, but losses and ` +
      `pictures do not compare with those on MNIST.`,
  };
}
