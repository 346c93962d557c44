import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";

function* sourceFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sourceFiles(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("no literal is spread to please the formatter", () => {
  // A line that is one literal, spread: the same stands there without the dots and brackets.
  const spread = /^\s*\.\.\.(\[.*\]|\{.*\})( as .*)?,$/;
  const found = ["lib", "tests"].flatMap((room) => [...sourceFiles(join(projectRoot, room))])
    .flatMap((path) =>
      Deno.readTextFileSync(path).split("\n").flatMap((line, i) =>
        spread.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []
      )
    );
  assert.deepEqual(found, []);
});
