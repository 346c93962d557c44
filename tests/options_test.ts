import assert from "node:assert/strict";
import { preset } from "../lib/models/presets.ts";
import { z } from "zod";
import { OptionError, parseOptions } from "../lib/options.ts";

const schema = z.strictObject({
  latentDim: z.int().min(1).default(2),
  beta: z.number().min(0).max(10).optional(),
  treatment: z.enum(["threshold", "grey", "dynamic"]).optional(),
  filters: z.array(z.int().min(1)).min(1).optional(),
  inputShape: z.tuple([z.int(), z.int()]).optional(),
  patience: z.int().nullable().optional(),
  length: z.union([z.literal("full"), z.int()]).optional(),
  folder: z.string().min(1).optional(),
  nested: z.strictObject({ kernelSize: z.int().optional() }).optional(),
  stride: z.int().multipleOf(4).optional(),
});

function refused(value: unknown, message: string) {
  assert.throws(() => parseOptions(schema, value, "train"), (error) => {
    assert.ok(error instanceof OptionError && error instanceof TypeError);
    assert.equal(error.message, `train: ${message}`);
    return true;
  });
}

Deno.test("parseOptions() fills defaults and keeps what is right", () => {
  assert.deepEqual(parseOptions(schema, { beta: 0.5, patience: null }, "train"), {
    latentDim: 2,
    beta: 0.5,
    patience: null,
  });
});

Deno.test("parseOptions() names the field, the bound and the value", () => {
  refused({ latentDim: 0 }, "latentDim: expected an integer >= 1, got 0");
  refused({ beta: -1 }, "beta: expected a number >= 0, got -1");
  refused({ beta: 11 }, "beta: expected a number <= 10, got 11");
  refused({ filters: [] }, "filters: expected at least 1 elements, got []");
  refused({ filters: [32, 0] }, "filters.1: expected an integer >= 1, got 0");
  refused({ inputShape: [28] }, "inputShape: expected at least 2 elements, got [28]");
  refused({ folder: "" }, 'folder: expected at least 1 characters, got ""');
  refused({ stride: 3 }, "stride: expected a multiple of 4, got 3");
});

Deno.test("parseOptions() names the wanted type", () => {
  refused({ latentDim: 1.5 }, "latentDim: expected an integer, got 1.5");
  refused({ latentDim: "two" }, 'latentDim: expected an integer, got "two"');
  refused({ latentDim: NaN }, "latentDim: expected an integer, got NaN");
  refused({ beta: Infinity }, "beta: expected a number, got Infinity");
  refused({ patience: "x" }, 'patience: expected an integer, got "x"');
  refused({ filters: 32 }, "filters: expected an array, got 32");
  refused({ filters: new Float32Array(2) }, "filters: expected an array, got a Float32Array");
  refused({ nested: () => 1 }, "nested: expected an object, got a function");
  refused({ length: "ful" }, 'length: expected "full" or an integer, got "ful"');
  refused(null, "options: expected an object, got null");
});

Deno.test("parseOptions() gives the nearest spelling of a misspelt name or value", () => {
  refused({ latnetDim: 2 }, "latnetDim: no such option; did you mean `latentDim`?");
  refused(
    { nested: { kernalSize: 3 } },
    "nested.kernalSize: no such option; " +
      "did you mean `kernelSize`?",
  );
  refused(
    { treatment: "gray" },
    'treatment: expected "threshold" or "grey" or "dynamic", got "gray"; did you mean `grey`?',
  );
  refused({ nested: { colour: 1 } }, "nested.colour: no such option; known: kernelSize");
});

Deno.test("parseOptions() says all that is wrong in one line", () => {
  refused(
    { latentDim: -1, beta: "x" },
    'latentDim: expected an integer >= 1, got -1; beta: expected a number, got "x"',
  );
});

Deno.test("OptionError has the caller's line on top of its trace, without the library's own frames", () => {
  try {
    preset("conv-vae", { latentDim: 0 });
    assert.fail("expected an error");
  } catch (error) {
    const [message, top] = (error as Error).stack!.split("\n");
    assert.equal(message, `OptionError: ${(error as Error).message}`);
    assert.match(top, /options_test\.ts/);
  }
});
