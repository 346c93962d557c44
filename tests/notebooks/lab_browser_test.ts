/** A notebook as its reader runs it: JupyterLab in a browser, Restart Kernel and Run All Cells. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../lib/project.ts";
import { readNotebook } from "../../lib/workbench/notebook.ts";
import { copyProject } from "../../lib/workbench/project_copy.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { browserTest } from "../browser/chromium.ts";
import { startLab } from "./lab.ts";
import { codeCells, kindOf } from "./outputs.ts";

const notebook = "notebooks/02_training.ipynb";

browserTest(
  "02_training in JupyterLab: Restart Kernel and Run All Cells shows the pictures",
  async (browser) => {
    await setUp();
    await using copy = await copyProject(projectRoot);
    const cells = codeCells(await readNotebook(join(copy.folder, notebook)));
    await using lab = await startLab(copy.folder, notebook);
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(120_000);
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1|data:|blob:|about:)/.test(request.url())) {
        elsewhere.push(request.url());
      }
    });
    await page.goto(lab.url);
    await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
    await lab.kernelReady();
    // The committed outputs must go first, so that what is found afterwards was made here.
    await page.getByRole("menuitem", { name: "Edit", exact: true }).click();
    await page.getByRole("menuitem", { name: "Clear Outputs of All Cells" }).click();
    await page.waitForFunction(() => document.querySelector(".jp-OutputArea-output") === null);
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.getByRole("menuitem", { name: /^Restart Kernel and Run All Cells/ }).click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    const last = page.locator(".jp-CodeCell .jp-InputPrompt").filter({
      hasText: `[${cells.length}]:`,
    });
    try {
      await last.waitFor({ timeout: 240_000 });
      await page.waitForTimeout(1000);
    } finally {
      const screenshot = join(projectRoot, "data", "executed", "02_training_in_jupyterlab.png");
      await page.screenshot({ path: screenshot });
    }

    const pictures = await page.locator(".jp-Notebook img").evaluateAll((images) =>
      images.map((image) => (image as HTMLImageElement).naturalWidth)
    );
    const wanted = cells.flatMap((cell) => cell.outputs ?? [])
      .filter((output) => kindOf(output) === "picture");
    assert.ok(pictures.length > 0 && pictures.every((width) => width > 0), `${pictures}`);
    assert.ok(
      pictures.length >= Math.min(wanted.length, 4),
      `${pictures.length} of ${wanted.length}`,
    );
    const complaints = page.locator('[data-mime-type$="stderr"], [data-mime-type$="error"]');
    assert.deepEqual(await complaints.allTextContents(), []);
    assert.deepEqual(elsewhere, []);
    const empty = await page.locator(".jp-CodeCell").evaluateAll((all) =>
      all.filter((cell) => !cell.querySelector(".jp-OutputArea-output")).length
    );
    const silent = cells.filter((cell) => (cell.outputs ?? []).length === 0).length;
    assert.ok(empty <= silent, `${empty} cells show nothing, expected ${silent}`);
  },
);
