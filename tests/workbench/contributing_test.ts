/** CONTRIBUTING names files and functions that are there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exists } from "../../lib/files.ts";
import { projectRoot } from "../../lib/project.ts";

const text = await Deno.readTextFile(join(projectRoot, ".github", "CONTRIBUTING.md"));

Deno.test("CONTRIBUTING.md names files and folders that are there", async () => {
  const paths = new Set(text.match(/\b(?:lib|tests)\/[\w/]*(?:\.\w+)?/g));
  assert.ok(paths.size > 30, `${paths.size} paths`);
  for (const path of paths) assert.ok(await exists(join(projectRoot, path)), path);
});

Deno.test("CONTRIBUTING.md draws functions that stand in the file beside them", async () => {
  const lines = text.split("\n").map((line) => line.match(/(lib\/\S+\.ts)\s+(.*)$/))
    .filter((found) => found !== null);
  let count = 0;
  for (const [, path, about] of lines) {
    const source = await Deno.readTextFile(join(projectRoot, path));
    for (const [, name] of about.matchAll(/\b(\w+)\(\)/g)) {
      count++;
      assert.match(
        source,
        new RegExp(`(function\\*? |^ +(async )?\\*?)${name}\\b`, "m"),
        `${path}: ${name}()`,
      );
    }
  }
  assert.ok(count > 15, `${count} functions`);
});
