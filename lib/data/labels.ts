/** The classes of labelled images: numbers, and the words for them. */
import { aLabelled, requireArguments } from "../kinds.ts";
import { OptionError, said } from "../options.ts";

/** Labels are bytes. */
export const mostClasses = 256;

/** The names of classes that are digits. */
export const digitNames: readonly string[] = [..."0123456789"];

/** What has classes, where they are known: an image set, or codes. */
export interface Labelled {
  /** One class number per image; null where none are known. */
  labels: Uint8Array | null;
  /** The word for each class number; null where the numbers are the names. */
  classNames: readonly string[] | null;
}

/**
 * Class numbers as bytes, once it is clear that they are class numbers.
 *
 * @param where begins the message, as in `createImageSet: my photos: labels`
 * @throws OptionError with the value found: for other than one whole number per image, one-hot rows, names,
 *   and numbers that have no class
 */
export function checkedLabels(
  where: string,
  labels: ArrayLike<number>,
  count: number,
  classNames: readonly string[] | null = null,
): Uint8Array {
  const fail = (message: string) => {
    throw new OptionError(`${where}: ${message}`);
  };
  if (typeof labels !== "object" || typeof labels?.length !== "number") {
    fail(`expected a Uint8Array or an array of class numbers, got ${labels}`);
  }
  if (labels.length > 0 && typeof labels[0] === "object") {
    fail(
      "expected class numbers, got one-hot rows; " +
        "`labels.map((row) => row.indexOf(1))` turns them into numbers",
    );
  }
  if (labels.length !== count) {
    const rows = labels.length / count;
    const hint = Number.isInteger(rows) && rows > 1
      ? `: are they one-hot rows of ${rows}? The class is where a row's 1 stands`
      : "";
    fail(`expected ${count}, one for each, got ${labels.length}${hint}`);
  }
  const classes = classNames?.length ?? mostClasses;
  for (let i = 0; i < count; i++) {
    const label: unknown = labels[i];
    if (typeof label === "string") {
      fail(`expected class numbers, got "${label}" (at ${i}); words belong into \`classNames\``);
    }
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes) continue;
    fail(
      `expected whole numbers from 0 to ${classes - 1}, ` +
        `${classNames ? "as there are class names" : `at most ${mostClasses} classes`}, ` +
        `got ${label} (at ${i})`,
    );
  }
  return labels instanceof Uint8Array ? labels : Uint8Array.from(labels);
}

/**
 * The labels, where a function cannot do without.
 *
 * @throws OptionError where there are none
 */
export function labelsOf(where: string, { labels }: Labelled): Uint8Array {
  if (labels) return labels;
  throw new OptionError(`${where}: expected labels, got none`);
}

/** The word for a class; its number where classes have no names. */
export function nameOfClass({ classNames }: Pick<Labelled, "classNames">, label: number): string {
  return classNames?.[label] ?? String(label);
}

/**
 * The word for the class of one image: `className(test, 3)` is "sandal", or "7" where classes have no names.
 *
 * @throws OptionError where there are no labels, or no such image
 */
export function className(set: Labelled, index: number): string {
  requireArguments("className", { set: [aLabelled, set] });
  const labels = labelsOf("className", set);
  if (!(index in labels)) {
    throw new OptionError(
      `className: index: expected an integer from 0 to ${labels.length - 1}, got ${said(index)}`,
    );
  }
  return nameOfClass(set, labels[index]);
}

/** How many classes there are: as many as names, else up to the largest label; 0 without labels. */
export function countClasses({ labels, classNames }: Labelled): number {
  if (!labels) return 0;
  return classNames?.length ?? labels.reduce((most, label) => Math.max(most, label + 1), 0);
}

/**
 * How many images each class has: `classCounts(set)[7]` is the number of sevens.
 *
 * @throws OptionError where there are no labels
 */
export function classCounts(set: Labelled): number[] {
  requireArguments("classCounts", { set: [aLabelled, set] });
  const counts = new Array<number>(countClasses(set)).fill(0);
  for (const label of labelsOf("classCounts", set)) counts[label]++;
  return counts;
}
