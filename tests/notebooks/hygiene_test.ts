/** The notebooks as they lie in git: clean, small, shaped alike. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { cellMetadata, cleanNotebook, notebookMetadata } from "../../lib/workbench/clean.ts";
import { projectRoot } from "../../lib/project.ts";
import { markFormulas } from "../../lib/workbench/formulas.ts";
import {
  listNotebooks,
  type Notebook,
  readNotebook,
  textOf,
} from "../../lib/workbench/notebook.ts";
import { codeCells, faultsOf } from "./outputs.ts";

const planned = [
  "01_ae_vs_vae",
  "02_training",
  "03_image_grids_and_gif",
  "04_latent_manifold",
  "05_dense_vs_conv",
  "06_upsampling_autoencoder",
  "07_beta_and_latent_dim",
  "08_your_own_images",
];
const names = await listNotebooks(projectRoot);

const proseOf = (notebook: Notebook) =>
  notebook.cells.filter((cell) => cell.cell_type === "markdown").map((cell) => textOf(cell.source));

/** The text of a notebook without its pictures, which are base64. */
function wordsOf(notebook: Notebook): string {
  return JSON.stringify(notebook, (key, value) => /^image\//.test(key) ? "" : value);
}

const checks: Record<string, (notebook: Notebook, bytes: number) => void> = {
  "has counts and metadata cleaned: `deno task clean` does it": (notebook) => {
    assert.deepEqual(notebook, cleanNotebook(notebook));
    assert.deepEqual(notebook.metadata.kernelspec, notebookMetadata.kernelspec);
    for (const cell of notebook.cells) {
      assert.deepEqual(Object.keys(cell.metadata).filter((key) => !cellMetadata.includes(key)), []);
    }
  },
  "shows what its cells promise, without errors or complaints": (notebook) => {
    const faults = codeCells(notebook).flatMap((cell, i) =>
      faultsOf(cell).map((fault) => `code cell ${i + 1}: ${fault}`)
    );
    assert.deepEqual(faults, []);
  },
  "comes in by the rooms' doors, with at most eight import lines before its first picture": (
    notebook,
  ) => {
    let lines = 0, shown = false;
    for (const cell of codeCells(notebook)) {
      const source = textOf(cell.source);
      for (const [, from] of source.matchAll(/from\s+"(\.\.\/lib\/[^"]+)"/g)) {
        assert.match(from, /\/mod\.ts$/, "a notebook imports from a mod.ts");
      }
      if (!shown) lines += source.split("\n").filter((line) => line.startsWith("import ")).length;
      // The picture that a notebook ends with, at its top, comes from further down.
      const slot = source.includes("displaySlot()") && !/\balt\b/.test(source);
      shown ||= !slot && !!cell.outputs?.some(({ data }) => data?.["image/png"]);
    }
    assert.ok(lines <= 8, `${lines} import lines`);
  },
  "is under 1 MB": (_, bytes) => assert.ok(bytes < 1_000_000, `${bytes} bytes`),
  "names no folder of a machine and no package registry": (notebook) => {
    const found = wordsOf(notebook).match(
      /(?:file:\/\/)?\/(?:home|root|tmp|work|Users|usr|opt|var)\/[\w./-]*|[A-Z]:\\\\Users|registry\.npmjs\.org|pypi\.org|pythonhosted\.org/,
    );
    assert.equal(found, null);
  },
  "has no code cell of more than 25 lines": (notebook) => {
    for (const [i, cell] of codeCells(notebook).entries()) {
      const lines = textOf(cell.source).split("\n").length;
      assert.ok(lines <= 25, `code cell ${i + 1} has ${lines} lines`);
    }
  },
  "begins with its title, and has one": (notebook) => {
    assert.match(textOf(notebook.cells[0].source), /^# \S/);
    const titles = proseOf(notebook).join("\n").replace(/^```[\s\S]*?^```/gm, "").match(/^# /gm);
    assert.equal(titles?.length, 1);
  },
  "ends with what can go wrong, exercises, sources and what comes next": (notebook) => {
    const headings = proseOf(notebook).join("\n").match(/^##+ .*/gm)?.join("\n").toLowerCase() ??
      "";
    for (const part of ["go wrong", "exercise", "source", "next"]) {
      assert.ok(headings.includes(part), `no heading with "${part}" in:\n${headings}`);
    }
  },
  "skips no level of headings": (notebook) => {
    const text = proseOf(notebook).join("\n\n").replace(/^```[\s\S]*?^```/gm, "");
    let level = 1;
    for (const [heading, marks] of text.matchAll(/^(#+) .*/gm)) {
      assert.ok(marks.length <= level + 1, heading);
      level = marks.length;
    }
  },
  "has formulas that can be read": (notebook) => {
    for (const text of proseOf(notebook)) markFormulas(text, []);
  },
  "describes its pictures": (notebook) => {
    for (const [i, cell] of codeCells(notebook).entries()) {
      for (const { data, metadata } of cell.outputs ?? []) {
        if (!data?.["image/png"]) continue;
        const { alt } = (metadata?.["image/png"] ?? {}) as { alt?: string };
        assert.ok(alt, `code cell ${i + 1} shows a picture without alternative text`);
      }
    }
    for (const text of proseOf(notebook)) assert.doesNotMatch(text, /!\[\]\(/);
  },
  "imports from npm and the project alone": (notebook) => {
    for (const cell of codeCells(notebook)) {
      assert.doesNotMatch(textOf(cell.source), /from "(?:jsr:|https?:|npm:)/);
    }
  },
};

Deno.test("notebooks/ holds the notebooks of the course", () => {
  assert.deepEqual(names, planned);
});

for (const name of names) {
  const path = join(projectRoot, "notebooks", `${name}.ipynb`);
  for (const [what, check] of Object.entries(checks)) {
    Deno.test(`${name} ${what}`, async () => {
      check(await readNotebook(path), (await Deno.stat(path)).size);
    });
  }
}
