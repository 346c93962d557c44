import assert from "node:assert/strict";
import {
  classCounts,
  className,
  countClasses,
  digitNames,
  nameOfClass,
} from "../../lib/data/labels.ts";

const numbered = { labels: Uint8Array.of(3, 0, 3), classNames: null };
const named = { labels: Uint8Array.of(1, 0, 1), classNames: ["cat", "dog", "owl"] };
const unknown = { labels: null, classNames: null };

Deno.test("className() is the word for an image's class, or its number", () => {
  assert.deepEqual([0, 1, 2].map((i) => className(named, i)), ["dog", "cat", "dog"]);
  assert.deepEqual([className(numbered, 0), nameOfClass(unknown, 5)], ["3", "5"]);
  assert.throws(() => className(unknown, 0), {
    name: "OptionError",
    message: "className: expected labels, got none",
  });
  assert.throws(() => className(named, 3), {
    message: "className: index: expected an integer from 0 to 2, got 3",
  });
});

Deno.test("classCounts() counts labels, absent ones too", () => {
  assert.deepEqual(classCounts(named), [1, 2, 0]);
  assert.deepEqual(classCounts(numbered), [1, 0, 0, 2]);
  const many = { labels: Uint8Array.of(0, 46, 46), classNames: null };
  const counts = classCounts(many);
  assert.deepEqual([counts.length, counts[0], counts[20], counts[46]], [47, 1, 0, 2]);
  const digits = { labels: Uint8Array.of(3, 4), classNames: digitNames };
  assert.deepEqual(classCounts(digits), [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  assert.throws(() => classCounts(unknown), {
    message: "classCounts: expected labels, got none",
  });
});

Deno.test("countClasses() is that of the names, else up to the largest label", () => {
  assert.deepEqual([named, numbered, unknown].map(countClasses), [3, 4, 0]);
});
