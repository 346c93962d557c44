/**
 * What arguments may be. Cells are not type-checked, so that anything can come in at a door of `lib/`: what
 * is not of the kind that is wanted is refused there, in one line, before it fails further in.
 */
import { OptionError, said } from "./options.ts";

/** A kind of value, by the words a message uses for it. It looks at what a value has, not at its class. */
export interface Kind {
  what: string;
  // deno-lint-ignore no-explicit-any
  holds: (value: any) => boolean;
  /** Said behind `what`: what a value is not that looks right. */
  more?: (value: unknown) => string;
}

/**
 * Looks at arguments, in order.
 *
 * @param where the function, named in the message
 * @throws OptionError, one line: `encodeAll: model: expected a model, got undefined`
 */
export function requireArguments(
  where: string,
  values: Record<string, readonly [kind: Kind, value: unknown]>,
): void {
  for (const [name, [{ what, holds, more }, value]] of Object.entries(values)) {
    if (holds(value)) continue;
    const wanted = `${what}${more?.(value) ?? ""}`;
    throw new OptionError(`${where}: ${name}: expected ${wanted}, got ${said(value)}`);
  }
}

const isNumbers = (value: { length?: number }) =>
  ArrayBuffer.isView(value) ||
  Array.isArray(value) && value.every((one) => typeof one === "number");
const isSet = (value: Record<string, unknown>) =>
  ArrayBuffer.isView(value?.pixels) &&
  ["count", "height", "width", "channels"].every((side) => Number.isInteger(value[side]));
const isTerms = (value: Record<string, unknown>) => typeof value?.loss === "number";
const isEpoch = (value: Record<string, never>) =>
  Number.isInteger(value?.epoch) && isTerms(value.test);

export const aNumber: Kind = { what: "a number", holds: Number.isFinite };
export const aPositiveNumber: Kind = {
  what: "a number > 0",
  holds: (value) => Number.isFinite(value) && value > 0,
};
export const aCount: Kind = {
  what: "an integer >= 0",
  holds: (value) => Number.isInteger(value) && value >= 0,
};
export const aPositiveCount: Kind = {
  what: "an integer >= 1",
  holds: (value) => Number.isInteger(value) && value >= 1,
};
export const aSeed: Kind = { what: "an integer", holds: Number.isInteger };
export const numbers: Kind = { what: "an array of numbers", holds: isNumbers };
export const aPair: Kind = {
  what: "two numbers",
  holds: (value) => value?.length === 2 && isNumbers(value),
};
export const oneOrSeveral: Kind = {
  what: "a number or an array of them",
  holds: (value) => Number.isFinite(value) || isNumbers(value),
};
export const aText: Kind = { what: "a text", holds: (value) => typeof value === "string" };
/** No system has a name with a NUL byte in it, and each says so in words of its own. */
export const aFolder: Kind = {
  what: "the path of a folder",
  holds: (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
  more: (value) => typeof value === "string" && value !== "" ? " without a NUL byte" : "",
};
export const aDraw: Kind = {
  what: "{ seed, epoch }, both integers",
  holds: (value) => Number.isInteger(value?.seed) && Number.isInteger(value.epoch),
};
export const someOptions: Kind = {
  what: "an object of options",
  holds: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
export const aLabelled: Kind = {
  what: "an ImageSet or Codes, which may have labels",
  holds: (value) => typeof value === "object" && value !== null && "labels" in value,
};
export const aFile: Kind = { ...aFolder, what: "the path of a file" };
export const oneOf = (names: readonly string[]): Kind => ({
  what: names.map((name) => `"${name}"`).join(" or "),
  holds: (value) => names.includes(value),
});
export const listOf = ({ what, holds }: Kind): Kind => ({
  what: `an array, of which each is ${what}`,
  holds: (value) => Array.isArray(value) && value.every(holds),
});

export const someOf = (kind: Kind): Kind => ({
  what: `${listOf(kind).what}, at least one`,
  holds: (value) => listOf(kind).holds(value) && value.length > 0,
});

export const aModel: Kind = {
  what: "a model that has not been disposed of, as `createVae` or a preset's `build()` gives",
  holds: (value) =>
    typeof value?.config === "object" && value.disposed !== true &&
    (typeof value.encode === "function" || typeof value.decode === "function" ||
      typeof value.encoder === "object"),
};
export const aNetwork: Kind = {
  what: "a tf.LayersModel",
  holds: (value) => Array.isArray(value?.layers) && typeof value.predict === "function",
};
export const aTensor: Kind = {
  what: "a tensor that has not been disposed of",
  holds: (value) =>
    Array.isArray(value?.shape) && typeof value.dataSync === "function" && !value.isDisposed,
};
export const anImageSet: Kind = {
  what: "an ImageSet, as `loadMnist` and `createImageSet` give",
  holds: isSet,
};
export const aDataset: Kind = {
  what: "a Dataset, as `loadMnist` and `createDataset` give",
  holds: (value) => isSet(value?.train) && isSet(value.test),
};
export const aRecipe: Kind = {
  what: "a recipe, as `preset` gives",
  holds: (value) => typeof value?.build === "function" && typeof value.training === "object",
};
export const aPlane: Kind = {
  what: "a plane, as `planeOf` gives",
  holds: (value) => Array.isArray(value?.axes) && isNumbers(value.origin),
};
export const aGrid: Kind = {
  what: "a grid of codes, as `manifoldGrid` gives",
  holds: (value) => isNumbers(value?.xs) && isNumbers(value.ys) && isNumbers(value.codes?.values),
};
export const aDecodedGrid: Kind = {
  what: "a decoded grid, as `decodeGrid` gives",
  holds: (value) => aGrid.holds(value) && isSet(value.images),
};
export const aPosterior: Kind = {
  what: "a posterior on a grid, as `truePosterior` gives",
  holds: (value) => isNumbers(value?.grid?.xs) && isNumbers(value.logPosterior),
};
export const aRun: Kind = {
  what: "a run's record, as `readRun` gives",
  holds: (value) =>
    typeof value?.model === "object" && Array.isArray(value.history) &&
    value.history.every(isEpoch),
};
export const anEpoch: Kind = { what: "the record of an epoch, as `train` gives", holds: isEpoch };
export const aRaster: Kind = {
  what: "a picture, as `imageGrid` gives",
  holds: (value) =>
    ArrayBuffer.isView(value?.data) && Number.isInteger(value.width) &&
    Number.isInteger(value.height) && Number.isInteger(value.channels),
};
export const aFigure: Kind = {
  what: "a figure, as `curves` gives",
  holds: (value) => typeof value?.svg === "string",
};
export const aFrame: Kind = {
  what: "a picture with its caption, { raster, caption }",
  holds: (value) =>
    aRaster.holds(value?.raster) && ["string", "undefined"].includes(typeof value.caption),
};
export const aFrameOfCodes: Kind = {
  what: "{ codes, caption }",
  holds: (value) => isNumbers(value?.codes?.values) && typeof value.caption === "string",
};
const aPlainModel = (value: Record<string, unknown>) => Array.isArray(value?.decoder);
export const anExplored: Kind = {
  what: "{ model, codes }, as `exportModel` and `encodeAll` give them",
  holds: (value) => aPlainModel(value?.model) && isNumbers(value.codes?.values),
};
export const anEpochOfModel: Kind = {
  what: "{ epoch, model, codes }, as `exportModel` and `encodeAll` give them",
  holds: (value) => aCount.holds(value?.epoch) && anExplored.holds(value),
};
export const aSeries: Kind = {
  what: "a line, { label, points: [{ x, y }, …] }",
  holds: (value) => typeof value?.label === "string" && Array.isArray(value.points),
};
export const aBar: Kind = {
  what: "{ label, value }",
  holds: (value) => typeof value?.label === "string" && typeof value.value === "number",
};
export const aPlaneMap: Kind = {
  what: "a map, { values, x, y }",
  holds: (value) => isNumbers(value?.values) && isNumbers(value.x) && isNumbers(value.y),
};
export const aLayerColumn: Kind = {
  what: "{ title, layers }, as `layerColumn` gives layers",
  holds: (value) => typeof value?.title === "string" && Array.isArray(value.layers),
};
export const aRecord: Kind = {
  what: "an object with a path for each label",
  holds: (value) =>
    value?.constructor === Object && Object.values(value).every((one) => typeof one === "string"),
};
export const aRow: Kind = {
  what: "an object with a value for each column",
  holds: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
};
