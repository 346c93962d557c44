/** The Stop button as a reader presses it: in JupyterLab's toolbar, while a cell trains. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { browserTest } from "../browser/chromium.ts";
import { startLab } from "./lab.ts";

const training = (more: string) => `
const bar${more.length} = progressBar("training");
for await (const _ of train(model, smallData, { folder, epochs: 5000, progress: bar${more.length}${more} }));
await bar${more.length}.finish();`;

const sources = [
  `import { useBackend } from "../lib/compute/backend.ts";
import { train } from "../lib/training/train.ts";
import { progressBar } from "../lib/visuals/mod.ts";
import { smallData, smallModel } from "../tests/training/small_run.ts";
await useBackend({ engine: "portable", threads: 2 });
const model = smallModel();
const folder = await Deno.makeTempDir();`,
  training(""),
  training(", resume: true"),
  `await Deno.remove(folder, { recursive: true });
console.log("still here", model.parameterCount);`,
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
  "JupyterLab's Stop button ends training, the next cell goes on, the kernel lives",
  async (browser) => {
    await setUp();
    await using copy = await copyProject(projectRoot);
    const path = "notebooks/stop.ipynb";
    await Deno.writeTextFile(join(copy.folder, path), JSON.stringify(notebook));
    await using lab = await startLab(copy.folder, path);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(90_000);
    await page.goto(lab.url);
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    await lab.kernelReady();
    await page.locator(".jp-CodeCell").first().click();

    const output = (cell: number) =>
      page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea");
    const runSelected = () => page.keyboard.press("Shift+Enter");
    /** Waits until the cell's bar has come to this epoch. */
    const comesTo = async (cell: number, epoch: number) => {
      const end = performance.now() + 90_000;
      const now = async () => /epoch (\d+) of 5000/.exec(await output(cell).innerText())?.[1];
      while (Number(await now() ?? 0) < epoch) {
        assert.ok(performance.now() < end, `cell ${cell} never came to epoch ${epoch}`);
        await page.waitForTimeout(50);
      }
    };
    await runSelected();
    let stopped = 0;
    for (const cell of [1, 2]) {
      await runSelected();
      // The second round goes on where the first has stopped, and beyond.
      await comesTo(cell, stopped + 2);
      await page.locator('[data-jp-item-name="interrupt"]').click();
      await output(cell).getByText(/stopped (in|before) epoch \d+.*run this cell again to go on/)
        .first().waitFor();
      const text = await output(cell).innerText();
      const epoch = Number(/stopped (?:in|before) epoch (\d+)/.exec(text)![1]);
      assert.ok(epoch > stopped, `stopped in epoch ${stopped}, then in epoch ${epoch}`);
      stopped = epoch;
    }
    assert.match(await output(2).innerText(), /goes on (with|in) epoch \d+/);
    await runSelected();
    await output(3).getByText("still here 2197").waitFor();
    const errors = page.locator('[data-mime-type$="error"], [data-mime-type$="stderr"]');
    assert.deepEqual(await errors.allTextContents(), []);
  },
);
