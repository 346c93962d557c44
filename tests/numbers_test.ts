import assert from "node:assert/strict";
import { formatNumber, shortNumber } from "../lib/numbers.ts";

Deno.test("formatNumber() sets thousands apart and writes a true minus sign", () => {
  assert.equal(formatNumber(60_000), "60,000");
  assert.equal(formatNumber(-1234.5), "−1,234.5");
  assert.equal(formatNumber(0.0428), "0.0428");
  assert.equal(formatNumber(1 / 3), "0.333333");
});

Deno.test("formatNumber() takes decimals or significant digits", () => {
  assert.equal(formatNumber(-157, { decimals: 2 }), "−157.00");
  assert.equal(formatNumber(2.449, { decimals: 0 }), "2");
  assert.equal(formatNumber(0.00012345, { digits: 3 }), "0.000123");
  assert.equal(formatNumber(-12345, { digits: 2 }), "−12,000");
});

Deno.test("formatNumber() gives what rounds to zero no sign, and names what is no number", () => {
  assert.equal(formatNumber(-0.04, { decimals: 1 }), "0.0");
  assert.equal(formatNumber(NaN), "NaN");
  assert.equal(formatNumber(-Infinity), "−∞");
});

Deno.test("shortNumber() has fewer decimals for larger numbers", () => {
  assert.equal(shortNumber(156.98), "157.0");
  assert.equal(shortNumber(-5.314), "−5.31");
  assert.equal(shortNumber(0.04277), "0.0428");
});
