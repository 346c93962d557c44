/** Fashion-MNIST: ten kinds of clothes, in MNIST's form. */
import type { Dataset } from "../dataset.ts";
import { shapesOf } from "../shapes.ts";
import { idxSet } from "./idx_set.ts";
import { type LoadOptions, loadPublicSet } from "./load.ts";
import { setVariables } from "./variables.ts";

/** Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747). */
export const fashionMnist = idxSet({
  source: "fashion-mnist",
  title: "Fashion-MNIST",
  loader: "loadFashionMnist",
  variable: setVariables["fashion-mnist"],
  credit: "Fashion-MNIST by Zalando SE (Han Xiao, Kashif Rasul, Roland Vollgraf), MIT licence",
  shape: [28, 28, 1],
  classNames: [
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
  ],
  standIn: shapesOf([28, 28, 1]),
  torchvision: "FashionMNIST",
  mirrors: [
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
  ],
  files: {
    "train-images-idx3-ubyte": {
      bytes: 47_040_016,
      gzipBytes: 26_421_880,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    "train-labels-idx1-ubyte": {
      bytes: 60_008,
      gzipBytes: 29_515,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    "t10k-images-idx3-ubyte": {
      bytes: 7_840_016,
      gzipBytes: 4_422_102,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    "t10k-labels-idx1-ubyte": {
      bytes: 10_008,
      gzipBytes: 5_148,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  },
});

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of 28×28×1, ten kinds of clothes; 31 MB. Without
 * it, synthetic shapes in grey. Where it is looked for, and what is thrown: `loadPublicSet`.
 */
export function loadFashionMnist(options: LoadOptions<"fashion-mnist"> = {}): Promise<Dataset> {
  return loadPublicSet(fashionMnist, options);
}
