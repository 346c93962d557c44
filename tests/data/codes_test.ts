import assert from "node:assert/strict";
import { asCodes, Codes } from "../../lib/data/codes.ts";

const codes = new Codes([1, 2, 3, 4, 5, 6], 2, {
  logVars: Float32Array.of(-1, -2, -3, -4, -5, -6),
  labels: [7, 8, 9],
});

Deno.test("Codes knows how many numbers a code has, and gives rows and slices", () => {
  assert.deepEqual([codes.count, codes.latentDim], [3, 2]);
  assert.deepEqual(codes.row(1), Float32Array.of(3, 4));
  const rest = codes.slice(1);
  assert.deepEqual(rest.values, Float32Array.of(3, 4, 5, 6));
  assert.deepEqual(rest.logVars, Float32Array.of(-3, -4, -5, -6));
  assert.deepEqual(rest.labels, Uint8Array.of(8, 9));
  assert.deepEqual(codes.slice(0, 1).labels, Uint8Array.of(7));
  assert.throws(() => codes.row(-1), {
    message: "Codes.row: expected an integer from 0 to 2, got -1",
  });
});

Deno.test("Codes.pick() and Codes.ofClass() choose codes with all that is known of them", () => {
  const picked = codes.pick([2, 0, 2]);
  assert.deepEqual(picked.values, Float32Array.of(5, 6, 1, 2, 5, 6));
  assert.deepEqual(picked.logVars, Float32Array.of(-5, -6, -1, -2, -5, -6));
  assert.deepEqual(picked.labels, Uint8Array.of(9, 7, 9));
  assert.deepEqual(codes.ofClass(8).values, Float32Array.of(3, 4));
  assert.equal(codes.ofClass(1).count, 0);
  assert.throws(() => codes.pick([3]), {
    message: "Codes.row: expected an integer from 0 to 2, got 3",
  });
  assert.throws(() => new Codes([1, 2], 2).ofClass(0), {
    message: "Codes.ofClass: expected labels, got none",
  });
});

Deno.test("Codes without log-variances and labels has null for them", () => {
  const plain = new Codes(new Float32Array(4), 4);
  assert.deepEqual([plain.logVars, plain.labels, plain.slice(0).labels], [null, null, null]);
});

Deno.test("Codes refuses numbers that do not fit together", () => {
  const wrong = (message: string, values: number[], latentDim: number, details = {}) =>
    assert.throws(() => new Codes(values, latentDim, details), { name: "OptionError", message });
  wrong("Codes: latentDim: expected an integer >= 1, got 0", [1], 0);
  wrong("Codes: values: expected codes of 2 numbers, got 3 numbers", [1, 2, 3], 2);
  wrong(
    "Codes: labels: expected 1, one for each, got 2: are they one-hot rows of 2? The class is where a row's 1 stands",
    [1, 2],
    2,
    { labels: [1, 2] },
  );
  const logVars = new Float32Array(3);
  wrong("Codes: logVars: expected 2 numbers, as many as values, got 3", [1, 2], 2, { logVars });
});

Deno.test("asCodes() says how codes are made of plain numbers", () => {
  assert.equal(asCodes("f", codes), codes);
  // deno-lint-ignore no-explicit-any
  assert.throws(() => asCodes("f", [1, 2] as any), {
    message:
      "f: codes: expected Codes, got Array; of plain numbers make them with `new Codes(values, latentDim)`",
  });
});
