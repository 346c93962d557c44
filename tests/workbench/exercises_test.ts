import assert from "node:assert/strict";
import { solutionsOf, withSolutions } from "../../lib/workbench/exercises.ts";
import type { Notebook } from "../../lib/workbench/notebook.ts";

const prose = `## What can go wrong

1. Not an exercise.

<details><summary>More</summary>

\`\`\`ts
throw new Error("this is no solution");
\`\`\`

</details>

## Exercises

1. A question in words, with \`\`\`ts in it.

<details><summary>Solution</summary>

An answer in words.

</details>

2. A question for code.

<details><summary>Solution</summary>

\`\`\`ts
import { a } from "./a.ts";
import {
  b,
} from "./b.ts";
const x = a(b);
\`\`\`

And then:

\`\`\`ts
console.log(x);
\`\`\`

</details>

3. A question of many lines

   with a list.

<details><summary>Solution</summary>

\`\`\`ts
const x = 3;
\`\`\`

</details>

## Sources

1. Not an exercise either.
`;

const notebook: Notebook = {
  cells: [
    { cell_type: "code", source: "const n = 1;", metadata: {}, outputs: [] },
    { cell_type: "markdown", source: prose.split(/(?<=\n)/), metadata: {} },
  ],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
};

Deno.test("solutionsOf() takes the code below the heading Exercises, by the exercise's number", () => {
  assert.deepEqual(solutionsOf(notebook), [
    {
      exercise: 2,
      source: 'import { a } from "./a.ts";\nimport {\n  b,\n} from "./b.ts";\n' +
        "const x = a(b);\nconsole.log(x);\n",
    },
    { exercise: 3, source: "const x = 3;\n" },
  ]);
});

Deno.test("solutionsOf() reads exercises that stand at the notebook's very end", () => {
  const cells = [{ ...notebook.cells[1], source: prose.split("## Sources")[0].trimEnd() }];
  assert.deepEqual(solutionsOf({ ...notebook, cells }).map(({ exercise }) => exercise), [2, 3]);
});

Deno.test("withSolutions() puts each into a block of its own, imports before it", () => {
  const [, , second, third] = withSolutions(notebook).cells;
  assert.equal(
    second.source,
    'import { a } from "./a.ts";\nimport {\n  b,\n} from "./b.ts";\n' +
      "exercise_2: {\nconst x = a(b);\nconsole.log(x);\n}",
  );
  assert.equal(third.source, "exercise_3: {\nconst x = 3;\n}");
});
