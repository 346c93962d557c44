/** MNIST: ten handwritten digits. */
import { digits } from "../digits.ts";
import { encodeIdx } from "../idx.ts";
import type { Dataset } from "../dataset.ts";
import { idxNames, idxSet } from "./idx_set.ts";
import { digitNames } from "../labels.ts";
import { type LoadOptions, loadPublicSet } from "./load.ts";
import { readNpz } from "./npz.ts";
import type { Archive } from "./public_set.ts";
import { setVariables } from "./variables.ts";

/** Keras's file: the same bytes in NumPy's form, so that the same checksums tell whether they are. */
const kerasFile: Archive = {
  name: "mnist.npz",
  unpack(stored) {
    const arrays = readNpz(stored, 50_000_000);
    return Promise.resolve(
      new Map(["x_train", "y_train", "x_test", "y_test"].map((name, i) => {
        const array = arrays.get(name);
        if (!array) {
          throw new Error(
            `it holds ${[...arrays.keys()].join(", ") || "no arrays"}, and no ${name}`,
          );
        }
        return [idxNames[i], encodeIdx(array)];
      })),
    );
  },
};

/** MNIST (LeCun, Cortes & Burges 1998). */
export const mnist = idxSet({
  source: "mnist",
  title: "MNIST",
  loader: "loadMnist",
  variable: setVariables.mnist,
  credit: "MNIST by Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0",
  shape: [28, 28, 1],
  classNames: digitNames,
  standIn: digits,
  torchvision: "MNIST",
  archives: [kerasFile],
  mirrors: [
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
  ],
  files: {
    "train-images-idx3-ubyte": {
      bytes: 47_040_016,
      gzipBytes: 9_912_422,
      sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    "train-labels-idx1-ubyte": {
      bytes: 60_008,
      gzipBytes: 28_881,
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    "t10k-images-idx3-ubyte": {
      bytes: 7_840_016,
      gzipBytes: 1_648_877,
      sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    "t10k-labels-idx1-ubyte": {
      bytes: 10_008,
      gzipBytes: 4_542,
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
});

/**
 * MNIST: 60,000 training and 10,000 test images of 28×28×1, ten handwritten digits; 11.6 MB. Without it,
 * synthetic digits. Where it is looked for, and what is thrown: `loadPublicSet`.
 *
 * @example
 * ```ts
 * import { loadMnist } from "./mnist.ts";
 *
 * const { train, test } = await loadMnist();
 * console.log(train.count, test.count); // 60000 10000
 * ```
 */
export function loadMnist(options: LoadOptions<"mnist"> = {}): Promise<Dataset> {
  return loadPublicSet(mnist, options);
}
