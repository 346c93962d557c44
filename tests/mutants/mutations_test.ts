/** The list of faults stays one that can be run: every text is where it is said to be, once. */
import assert from "node:assert/strict";
import { mutatedFiles, parseMutations } from "./mutations.ts";

const project = new URL("../../", import.meta.url);

for (const { file, tests, mutations } of mutatedFiles) {
  Deno.test(`mutations of lib/${file} have texts that stand in it once, and tests`, async () => {
    const source = await Deno.readTextFile(new URL(`lib/${file}`, project));
    for (const { text, becomes } of mutations) {
      assert.equal(source.split(text).length - 1, 1, `how often ${JSON.stringify(text)} is there`);
      assert.notEqual(text, becomes);
    }
    for (const test of tests) await Deno.stat(new URL(`tests/${test}_test.ts`, project));
  });
}

Deno.test("mutatedFiles names each file once", () => {
  const files = mutatedFiles.map(({ file }) => file);
  assert.equal(new Set(files).size, files.length);
});

Deno.test("parseMutations() reads texts of one line or more, deletions and reasons", () => {
  const list = "For readers.\n\na/b.ts < a/b c\n- one\n-   two\n+ three\n- four\n+\n= five\n";
  assert.deepEqual(parseMutations(list), [{
    file: "a/b.ts",
    tests: ["a/b", "c"],
    mutations: [
      { text: "one\n  two", becomes: "three" },
      { text: "four", becomes: "", harmless: "five" },
    ],
  }]);
  assert.throws(() => parseMutations("a.ts < b\n- x\ny"), /list of mutations: "y"/);
});
