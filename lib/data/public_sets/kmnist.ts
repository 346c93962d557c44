/** KMNIST: ten classes of cursive Japanese characters, in MNIST's form. */
import type { Dataset } from "../dataset.ts";
import { shapesOf } from "../shapes.ts";
import { idxSet } from "./idx_set.ts";
import { type LoadOptions, loadPublicSet } from "./load.ts";
import { setVariables } from "./variables.ts";

/** Kuzushiji-MNIST (Clanuwat et al. 2018, arXiv 1812.01718). Published checksums are those of the gzip files. */
export const kmnist = idxSet({
  source: "kmnist",
  title: "KMNIST",
  loader: "loadKmnist",
  variable: setVariables.kmnist,
  credit: "“KMNIST Dataset” (created by CODH), adapted from “Kuzushiji Dataset” (created by NIJL " +
    "and others), doi:10.20676/00000341, CC BY-SA 4.0",
  shape: [28, 28, 1],
  classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  standIn: shapesOf([28, 28, 1]),
  torchvision: "KMNIST",
  mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
  files: {
    "train-images-idx3-ubyte": {
      bytes: 47_040_016,
      gzipBytes: 18_165_135,
      sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
      ofGzip: true,
    },
    "train-labels-idx1-ubyte": {
      bytes: 60_008,
      gzipBytes: 29_497,
      sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
      ofGzip: true,
    },
    "t10k-images-idx3-ubyte": {
      bytes: 7_840_016,
      gzipBytes: 3_041_136,
      sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
      ofGzip: true,
    },
    "t10k-labels-idx1-ubyte": {
      bytes: 10_008,
      gzipBytes: 5_120,
      sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
      ofGzip: true,
    },
  },
});

/**
 * KMNIST: 60,000 training and 10,000 test images of 28×28×1, ten characters of old Japanese books; 21 MB.
 * Without it, synthetic shapes in grey. Where it is looked for, and what is thrown: `loadPublicSet`.
 */
export function loadKmnist(options: LoadOptions<"kmnist"> = {}): Promise<Dataset> {
  return loadPublicSet(kmnist, options);
}
