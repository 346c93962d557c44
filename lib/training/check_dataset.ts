/** Whether a model can learn from a dataset, said before the first step. */
import type { Dataset, ImageSet } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { OptionError } from "../options.ts";

/**
 * @throws OptionError where a set is missing or empty, has images of another shape than the model's, or
 *   fewer bytes than it says
 */
export function checkDataset(model: Model, dataset: Dataset): void {
  const fail = (message: string) => {
    throw new OptionError(`train: dataset: ${message}`);
  };
  for (const part of ["train", "test"] as const) {
    const set = dataset?.[part];
    if (!set) {
      fail(`expected { train, test }, got no ${part} set; \`holdOut\` splits one off another`);
    }
    if (!(set.count >= 1)) fail(`expected at least one ${part} image, got ${set.count}`);
    const [height, width, channels] = model.config.inputShape;
    if (set.height !== height || set.width !== width || set.channels !== channels) {
      fail(
        `expected ${part} images of ${height}×${width}×${channels}, as the model reads, ` +
          `got ${set.height}×${set.width}×${set.channels} ("${set.name}")`,
      );
    }
    checkBytes(part, set, fail);
  }
  if (!dataset.source) {
    fail(
      'expected a source, as in `source: "my photos"`, got none: a run records what it learnt from',
    );
  }
}

function checkBytes(part: string, set: ImageSet, fail: (message: string) => void): void {
  const wanted = set.count * set.height * set.width * set.channels;
  if (set.pixels.length !== wanted) {
    fail(
      `expected ${wanted} bytes for ${set.count} ${part} images of ` +
        `${set.height}×${set.width}×${set.channels}, got ${set.pixels.length}`,
    );
  }
}
