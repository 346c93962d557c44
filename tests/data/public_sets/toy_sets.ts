/** Small sets in the forms of MNIST and of CIFAR-10, made up of random bytes. */
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { digits } from "../../../lib/data/digits.ts";
import { encodeIdx } from "../../../lib/data/idx.ts";
import { cifar10 } from "../../../lib/data/public_sets/cifar10.ts";
import { idxNames, idxSet, type IdxSetOptions } from "../../../lib/data/public_sets/idx_set.ts";
import { mnist } from "../../../lib/data/public_sets/mnist.ts";
import type { PublicSet } from "../../../lib/data/public_sets/public_set.ts";
import { sha256 } from "../../../lib/hash.ts";
import { RandomStream } from "../../../lib/random.ts";

/** Small files in the four roles: 30 and 20 images of 3×2 random bytes. */
const random = new RandomStream(1, "toy");
export const toyArrays = [[30, 3, 2], [30], [20, 3, 2], [20]].map((shape) => ({
  shape,
  data: Uint8Array.from(
    { length: shape.reduce((a, b) => a * b) },
    () => random.integer(shape.length === 1 ? 10 : 256),
  ),
}));
export const toyBytes = toyArrays.map(encodeIdx);
export const toyFiles = await Promise.all(toyBytes.map(async (bytes, i) => ({
  name: idxNames[i],
  bytes: bytes.length,
  gzipBytes: gzipSync(bytes).length,
  sha256: await sha256(bytes),
})));
/** MNIST in all but its files. */
export const toyOptions = {
  source: "mnist",
  title: "MNIST",
  loader: "loadMnist",
  variable: "MNIST_DIR",
  credit: "Made by a test",
  shape: [3, 2, 1],
  classNames: mnist.classNames,
  torchvision: "MNIST",
  archives: mnist.archives,
  mirrors: [],
  standIn: digits,
  files: Object.fromEntries(toyFiles.map(({ name, ...file }) => [name, file])),
} as unknown as IdxSetOptions;
export const toy = idxSet(toyOptions);
export const gzipped = new Map(
  toyFiles.map(({ name }, i) => [`${name}.gz`, new Uint8Array(gzipSync(toyBytes[i]))]),
);

/** Images in each of the colour set's six files. */
const perFile = 3;
/** The six files, each of records of a label and 32·32 red, green and blue values. */
export const colourBytes = cifar10.files.map(() =>
  Uint8Array.from(
    { length: perFile * 3073 },
    (_, i) => random.integer(i % 3073 === 0 ? 10 : 256),
  )
);
const colourFiles = await Promise.all(cifar10.files.map(async ({ name }, i) => ({
  name,
  bytes: colourBytes[i].length,
  sha256: await sha256(colourBytes[i]),
})));
/** `cifar-10-binary.tar.gz`, with the folder and the other files that the original has. */
export const colourArchive = new Uint8Array(gzipSync(createTar([
  { name: "cifar-10-batches-bin/readme.html", data: "<html></html>" },
  { name: "cifar-10-batches-bin/batches.meta.txt", data: "airplane\n" },
  ...colourFiles.map(({ name }, i) => ({
    name: `cifar-10-batches-bin/${name}`,
    data: colourBytes[i],
  })),
])));
/** CIFAR-10 in all but its files. */
export const colourToy: PublicSet = {
  ...cifar10,
  credit: "Made by a test",
  files: colourFiles,
  mirrors: [],
  downloads: [{ ...cifar10.downloads[0], bytes: colourArchive.length }],
};
