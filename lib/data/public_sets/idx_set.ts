/** Image sets in MNIST's form: four gzip files of IDX arrays, under the same four names. */
import type { Checksum } from "../checksum.ts";
import { parseIdx } from "../idx.ts";
import type { Archive, LabelledBytes, PublicSet } from "./public_set.ts";

/** A file's decompressed bytes, and the size of the gzip file. */
export interface IdxFile extends Checksum {
  gzipBytes: number;
}

/** What tells one such set from another. */
export interface IdxSetOptions extends
  Pick<
    PublicSet,
    | "source"
    | "title"
    | "loader"
    | "variable"
    | "credit"
    | "shape"
    | "classNames"
    | "mirrors"
    | "standIn"
  > {
  files: Readonly<Record<typeof idxNames[number], IdxFile>>;
  /** torchvision's name of the set: its folder holds `raw/`. */
  torchvision: string;
  archives?: readonly Archive[];
}

/** Training images and labels, test images and labels. */
export const idxNames = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** @returns the set as `loadPublicSet` wants it described */
export function idxSet({ files, torchvision, archives = [], ...about }: IdxSetOptions): PublicSet {
  return {
    ...about,
    files: idxNames.map((name) => {
      const dotted = name.replace("-idx", ".idx");
      const { gzipBytes: _, ...checksum } = files[name];
      // Kaggle's archive holds each file twice, once in a folder of its name.
      return { name, ...checksum, otherNames: [dotted, `${name}/${name}`, `${dotted}/${dotted}`] };
    }),
    downloads: idxNames.map((name) => ({
      name: `${name}.gz`,
      bytes: files[name].gzipBytes,
      holds: [name],
    })),
    subfolders: ["", "raw", `${torchvision}/raw`],
    archives,
    parse([trainImages, trainLabels, testImages, testLabels]) {
      const part = (
        images: Uint8Array,
        labels: Uint8Array,
        [imagesName, labelsName]: string[],
      ) => ({
        pixels: parseIdx(images, "images", imagesName).data,
        labels: parseIdx(labels, "labels", labelsName).data,
      } satisfies LabelledBytes);
      return {
        train: part(trainImages, trainLabels, idxNames.slice(0, 2)),
        test: part(testImages, testLabels, idxNames.slice(2)),
      };
    },
  };
}
