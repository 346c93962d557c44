import assert from "node:assert/strict";
import type { Notebook } from "../../lib/workbench/notebook.ts";
import {
  describe,
  indexPage,
  navigation,
  plainWords,
  unfinished,
} from "../../lib/workbench/site.ts";

const notebook: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    {
      cell_type: "markdown",
      metadata: {},
      source:
        "# Codes & *digits*\n\n![Digits](../data/missing.png)\n\nA digit becomes $2$ numbers. You will\n\n" +
        "- see `MNIST`;\n- train.\n",
    },
    {
      cell_type: "code",
      metadata: {},
      source: "show();",
      outputs: [{ output_type: "display_data", data: { "image/png": "aaaa\n" } }],
    },
  ],
};

Deno.test("describe() takes heading, first sentence, first bullet and first picture", () => {
  assert.deepEqual(describe("01_codes", notebook, "/nowhere"), {
    name: "01_codes",
    title: "Codes & digits",
    summary: "A digit becomes 2 numbers. You will see MNIST.",
    picture: "data:image/png;base64,aaaa",
  });
});

Deno.test("navigation() leads to the neighbours and to the index", () => {
  const entries = ["01_a", "02_b", "03_c"].map((name) => ({
    ...describe(name, notebook, ""),
    name,
  }));
  const links = (index: number) =>
    [...navigation(entries, index).matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual(links(0), ["index.html", "02_b.html"]);
  assert.deepEqual(links(1), ["01_a.html", "index.html", "03_c.html"]);
  assert.deepEqual(links(2), ["02_b.html", "index.html"]);
  assert.match(navigation(entries, 0), /Codes &amp; digits →/);
});

Deno.test("indexPage() lists the notebooks and asks nobody for anything", () => {
  const page = indexPage([describe("01_codes", notebook, "")], "A < B", "Intro.", "body {}");
  assert.match(page, /<title>A &lt; B<\/title>/);
  assert.match(page, /<a href="01_codes\.html"><img src="data:image\/png;base64,aaaa" alt="">/);
  assert.doesNotMatch(page, /https?:/);
});

Deno.test("plainWords() takes the marks out of Markdown", () => {
  assert.equal(plainWords("**Bold** and `code`, [a link](b.md), $x$"), "Bold and code, a link, x");
});

Deno.test("unfinished() says what a page would lack", () => {
  const cell = (execution_count: number | null, output_type?: "error" | "display_data") => ({
    cell_type: "code" as const,
    metadata: {},
    source: "show();",
    execution_count,
    outputs: output_type ? [{ output_type }] : [],
  });
  const lack = (...cells: ReturnType<typeof cell>[]) => unfinished({ ...notebook, cells });
  assert.equal(unfinished(notebook), null, "as it lies in git");
  assert.equal(lack(cell(1, "display_data"), cell(2)), null);
  assert.equal(
    lack(cell(1, "display_data"), cell(null), cell(null)),
    "2 of its cells have not been run",
  );
  assert.equal(lack(cell(null), cell(null)), "it has no outputs");
  assert.equal(lack(cell(1, "display_data"), cell(2, "error")), "a cell ended in an error");
});
