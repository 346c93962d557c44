/** Where a training begins: the packed digits, and a model of the page's settings or of a file. */
import { createImageSet } from "../data/image_set.ts";
import { OptionError } from "../options.ts";
import { unpackRun } from "../training/run_file.ts";
import type { DigitsContents, LiveSettings } from "./contents.ts";
import type { Images } from "./session.ts";
import { liveRecipe } from "./settings.ts";

/** Where a training began. */
export type Origin = { settings: LiveSettings } | { name: string; bytes: Uint8Array<ArrayBuffer> };

/** Images from the packed bytes: pixels of both parts, then labels of both. */
export function unpackDigits(contents: DigitsContents, bytes: Uint8Array): Images {
  const { source, train, test, shape } = contents;
  const size = shape[0] * shape[1] * shape[2];
  let at = 0;
  const next = (length: number) => bytes.slice(at, at += length);
  const pixels = [next(train.count * size), next(test.count * size)];
  const labels = [next(train.count), next(test.count)];
  const [a, b] = [train, test].map(({ name }, i) =>
    createImageSet({ name, pixels: pixels[i], labels: labels[i], shape: [...shape] })
  );
  return { source, train: a, test: b };
}

/**
 * The model that a training begins with, and its settings.
 *
 * @throws OptionError for a file whose model is not one that the page can show
 */
export async function modelOf(origin: Origin, { train }: Images) {
  if ("settings" in origin) return liveRecipe(origin.settings);
  const { model, run } = await unpackRun(origin.bytes, origin.name);
  const { likelihood, inputShape, classes } = run.model;
  const wanted = [train.height, train.width, 1].join("×"), got = inputShape.join("×");
  const wrong = likelihood === "mse"
    ? `with a likelihood in nats, in which the page counts, got ${likelihood}`
    : got !== wanted
    ? `of images of ${wanted}, got ${got}`
    : classes
    ? `that is told no classes, got one that is told one of ${classes}`
    : null;
  if (wrong) {
    model.dispose();
    throw new OptionError(`${origin.name}: expected a model ${wrong}`);
  }
  return { model, training: run.training };
}
