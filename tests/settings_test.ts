import assert from "node:assert/strict";
import { OptionError } from "../lib/options.ts";
import { notebookSettings } from "../lib/settings.ts";

Deno.test("notebookSettings() keeps the notebook's own where the environment says nothing", () => {
  assert.deepEqual(notebookSettings({ latentDim: 2 }, {}), { quick: false, latentDim: 2 });
  const empty = { QUICK: "", LATENT_DIM: "" };
  assert.deepEqual(notebookSettings({ latentDim: 64 }, empty), { quick: false, latentDim: 64 });
});

Deno.test("notebookSettings() takes QUICK and LATENT_DIM from the environment", () => {
  const environment = { QUICK: "1", LATENT_DIM: "10" };
  assert.deepEqual(notebookSettings({ latentDim: 2 }, environment), { quick: true, latentDim: 10 });
  assert.equal(notebookSettings({ latentDim: 2 }, { QUICK: "0" }).quick, false);
});

Deno.test("notebookSettings() names a setting that cannot be used", () => {
  const settings = (environment: Record<string, string>) => () =>
    notebookSettings({ latentDim: 2 }, environment);
  const error = (message: string) => (thrown: unknown) =>
    thrown instanceof OptionError && thrown.message === message;
  assert.throws(
    settings({ LATENT_DIM: "0" }),
    error('LATENT_DIM: expected an integer >= 1, got "0"'),
  );
  assert.throws(
    settings({ LATENT_DIM: "two" }),
    error('LATENT_DIM: expected an integer >= 1, got "two"'),
  );
  assert.throws(
    settings({ QUICK: "maybe" }),
    error('QUICK: expected 0, 1 or nothing, got "maybe"'),
  );
});
