import assert from "node:assert/strict";
import {
  isSlowTest,
  shareOut,
  tallyJunit,
  twiceIfItDies,
} from "../../lib/workbench/test_processes.ts";

Deno.test("tallyJunit() counts cases by how they ended, and names those that failed", () => {
  const xml = `<testsuites><testsuite name="a">
    <testcase name="one" time="0.1" />
    <testcase name="two > three" time="0.1"></testcase>
    <testcase name="four"><failure message="no">…</failure></testcase>
    <testcase name="five"><skipped /></testcase>
  </testsuite></testsuites>`;
  assert.deepEqual(tallyJunit(xml), { passed: 2, skipped: 1, failed: ["four"] });
});

Deno.test("tallyJunit() reads what this Deno writes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "vae_junit_" });
  try {
    await Deno.writeTextFile(
      `${folder}/a_test.ts`,
      `Deno.test("good", () => {}); Deno.test("bad </testcase>", () => { throw new Error("no"); });
       Deno.test.ignore("later", () => {});`,
    );
    await new Deno.Command(Deno.execPath(), {
      args: ["test", "--quiet", "--no-check", `--junit-path=${folder}/report.xml`, folder],
      stdout: "null",
      stderr: "null",
    }).output();
    const xml = await Deno.readTextFile(`${folder}/report.xml`);
    assert.deepEqual(tallyJunit(xml), {
      passed: 1,
      skipped: 1,
      failed: ["bad &lt;/testcase&gt;"],
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("isSlowTest() tells tests of notebooks, browsers and Python from the others", () => {
  assert.equal(isSlowTest("tests/notebooks/notebooks_kernel_test.ts"), true);
  assert.equal(isSlowTest("tests/visuals/explorer_browser_test.ts"), true);
  assert.equal(isSlowTest("tests/export/small_python_test.ts"), true);
  assert.equal(isSlowTest("tests/visuals/gif_test.ts"), false);
});

Deno.test("shareOut() gives every file to one process, long ones first, slow ones alone", () => {
  const names = [..."abcdefgh"].map((name) => `tests/data/${name}_test.ts`);
  const slow = ["b", "notebooks_1", "reader"].map((name) =>
    `tests/notebooks/${name}_kernel_test.ts`
  );
  assert.deepEqual(shareOut([...names, "tests/compute/x_test.ts", ...slow]), [
    [slow[1]],
    [slow[2]],
    ["tests/compute/x_test.ts"],
    [slow[0]],
    names.slice(0, 6),
    names.slice(6),
  ]);
});

Deno.test("twiceIfItDies() runs again what died after its last test, and nothing else", async () => {
  const fine = { passed: 3, skipped: 0, failed: [] };
  const lost = { ...fine, failed: ["a process of tests: some"] };
  const good = { success: true, bySignal: false, tally: fine };
  const died = { success: false, bySignal: true, tally: fine };
  const leaked = { ...died, bySignal: false };
  const early = { ...died, tally: { ...fine, passed: 0 } };
  const wrong = { ...died, tally: { ...fine, failed: ["one"] } };
  const cases = [
    [[good], fine],
    [[died, good], fine],
    [[died, died], lost],
    [[died, wrong], wrong.tally],
    [[leaked], lost],
    [[early], { ...lost, passed: 0 }],
    [[wrong], wrong.tally],
  ] as const;
  for (const [ends, wanted] of cases) {
    const left = [...ends];
    const got = await twiceIfItDies(() => Promise.resolve(left.shift()!), "some");
    assert.deepEqual(got, wanted);
    assert.equal(left.length, 0, "runs");
  }
});
