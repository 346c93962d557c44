import assert from "node:assert/strict";
import { arrange, type ArrangeOptions } from "../../../lib/data/image_folder/arrange.ts";
import { OptionError } from "../../../lib/options.ts";

const numbered = (count: number, folder = "") =>
  Array.from({ length: count }, (_, i) => `${folder}${String(i).padStart(4, "0")}.png`);

const arranged = (names: string[], options: Partial<ArrangeOptions> = {}) => {
  const sorted = names.toSorted();
  const { train, test, ...rest } = arrange(
    sorted,
    { labels: "subfolders", seed: 0, ...options },
    "here",
  );
  const named = ({ indices, labels }: typeof train) => ({
    names: indices.map((i) => sorted[i]),
    labels,
  });
  return { train: named(train), test: named(test), ...rest };
};

Deno.test("arrange() divides by the seed and the names: every picture once, a tenth to test", () => {
  const names = numbered(2000);
  const { train, test, classNames } = arranged(names);
  assert.deepEqual([...train.names, ...test.names].sort(), names);
  assert.ok(test.names.length > 160 && test.names.length < 240, `${test.names.length}`);
  assert.deepEqual([classNames, train.labels, test.labels], [null, null, null]);
  assert.deepEqual(arranged(names), arranged(names));
  assert.notDeepEqual(arranged(names, { seed: 1 }).test.names, test.names);
  const half = arranged(names, { testShare: 0.5 }).test.names;
  assert.ok(half.length > 900 && half.length < 1100, `${half.length}`);
  assert.ok(
    test.names.every((name) => half.includes(name)),
    "a larger share keeps the smaller one's",
  );
});

Deno.test("arrange() leaves pictures in their part when others are added or taken away", () => {
  const before = arranged(numbered(300)).test.names;
  const more = [...numbered(300, "-"), ...numbered(300), ...numbered(300, "x")];
  const after = arranged(more).test.names;
  assert.deepEqual(after.filter((name) => !/^[-x]/.test(name)), before);
  const fewer = arranged(numbered(150)).test.names;
  assert.deepEqual(before.filter((name) => name < "0150"), fewer);
});

Deno.test("arrange() gives each part a picture, of as few as two", () => {
  for (let count = 2; count < 12; count++) {
    for (const testShare of [0.01, 0.99]) {
      const { train, test } = arranged(numbered(count), { testShare });
      assert.ok(train.names.length >= 1 && test.names.length >= 1, `${count} at ${testShare}`);
      assert.equal(train.names.length + test.names.length, count);
    }
  }
});

Deno.test("arrange() takes the first folder of a name as its class, sorted", () => {
  const names = [...numbered(40, "dog/"), ...numbered(40, "cat/deep/er/"), ...numbered(20, "Ant/")];
  const { train, test, classNames } = arranged(names);
  assert.deepEqual(classNames, ["Ant", "cat", "dog"]);
  for (const part of [train, test]) {
    part.names.forEach((name, i) => assert.equal(classNames![part.labels![i]], name.split("/")[0]));
  }
  const without = arranged(names, { labels: "none" });
  assert.deepEqual([without.classNames, without.train.labels], [null, null]);
  assert.deepEqual(without.test.names, test.names, "classes have no part in the division");
});

Deno.test("arrange() takes train and test folders as the parts, classes below them", () => {
  const names = [
    ...numbered(5, "train/cat/"),
    ...numbered(4, "train/dog/"),
    ...numbered(3, "test/dog/"),
    ...numbered(2, "test/emu/"),
  ];
  const { train, test, classNames } = arranged(names);
  assert.deepEqual(classNames, ["cat", "dog", "emu"]);
  assert.deepEqual(train.labels, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
  assert.deepEqual(test.labels, [1, 1, 1, 2, 2]);
  assert.ok(test.names.every((name) => name.startsWith("test/")));
  const plain = arranged([...numbered(3, "Training/"), ...numbered(2, "Validation/")]);
  assert.deepEqual([plain.train.names.length, plain.test.names.length, plain.classNames], [
    3,
    2,
    null,
  ]);
  const three = arranged([
    ...numbered(6, "train/"),
    ...numbered(3, "val/"),
    ...numbered(2, "test/"),
  ]);
  assert.deepEqual([three.train.names.length, three.test.names.length, three.passedOver], [
    6,
    2,
    3,
  ]);
});

Deno.test("arrange() takes train as a class like any other where the folders are no parts", () => {
  const { classNames } = arranged([...numbered(9, "train/"), ...numbered(9, "plane/")]);
  assert.deepEqual(classNames, ["plane", "train"]);
});

Deno.test("arrange() refuses what cannot be meant", () => {
  const refused = (
    names: string[],
    message: string | RegExp,
    options: Partial<ArrangeOptions> = {},
  ) =>
    assert.throws(() => arranged(names, options), (error) => {
      assert.ok(error instanceof OptionError);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });
  refused(["a.png"], "here: expected at least two pictures, got 1");
  refused(
    [...numbered(3, "cat/"), "a.png", "b.png"],
    "here: 3 pictures lie in subfolders, which are classes, and 2 beside them (a.png, b.png); " +
      'labels: "none" takes all, without classes',
  );
  refused(
    Array.from({ length: 257 }, (_, i) => `${i}/a.png`),
    /^here: expected at most 256 subfolders as classes, got 257; labels: "none"/,
  );
  refused(
    ["train/a.png", "test/a.png"],
    "here: testShare: the folder has its parts already, train/ and test/",
    { testShare: 0.2 },
  );
});
