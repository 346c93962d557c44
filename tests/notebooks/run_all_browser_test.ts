/** Run All in JupyterLab where something is wrong in the middle. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { browserTest } from "../browser/chromium.ts";
import { startLab } from "./lab.ts";

const sources = [
  'console.log("the first cell");',
  "const epochs = 3;\nconst rate = 1e-3;\nconsst steps = 10;",
  'console.log("the third cell");',
  'throw new RangeError("latentDim: expected an integer >= 1, got 0");',
  'console.log("the fifth cell");',
];

const notebook = {
  cells: sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    source,
    outputs: [],
    execution_count: null,
    metadata: {},
  })),
  metadata: { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 5,
};

browserTest(
  "JupyterLab's Run All stops at a wrong cell, which says what is wrong",
  async (browser) => {
    await setUp();
    await using copy = await copyProject(projectRoot);
    const path = "notebooks/run_all.ipynb";
    await Deno.writeTextFile(join(copy.folder, path), JSON.stringify(notebook));
    await using lab = await startLab(copy.folder, path);
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    page.setDefaultTimeout(60_000);
    await page.goto(lab.url);
    const cell = (i: number) => page.locator(".jp-CodeCell").nth(i);
    const prompts = () => page.locator(".jp-CodeCell .jp-InputPrompt").allInnerTexts();
    const menu = async (name: string, item: RegExp) => {
      await page.getByRole("menuitem", { name, exact: true }).click();
      await page.getByRole("menuitem", { name: item }).first().click();
    };
    const shown = async (i: number, text: RegExp) => {
      await cell(i).locator(".jp-OutputArea-output").filter({ hasText: text }).waitFor();
      await page.waitForTimeout(500);
    };

    await cell(4).waitFor();
    await lab.kernelReady();
    await cell(0).click();
    await menu("Run", /^Run All Cells$/);
    await shown(1, /SyntaxError/);
    assert.match(
      await cell(1).innerText(),
      /3 \| consst steps = 10;[^]*line 3, column 8 of this cell/,
    );
    assert.deepEqual(await prompts(), ["[1]:", "[2]:", "[ ]:", "[ ]:", "[ ]:"]);

    // The cell mended, the rest goes on, and stops at the next wrong cell.
    await cell(1).locator(".cm-content").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("const steps = 10;");
    await menu("Run", /^Run Selected Cell and All Below/);
    await shown(3, /RangeError/);
    assert.deepEqual(await prompts(), ["[1]:", "[3]:", "[4]:", "[5]:", "[ ]:"]);
  },
);
