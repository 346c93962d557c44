import assert from "node:assert/strict";
import { checkDataset, createDataset, imagesOf } from "../../lib/data/dataset.ts";
import { createImageSet, type ImageSet } from "../../lib/data/image_set.ts";

const set = (name: string, options: Partial<Parameters<typeof createImageSet>[0]> = {}) =>
  createImageSet({ name, pixels: new Uint8Array(2 * 4 * 3), shape: [2, 2, 3], ...options });

const train = set("train"), test = set("test");

Deno.test("createDataset() is the two sets with their source and a note", () => {
  const own = createDataset({ train, test, source: "my drawings" });
  assert.deepEqual(own, {
    train,
    test,
    source: "my drawings",
    note: 'Images of "my drawings".',
  });
  assert.equal(
    createDataset({ train, test, source: "x", note: "Drawn today." }).note,
    "Drawn today.",
  );
});

Deno.test("createDataset() refuses what train() would", () => {
  const refuses = (options: object, message: string) =>
    assert.throws(() => createDataset({ train, test, source: "own", ...options } as never), {
      name: "OptionError",
      message: `createDataset: ${message}`,
    });
  refuses(
    { test: undefined },
    "expected { train, test }, got no test set; `holdOut` splits one off another",
  );
  refuses(
    { train: set("none", { pixels: new Uint8Array(0) }) },
    "expected at least one train image, got 0",
  );
  refuses(
    { test: set("flat", { shape: [4, 1, 3] }) },
    'expected test images of 2×2×3, as those of train, got 4×1×3 ("flat")',
  );
  refuses(
    { test: { ...test, pixels: new Uint8Array(3) } },
    "expected 24 bytes for 2 test images of 2×2×3, got 3",
  );
  refuses(
    { test: { ...test, labels: new Uint8Array(3) } },
    "expected 2 labels of test images, got 3",
  );
  refuses(
    { test: set("named", { labels: [0, 1], classNames: ["cat", "dog"] }) },
    "expected the same class names in both, got none and cat, dog",
  );
  refuses({ source: "" }, 'source: expected at least 1 characters, got ""');
  refuses(
    { source: "mnist" },
    'source: expected a name of your own, got "mnist", which are the MNIST digits',
  );
});

Deno.test("checkDataset() holds both sets to the shape that a model reads", () => {
  checkDataset("train", { train, test, source: "own", note: "" }, [2, 2, 3]);
  const flat: ImageSet = { ...train, height: 4, width: 1 };
  assert.throws(
    () => checkDataset("train", { train: flat, test, source: "own", note: "" }, [2, 2, 3]),
    { message: 'train: expected train images of 2×2×3, as the model reads, got 4×1×3 ("train")' },
  );
});

Deno.test("imagesOf() says whose images they are", () => {
  assert.equal(imagesOf("mnist", 60_000), "60,000 MNIST digits");
  assert.equal(imagesOf("fashion-mnist", 60_000), "60,000 Fashion-MNIST images");
  assert.equal(imagesOf("my drawings", 12), '12 images of "my drawings"');
  assert.equal(imagesOf("constructor", 1), '1 images of "constructor"');
});
