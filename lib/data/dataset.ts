/** What a model learns from and what it is judged by. */
import { z } from "zod";
import { formatNumber } from "../numbers.ts";
import { OptionError, parseOptions } from "../options.ts";
import { markdownTable, plainMarkdown, withMarkdown } from "../rich.ts";
import type { ImageShape } from "./images.ts";
import type { ImageSet } from "./image_set.ts";
import { classCounts, nameOfClass } from "./labels.ts";

/** Two sets of images of one shape and the same classes. */
export interface Dataset {
  train: ImageSet;
  test: ImageSet;
  /** A key of `imageNames`, or a name of the reader's: a run records what it learnt from. */
  source: string;
  /** One sentence: where the images came from. */
  note: string;
}

/** What the images of the project's loaders are called in sentences, by `source`. */
export const imageNames: Record<string, string> = {
  mnist: "MNIST digits",
  synthetic: "synthetic digits",
  "synthetic-shapes": "synthetic shapes",
  "fashion-mnist": "Fashion-MNIST images",
  kmnist: "KMNIST characters",
  cifar10: "CIFAR-10 images",
};

const nameOf = (source: string) =>
  Object.hasOwn(imageNames, source) ? imageNames[source] : undefined;

/** What a source's images are called in sentences: `60,000 MNIST digits`, `500 images of "my photos"`. */
export function imagesOf(source: string, count: number): string {
  return `${formatNumber(count)} ${nameOf(source) ?? `images of "${source}"`}`;
}

const datasetSchema = z.strictObject({
  train: z.custom<ImageSet>(),
  test: z.custom<ImageSet>(),
  source: z.string().min(1),
  note: z.string().optional(),
});

/** Options of `createDataset`. */
export type DatasetOptions = z.input<typeof datasetSchema>;

/**
 * A dataset of the reader's own two sets. `holdOut` splits a test set off where there is none.
 *
 * @param options `source` is a name of your own: runs on these images are found again by it, and by their
 *   bytes; `note` says in one sentence where they came from
 * @throws OptionError where a set is missing or empty, the two have other shapes or classes, or `source`
 *   is the name of one of the project's sets
 *
 * @example
 * ```ts
 * import { createDataset } from "./dataset.ts";
 * import { holdOut, type ImageSet } from "./image_set.ts";
 *
 * function split(drawings: ImageSet) {
 *   const { train, validation } = holdOut(drawings, 500, 1);
 *   return createDataset({ train, test: validation, source: "my drawings" });
 * }
 * ```
 */
export function createDataset(options: DatasetOptions): Dataset {
  const { train, test, source, note } = parseOptions(datasetSchema, options, "createDataset");
  if (nameOf(source)) {
    throw new OptionError(
      `createDataset: source: expected a name of your own, got "${source}", ` +
        `which are the ${nameOf(source)}`,
    );
  }
  const dataset = { train, test, source, note: note ?? `Images of "${source}".` };
  checkDataset("createDataset", dataset);
  return richDataset(dataset);
}

/**
 * @param where begins the message
 * @param read the shape of images that the model reads, where there is one
 * @throws OptionError where a set is missing or empty, has another number of bytes or labels than it says, or
 *   has images of another shape or class than the other set's, and where no source is named
 */
export function checkDataset(where: string, dataset: Dataset, read?: ImageShape): void {
  const fail = (message: string) => {
    throw new OptionError(`${where}: ${message}`);
  };
  for (const part of ["train", "test"] as const) {
    const set = dataset?.[part];
    if (!set) {
      fail(`expected { train, test }, got no ${part} set; \`holdOut\` splits one off another`);
    }
    if (!(set.count >= 1)) fail(`expected at least one ${part} image, got ${set.count}`);
    const shape: ImageShape = [set.height, set.width, set.channels];
    const other = read ?? shapeOf(dataset.train);
    if (shape.join() !== other.join()) {
      fail(
        `expected ${part} images of ${other.join("×")}, as ${
          read ? "the model reads" : "those of train"
        }, got ${shape.join("×")} ("${set.name}")`,
      );
    }
    const wanted = set.count * set.height * set.width * set.channels;
    if (set.pixels.length !== wanted) {
      fail(
        `expected ${wanted} bytes for ${set.count} ${part} images of ${shape.join("×")}, ` +
          `got ${set.pixels.length}`,
      );
    }
    if (set.labels && set.labels.length !== set.count) {
      fail(`expected ${set.count} labels of ${part} images, got ${set.labels.length}`);
    }
  }
  const { train, test, source } = dataset;
  const [own, others] = [train, test].map(({ classNames }) => classNames?.join(", ") ?? "none");
  if (own !== others) fail(`expected the same class names in both, got ${own} and ${others}`);
  if (!source) {
    fail(
      'expected a source, as in `source: "my photos"`, got none: a run records what it learnt from',
    );
  }
}

const shapeOf = ({ height, width, channels }: ImageSet): ImageShape => [height, width, channels];

/** The dataset, showing itself as a table where it is the last line of a cell. */
export function richDataset(dataset: Dataset): Dataset {
  return withMarkdown(dataset, () => {
    const rows = [dataset.train, dataset.test].map((set) => ({
      set: set.name,
      images: set.count,
      "shape of one": `${set.height} × ${set.width} × ${set.channels}`,
      "of each class": describeClasses(set),
    }));
    return `${plainMarkdown(dataset.note)}\n\n${markdownTable(rows)}`;
  });
}

/** More than so many are not counted one by one. */
const fewClasses = 12;

function describeClasses(set: ImageSet): string {
  if (!set.labels) return "no labels";
  const counts = classCounts(set);
  if (counts.length <= fewClasses) {
    return counts.map((n, label) => `${nameOfClass(set, label)}: ${formatNumber(n)}`).join(", ");
  }
  const [least, most] = [Math.min(...counts), Math.max(...counts)].map((n) => formatNumber(n));
  return `${counts.length} classes, ${least === most ? least : `${least} to ${most}`} of each`;
}
