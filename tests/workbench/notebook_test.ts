import assert from "node:assert/strict";
import { join } from "node:path";
import {
  chooseNotebooks,
  readNotebook,
  textOf,
  writeNotebook,
} from "../../lib/workbench/notebook.ts";

Deno.test("chooseNotebooks() takes a name, its beginning or a path", () => {
  const all = ["01_ae_vs_vae", "02_training"];
  assert.deepEqual(chooseNotebooks(all, ["02"]), ["02_training"]);
  assert.deepEqual(chooseNotebooks(all, ["notebooks/01_ae_vs_vae.ipynb"]), ["01_ae_vs_vae"]);
  assert.throws(() => chooseNotebooks(all, ["0"]), {
    message: 'notebook: expected one of 01_ae_vs_vae, 02_training, got "0"',
  });
});

Deno.test("readNotebook() names the file and what is wrong with it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "vae_notebook_" });
  const path = join(folder, "a.ipynb");
  try {
    await assert.rejects(readNotebook(path), { message: /a\.ipynb": there is no such file$/ });
    await Deno.writeTextFile(path, '{ "nbformat": 3 }');
    await assert.rejects(readNotebook(path), { message: /nbformat is 3, expected 4$/ });
    await Deno.writeTextFile(path, '{ "nbformat": 5, "cells": [] }');
    await assert.rejects(readNotebook(path), { message: /nbformat is 5, expected 4$/ });
    const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await writeNotebook(path, notebook);
    assert.deepEqual(await readNotebook(path), notebook);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("textOf() joins lines", () => {
  assert.equal(textOf(["a\n", "b"]), "a\nb");
  assert.equal(textOf("a"), "a");
});
