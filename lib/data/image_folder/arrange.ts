/** Which class and which part of a dataset each picture belongs to, by its name alone. */
import { OptionError } from "../../options.ts";
import { RandomStream } from "../../random.ts";
import { mostClasses } from "../labels.ts";
import { listed } from "../reader_path.ts";

/** One of two sets: indices of its names, in their order, and a class number for each where there are classes. */
export interface Part {
  indices: number[];
  labels: number[] | null;
}

/** How a folder's pictures make a dataset. */
export interface Arrangement {
  train: Part;
  test: Part;
  classNames: string[] | null;
  /** Pictures of a third part, which none of the two sets has. */
  passedOver: number;
}

/** What decides on it. */
export interface ArrangeOptions {
  labels: "subfolders" | "none";
  testShare?: number;
  seed: number;
}

const defaultShare = 0.1;
const trainNames = ["train", "training"];
/** The favourite first. */
const testNames = ["test", "testing", "val", "valid", "validation"];

/**
 * Classes are the subfolders, sorted by name. Where the folder itself holds nothing but `train` and `test` (or
 * `val`), those are the parts; else a picture's part is drawn by the seed and its name, so that it stays where
 * it is when others are added. Neither part is empty.
 *
 * @param names paths with `/`, sorted
 * @throws OptionError where pictures lie in subfolders and beside them, there are too many classes or too few
 *   pictures, or a share is asked for where the folder is divided already
 */
export function arrange(
  names: readonly string[],
  { labels, testShare, seed }: ArrangeOptions,
  where: string,
): Arrangement {
  const given = givenParts(names);
  if (given && testShare !== undefined) {
    throw new OptionError(
      `${where}: testShare: the folder has its parts already, ${given.train}/ and ${given.test}/`,
    );
  }
  const within = given ? names.map((name) => name.slice(name.indexOf("/") + 1)) : names;
  const partOf = given ? byFolder(names, given) : byShare(names, testShare ?? defaultShare, seed);
  const used = [...names.keys()].filter((i) => partOf[i] !== null);
  const classNames = labels === "none" ? null : classesOf(used.map((i) => within[i]), where);
  const part = (wanted: "train" | "test"): Part => {
    const indices = used.filter((i) => partOf[i] === wanted);
    const label = (i: number) => classNames!.indexOf(topOf(within[i])!);
    return { indices, labels: classNames && indices.map(label) };
  };
  const [train, test] = [part("train"), part("test")];
  if (train.indices.length === 0 || test.indices.length === 0) {
    throw new OptionError(`${where}: expected at least two pictures, got ${names.length}`);
  }
  return { train, test, classNames, passedOver: names.length - used.length };
}

const topOf = (name: string) => name.includes("/") ? name.split("/")[0] : null;

/** The folders that divide all pictures into parts; null where others lie beside them. */
function givenParts(names: readonly string[]): { train: string; test: string } | null {
  const tops = [...new Set(names.map(topOf))];
  const find = (wanted: readonly string[]) =>
    wanted.map((name) => tops.find((top) => top?.toLowerCase() === name)).find((top) => top);
  const [train, test] = [find(trainNames), find(testNames)];
  const known = [...trainNames, ...testNames];
  if (!train || !test || !tops.every((top) => top && known.includes(top.toLowerCase()))) {
    return null;
  }
  return { train, test };
}

type PartName = "train" | "test" | null;

function byFolder(names: readonly string[], given: { train: string; test: string }): PartName[] {
  return names.map((name) => {
    const top = topOf(name);
    return top === given.train ? "train" : top === given.test ? "test" : null;
  });
}

function byShare(names: readonly string[], share: number, seed: number): PartName[] {
  const draws = names.map((name) => new RandomStream(seed, `test share ${name}`).uniform());
  const parts: PartName[] = draws.map((draw) => draw < share ? "test" : "train");
  if (names.length < 2) return parts;
  // Of few pictures perhaps none is drawn: then the one that is nearest to it.
  const nearest = (best: number) => draws.indexOf(best);
  if (!parts.includes("test")) parts[nearest(Math.min(...draws))] = "test";
  if (!parts.includes("train")) parts[nearest(Math.max(...draws))] = "train";
  return parts;
}

function classesOf(names: readonly string[], where: string): string[] | null {
  const beside = names.filter((name) => topOf(name) === null);
  if (beside.length === names.length) return null;
  const all = 'labels: "none" takes all, without classes';
  if (beside.length > 0) {
    throw new OptionError(
      `${where}: ${
        names.length - beside.length
      } pictures lie in subfolders, which are classes, and ` +
        `${beside.length} beside them (${listed(beside)}); ${all}`,
    );
  }
  const classes = [...new Set(names.map((name) => topOf(name)!))].sort();
  if (classes.length > mostClasses) {
    throw new OptionError(
      `${where}: expected at most ${mostClasses} subfolders as classes, got ${classes.length}; ${all}`,
    );
  }
  return classes;
}
