/** The sets themselves, where a variable names a folder of them or the cache has them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { type ImageSet, take } from "../../../lib/data/image_set.ts";
import { classCounts } from "../../../lib/data/labels.ts";
import { cifar10 } from "../../../lib/data/public_sets/cifar10.ts";
import { fashionMnist } from "../../../lib/data/public_sets/fashion_mnist.ts";
import { kmnist } from "../../../lib/data/public_sets/kmnist.ts";
import { loadPublicSet } from "../../../lib/data/public_sets/load.ts";
import { mnist } from "../../../lib/data/public_sets/mnist.ts";
import type { PublicSet } from "../../../lib/data/public_sets/public_set.ts";
import { dataFolder } from "../../../lib/project.ts";

/** Mean and deviation of each channel's values in [0, 1], to four digits. */
function moments({ pixels, channels }: ImageSet): string[] {
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0, squares = 0;
    for (let p = channel; p < pixels.length; p += channels) {
      sum += pixels[p];
      squares += pixels[p] ** 2;
    }
    const count = pixels.length / channels, mean = sum / count / 255;
    return [mean, Math.sqrt(squares / count / 255 ** 2 - mean ** 2)].map((n) => n.toFixed(4)).join(
      " ",
    );
  });
}

const firstLabels = ({ train, test }: Dataset) =>
  [train, test].map((set) => [...take(set, 5).labels!]);

/** What everybody quotes of a set. */
const known: [PublicSet, (data: Dataset) => void][] = [
  [mnist, (data) => {
    assert.deepEqual(
      classCounts(data.train),
      [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    );
    assert.deepEqual(classCounts(data.test), [
      980,
      1135,
      1032,
      1010,
      982,
      892,
      958,
      1028,
      974,
      1009,
    ]);
    assert.deepEqual(firstLabels(data)[0], [5, 0, 4, 1, 9]);
    assert.deepEqual(moments(data.train), ["0.1307 0.3081"]);
  }],
  [fashionMnist, (data) => {
    assert.deepEqual(classCounts(data.train), new Array(10).fill(6_000));
    assert.deepEqual(classCounts(data.test), new Array(10).fill(1_000));
    assert.deepEqual(firstLabels(data), [[9, 0, 0, 3, 0], [9, 2, 1, 1, 6]]);
    assert.deepEqual(moments(data.train), ["0.2860 0.3530"]);
    assert.equal(data.train.classNames?.[9], "ankle boot");
  }],
  [kmnist, (data) => {
    assert.deepEqual(classCounts(data.train), new Array(10).fill(6_000));
    assert.deepEqual(moments(data.train), ["0.1918 0.3483"]);
  }],
  [cifar10, (data) => {
    assert.deepEqual(classCounts(data.train), new Array(10).fill(5_000));
    assert.deepEqual(classCounts(data.test), new Array(10).fill(1_000));
    assert.deepEqual(firstLabels(data), [[6, 9, 9, 4, 1], [3, 8, 8, 0, 6]]);
    assert.deepEqual(moments(data.train), ["0.4914 0.2470", "0.4822 0.2435", "0.4465 0.2616"]);
    assert.equal(data.train.classNames?.[6], "frog");
  }],
];

for (const [set, check] of known) {
  const [{ name }] = set.files, cached = join(dataFolder, set.source, name);
  const there = Deno.env.get(set.variable) || existsSync(cached) || existsSync(`${cached}.gz`);
  Deno.test({
    name: `${set.loader}() gives the original ${set.title}` +
      (there
        ? ""
        : ` (skipped: ${set.variable} is not set, and data/${set.source} does not hold it)`),
    ignore: !there,
    fn: async () => {
      const data = await loadPublicSet(set, { source: set.source, mirrors: [] });
      assert.equal(data.source, set.source);
      const shape = ({ height, width, channels }: ImageSet) => [height, width, channels];
      assert.deepEqual([shape(data.train), shape(data.test)], [set.shape, set.shape]);
      check(data);
    },
  });
}
