import assert from "node:assert/strict";
import { formulaToMathMl, markFormulas, placeFormulas } from "../../lib/workbench/formulas.ts";

const formulasIn = (markdown: string) => {
  const formulas: string[] = [];
  return { marked: markFormulas(markdown, formulas), formulas };
};

Deno.test("markFormulas() takes inline and display formulas, and puts them back", () => {
  const { marked, formulas } = formulasIn(
    "The $x_1$ and\n\n$$\nz = \\mu + \\sigma \\odot \\epsilon\n$$",
  );
  assert.equal(formulas.length, 2);
  assert.doesNotMatch(marked, /[$_\\]/);
  assert.match(formulas[0], /^<math><msub>/);
  assert.match(formulas[1], /display="block"/);
  const html = placeFormulas(`<p>${marked}</p>`, formulas);
  assert.ok(html.includes(formulas[0]) && html.includes(formulas[1]));
});

Deno.test("markFormulas() leaves code, escaped dollars and prices alone", () => {
  for (
    const text of [
      "`$x$` in code",
      "``a ` $x$``",
      "```ts\nconst a = `$b$`;\n```",
      "it costs \\$5 or \\$6",
      "5 $ or 6 $ more",
      "from $5 to $6",
    ]
  ) assert.deepEqual(formulasIn(text), { marked: text, formulas: [] });
});

Deno.test("markFormulas() takes formulas beside one another and of one letter", () => {
  assert.equal(formulasIn("$x$, $z$ and $p(x\\mid z)$").formulas.length, 3);
});

Deno.test("placeFormulas() keeps markup out of ids and addresses", () => {
  const { marked, formulas } = formulasIn("$z$");
  const html = placeFormulas(`<h2 id="The-${marked}">The ${marked}</h2>`, formulas);
  assert.match(html, /^<h2 id="The-formula-0">The <math>/);
});

Deno.test("placeFormulas() keeps a formula and the mark after it on one line", () => {
  const { marked, formulas } = formulasIn("of $z$, then");
  const html = placeFormulas(marked, formulas);
  assert.equal(html, `of <span class="unbroken">${formulas[0]},</span> then`);
});

Deno.test("formulaToMathMl() names a formula that it cannot read", () => {
  assert.throws(() => formulaToMathMl("\\frac{1", false), {
    name: "WorkbenchError",
    message: /^Cannot read the formula "\\frac\{1": /,
  });
});
