/** CIFAR-10: small colour photographs of ten kinds of things. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parseTar } from "nanotar";
import { sharedMemory } from "../../host.ts";
import type { Dataset } from "../dataset.ts";
import { isGzip } from "../checksum.ts";
import { shapesOf } from "../shapes.ts";
import { type LoadOptions, loadPublicSet } from "./load.ts";
import type { Archive, LabelledBytes, PublicSet, SetFile } from "./public_set.ts";
import { setVariables } from "./variables.ts";

const side = 32, area = side * side, record = 1 + 3 * area;
/** Images in each of the six files. */
const perFile = 10_000;

const files: readonly SetFile[] = [
  ["data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"],
  ["data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"],
  ["data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"],
  ["data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"],
  ["data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"],
  ["test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"],
].map(([name, sha256]) => ({ name, sha256, bytes: perFile * record }));

const inflate = promisify(gunzip) as (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Uint8Array<ArrayBuffer>>;

/** The files of a tar archive by their names without folders, gzip or not; no more than `limit` bytes. */
export async function unpackTar(
  stored: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const plain = isGzip(stored) ? await inflate(stored, { maxOutputLength: limit }) : stored;
  // The reader looks at the whole buffer, whatever part of it an array is.
  const alone = plain.length === plain.buffer.byteLength ? plain : plain.slice();
  return new Map(
    parseTar(alone).filter(({ data }) => data)
      .map(({ name, data }) => [name.split("/").at(-1)!, data as Uint8Array<ArrayBuffer>]),
  );
}

const archive: Archive = {
  name: "cifar-10-binary.tar.gz",
  unpack: (stored) => unpackTar(stored, 6 * perFile * record + 100_000),
};

/**
 * The images of CIFAR-10's binary files: each record is a label byte, then the red, the green and the blue
 * values, row by row.
 */
export function parseRecords(files: readonly Uint8Array[]): LabelledBytes {
  const count = files.reduce((sum, { length }) => sum + Math.floor(length / record), 0);
  const pixels = new Uint8Array(sharedMemory(count * 3 * area));
  const labels = new Uint8Array(count);
  let image = 0;
  for (const bytes of files) {
    for (let from = 0; from + record <= bytes.length; from += record) {
      labels[image] = bytes[from];
      let to = image * 3 * area;
      for (let red = from + 1; red <= from + area; red++) {
        pixels[to++] = bytes[red];
        pixels[to++] = bytes[red + area];
        pixels[to++] = bytes[red + 2 * area];
      }
      image++;
    }
  }
  return { pixels, labels };
}

/** CIFAR-10 (Krizhevsky 2009), in its binary version. */
export const cifar10: PublicSet = {
  source: "cifar10",
  title: "CIFAR-10",
  loader: "loadCifar10",
  variable: setVariables.cifar10,
  credit: "CIFAR-10 by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton; Krizhevsky, " +
    "Learning Multiple Layers of Features from Tiny Images, 2009",
  shape: [side, side, 3],
  classNames: [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
  ],
  standIn: shapesOf([side, side, 3]),
  files,
  mirrors: ["https://www.cs.toronto.edu/~kriz/"],
  downloads: [{
    ...archive,
    bytes: 170_052_171,
    holds: files.map(({ name }) => name),
    resumable: true,
  }],
  subfolders: ["", "cifar-10-batches-bin"],
  strangers: {
    "cifar-10-batches-py": "the Python version",
    "cifar-10-python.tar.gz": "the Python version",
    "cifar-10-batches-mat": "the Matlab version",
    "cifar-10-matlab.tar.gz": "the Matlab version",
  },
  archives: [archive],
  parse: (plain) => ({
    train: parseRecords(plain.slice(0, 5)),
    test: parseRecords(plain.slice(5)),
  }),
};

/**
 * CIFAR-10: 50,000 training and 10,000 test images of 32×32×3, ten kinds of things; 170 MB, and a download
 * that breaks off is gone on with. Without it, synthetic shapes in colour. Where it is looked for, and what
 * is thrown: `loadPublicSet`.
 */
export function loadCifar10(options: LoadOptions<"cifar10"> = {}): Promise<Dataset> {
  return loadPublicSet(cifar10, options);
}
