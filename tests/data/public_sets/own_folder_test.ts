import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { homedir } from "node:os";
import { strToU8, zipSync } from "fflate";
import { parseRecords } from "../../../lib/data/public_sets/cifar10.ts";
import { loadPublicSet } from "../../../lib/data/public_sets/load.ts";
import { ownFolder } from "../../../lib/data/public_sets/own_folder.ts";
import type { PublicSet } from "../../../lib/data/public_sets/public_set.ts";
import { OptionError } from "../../../lib/options.ts";
import { projectRoot } from "../../../lib/project.ts";
import {
  colourArchive,
  colourBytes,
  colourToy,
  gzipped,
  toy,
  toyArrays,
  toyBytes,
} from "./toy_sets.ts";

/** Files by their paths in a folder. */
type Tree = Record<string, Uint8Array>;

const names = toy.files.map(({ name }) => name);
const plainNames = Object.fromEntries(names.map((name, i) => [name, toyBytes[i]]));
const colourNames = Object.fromEntries(
  colourToy.files.map(({ name }, i) => [name, colourBytes[i]]),
);
const below = (folder: string, tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).map(([name, bytes]) => [`${folder}/${name}`, bytes]));
const dotted = (name: string) => name.replace("-idx", ".idx");

/** An array file of NumPy's, version 1 or 2. */
export function npy(
  shape: number[],
  data: Uint8Array,
  { descr = "|u1", fortran = "False", version = 1 } = {},
): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${tuple}), }`;
  const start = version === 1 ? 10 : 12;
  const header = strToU8(text.padEnd(117 - start) + "\n");
  const bytes = new Uint8Array(start + header.length + data.length);
  bytes.set([0x93, ...strToU8("NUMPY"), version, 0]);
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(header, start);
  bytes.set(data, start + header.length);
  return bytes;
}

const arrayNames = ["x_train", "y_train", "x_test", "y_test"];
const kerasFile = (change: (name: string, i: number) => Uint8Array | null, level: 0 | 6 = 6) => {
  const files: Record<string, Uint8Array> = {};
  arrayNames.forEach((name, i) => {
    const array = change(name, i);
    if (array) files[`${name}.npy`] = array;
  });
  return zipSync(files, { level });
};
const rightArray = (_: string, i: number) => npy(toyArrays[i].shape, toyArrays[i].data);

/** Runs `body` with a folder that holds the files. */
async function withTree(tree: Tree, body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(tree)) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      await Deno.writeFile(join(folder, name), bytes);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const load = (set: PublicSet, dir: string) =>
  loadPublicSet(set, { dir, mirrors: [], folder: "/nowhere" });

const layouts: Record<string, Tree> = {
  "four plain files": plainNames,
  "four gzip files": Object.fromEntries(gzipped),
  "plain and gzip files mixed": {
    ...plainNames,
    [`${names[0]}.gz`]: gzipped.get(`${names[0]}.gz`)!,
  },
  "dot names": Object.fromEntries(names.map((name, i) => [dotted(name), toyBytes[i]])),
  "dot names in gzip": Object.fromEntries(
    names.map((name) => [`${dotted(name)}.gz`, gzipped.get(`${name}.gz`)!]),
  ),
  "each file in a folder of its name, as Kaggle's archive": Object.fromEntries(
    names.map((name, i) => [`${name}/${name}`, toyBytes[i]]),
  ),
  "torchvision's folder": below("MNIST/raw", plainNames),
  "torchvision's folder, named itself": below("raw", Object.fromEntries(gzipped)),
  "Keras's mnist.npz": { "mnist.npz": kerasFile(rightArray) },
  "Keras's mnist.npz, not deflated, beside one of the four files": {
    "mnist.npz": kerasFile(rightArray, 0),
    [names[3]]: toyBytes[3],
  },
  "arrays with headers of version 2": {
    "mnist.npz": kerasFile((_, i) => npy(toyArrays[i].shape, toyArrays[i].data, { version: 2 })),
  },
};

for (const [words, tree] of Object.entries(layouts)) {
  Deno.test(`a loader reads ${words}`, () =>
    withTree(tree, async (folder) => {
      const { train, test, source, note } = await load(toy, folder);
      assert.deepEqual([source, note], ["mnist", "MNIST, read from a copy on this machine."]);
      assert.deepEqual([...train.pixels], [...toyArrays[0].data]);
      assert.deepEqual([...train.labels!], [...toyArrays[1].data]);
      assert.deepEqual([...test.pixels], [...toyArrays[2].data]);
      assert.deepEqual([...test.labels!], [...toyArrays[3].data]);
    }));
}

const colourLayouts: Record<string, Tree> = {
  "CIFAR-10's six files": colourNames,
  "CIFAR-10's folder": below("cifar-10-batches-bin", colourNames),
  "CIFAR-10's archive": { "cifar-10-binary.tar.gz": colourArchive },
};

for (const [words, tree] of Object.entries(colourLayouts)) {
  Deno.test(`a loader reads ${words}`, () =>
    withTree(tree, async (folder) => {
      const { train, test, source } = await load(colourToy, folder);
      const wanted = parseRecords(colourBytes.slice(0, 5));
      assert.deepEqual([source, train.count, test.count], ["cifar10", 15, 3]);
      assert.deepEqual([...train.pixels], [...wanted.pixels]);
      assert.deepEqual([...train.labels!], [...wanted.labels]);
      assert.equal(test.labels![2], colourBytes[5][2 * 3073]);
    }));
}

/** Folders that do not hold what they should, and what is said of each. */
const refused: Record<string, { set?: PublicSet; tree: Tree; says: RegExp }> = {
  "an empty folder": { tree: {}, says: /found none; the folder holds nothing$/ },
  "three of four files": {
    tree: { [names[0]]: toyBytes[0], [names[1]]: toyBytes[1], [names[2]]: toyBytes[2] },
    says: new RegExp(
      `does not hold MNIST: looked there and in raw, MNIST/raw for ${names.join(", ")}, gzip or ` +
        `plain, or mnist.npz; found ${names.slice(0, 3).join(", ")}; the folder holds t10k-`,
    ),
  },
  "other files": {
    tree: Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`photo${i + 10}.jpg`, new Uint8Array(1)]),
    ),
    says: /found none; the folder holds photo10.jpg, .*photo21.jpg and 8 more$/,
  },
  "a folder one too high": {
    tree: below("deep/er", plainNames),
    says: /found none; the folder holds deep\/$/,
  },
  "folders of the files' names without them": {
    tree: { [`${names[0]}/readme.txt`]: new Uint8Array(1) },
    says: /does not hold MNIST: .*found none; the folder holds train-images-idx3-ubyte\/$/,
  },
  "an empty file": {
    tree: { ...plainNames, [names[1]]: new Uint8Array() },
    says: /holds what is not MNIST: .*train-labels-idx1-ubyte: 0 bytes, expected 38$/,
  },
  "a web page saved under the file's name": {
    tree: { ...plainNames, [names[1]]: strToU8("<!doctype html>") },
    says: /train-labels-idx1-ubyte: 15 bytes, expected 38$/,
  },
  "a gzip file cut short": {
    tree: { [`${names[0]}.gz`]: gzipped.get(`${names[0]}.gz`)!.slice(0, 60) },
    says: /train-images-idx3-ubyte.gz: cannot be decompressed to 196 bytes: /,
  },
  "one changed pixel": {
    tree: { ...plainNames, [names[2]]: toyBytes[2].with(30, toyBytes[2][30] ^ 1) },
    says: /t10k-images-idx3-ubyte: SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
  },
  "images and labels exchanged": {
    tree: { ...plainNames, [names[0]]: toyBytes[1], [names[1]]: toyBytes[0] },
    says: /train-images-idx3-ubyte: 38 bytes, expected 196; .*train-labels-idx1-ubyte: 196 bytes/,
  },
  "an npz that is no zip": {
    tree: { "mnist.npz": strToU8("hello") },
    says: /holds what is not MNIST: .*mnist.npz: invalid zip data$/,
  },
  "an npz cut short": {
    tree: { "mnist.npz": kerasFile(rightArray).slice(0, 300) },
    says: /mnist.npz: invalid zip data$/,
  },
  "an npz without test labels": {
    tree: { "mnist.npz": kerasFile((name, i) => name === "y_test" ? null : rightArray(name, i)) },
    says: /mnist.npz: it holds x_train, y_train, x_test, and no y_test$/,
  },
  "an npz of other images": {
    tree: {
      "mnist.npz": kerasFile((_, i) =>
        npy(toyArrays[i].shape, toyArrays[i].data.map((byte) => byte ^ 1))
      ),
    },
    says: /mnist.npz: train-images-idx3-ubyte: SHA-256 is/,
  },
  "an npz of 64-bit numbers": {
    tree: {
      "mnist.npz": kerasFile((_, i) =>
        npy(toyArrays[i].shape, toyArrays[i].data, { descr: "<i8" })
      ),
    },
    says: /mnist.npz: "x_train.npy" holds other than bytes in C order: \{'descr': '<i8'/,
  },
  "an npz in Fortran's order": {
    tree: {
      "mnist.npz": kerasFile((_, i) =>
        npy(toyArrays[i].shape, toyArrays[i].data, { fortran: "True" })
      ),
    },
    says: /"x_train.npy" holds other than bytes in C order: .*'fortran_order': True/,
  },
  "an npz with an array too short": {
    tree: { "mnist.npz": kerasFile((_, i) => npy(toyArrays[i].shape, toyArrays[i].data.slice(1))) },
    says: /"x_train.npy" holds 179 bytes, expected 180 \(30,3,2\)$/,
  },
  "an npz of files that are no arrays": {
    tree: { "mnist.npz": kerasFile(() => strToU8("pickle")) },
    says: /"x_train.npy" is no NumPy array$/,
  },
  "five of CIFAR-10's six files": {
    set: colourToy,
    tree: Object.fromEntries(Object.entries(colourNames).slice(0, 5)),
    says:
      /loadCifar10: .* does not hold CIFAR-10: .*found data_batch_1.bin, .*data_batch_5.bin; the/,
  },
  "CIFAR-10's Python version": {
    set: colourToy,
    tree: { "cifar-10-batches-py/data_batch_1": new Uint8Array(9) },
    says: /the folder holds cifar-10-batches-py\/: that is the Python version, which is not read$/,
  },
  "an archive cut short": {
    set: colourToy,
    tree: { "cifar-10-binary.tar.gz": colourArchive.slice(0, 5000) },
    says: /holds what is not CIFAR-10: .*cifar-10-binary.tar.gz: unexpected end of file$/,
  },
  "an archive of nothing": {
    set: colourToy,
    tree: { "cifar-10-binary.tar.gz": new Uint8Array(2000) },
    says: /cifar-10-binary.tar.gz: it holds nothing, and no data_batch_1.bin$/,
  },
  "CIFAR-100's records in CIFAR-10's place": {
    set: colourToy,
    tree: { ...colourNames, "test_batch.bin": new Uint8Array(3 * 3074) },
    says: /test_batch.bin: 9222 bytes, expected 9219$/,
  },
};

for (const [words, { set = toy, tree, says }] of Object.entries(refused)) {
  Deno.test(`a loader refuses ${words}, and says what it found`, () =>
    withTree(tree, async (folder) => {
      await assert.rejects(load(set, folder), (error) => {
        assert.ok(error instanceof OptionError, String(error));
        assert.ok(error.message.startsWith(`${set.loader}: dir ("${folder}")`), error.message);
        assert.match(error.message, says);
        return true;
      });
    }));
}

Deno.test("a loader refuses a folder that is not there, a file in its place, and one it may not read", () =>
  withTree({ "mnist.npz": kerasFile(rightArray) }, async (folder) => {
    const says = async (dir: string, message: string) =>
      await assert.rejects(load(toy, dir), { name: "OptionError", message });
    await says(
      join(folder, "none"),
      `loadMnist: dir ("${folder}/none"): there is no such folder`,
    );
    await says(
      join(folder, "mnist.npz"),
      `loadMnist: dir ("${folder}/mnist.npz"): that is a file; name the folder it lies in`,
    );
    await says(
      "no/such",
      `loadMnist: dir ("no/such", read as "${
        join(projectRoot, "no/such")
      }"): there is no such folder`,
    );
    await says(
      "~/no such",
      `loadMnist: dir ("~/no such", read as "${homedir()}/no such"): there is no such folder`,
    );
  }));

Deno.test("ownFolder() takes `dir`, else the environment variable; relative to the project, ~ is home", () => {
  const variable = "OWN_FOLDER_TEST_DIR", set = { ...toy, variable };
  const path = (dir: string | null | undefined) => ownFolder(set, dir)?.path ?? null;
  try {
    assert.equal(path(undefined), null);
    Deno.env.set(variable, "");
    assert.equal(path(undefined), null, "an empty variable names nothing");
    Deno.env.set(variable, "/sets/mnist");
    assert.equal(path(undefined), "/sets/mnist");
    assert.equal(ownFolder(set, undefined)?.named, `loadMnist: ${variable} ("/sets/mnist")`);
    assert.equal(path(null), null);
    assert.equal(path("data/own"), join(projectRoot, "data/own"));
    assert.equal(path("~/own"), join(homedir(), "own"));
    assert.equal(path("~"), homedir());
    assert.equal(relative(projectRoot, path("~other")!), "~other", "nobody else's home");
  } finally {
    Deno.env.delete(variable);
  }
});

Deno.test("a named folder that lacks the set is an error whatever is cached, and synthetic is not asked", () =>
  withTree(below("mnist", plainNames), async (folder) => {
    await assert.rejects(
      loadPublicSet(toy, { folder, dir: join(folder, "own") }),
      /there is no such folder/,
    );
    const { source } = await loadPublicSet(toy, {
      folder,
      dir: join(folder, "own"),
      source: "synthetic",
      syntheticTrainCount: 10,
      syntheticTestCount: 10,
    });
    assert.equal(source, "synthetic");
  }));
