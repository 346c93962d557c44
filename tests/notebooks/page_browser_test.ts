/** The reading edition in a browser without network: on a telephone and a laptop, light and dark. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../lib/project.ts";
import { listNotebooks } from "../../lib/workbench/notebook.ts";
import { writePages } from "../../lib/workbench/page.ts";
import { setUp } from "../../lib/workbench/setup.ts";
import { browserTest } from "../browser/chromium.ts";

const names = await listNotebooks(projectRoot);
let folder: string | undefined;

/** The folder that all pages lie in; they are written when the first is asked for. */
async function pages(): Promise<string> {
  if (folder) return folder;
  await setUp();
  folder = await Deno.makeTempDir({ prefix: "vae_site_" });
  const page = (name: string) => ({
    notebook: join(projectRoot, "notebooks", `${name}.ipynb`),
    target: join(folder!, `${name}.html`),
  });
  await writePages(projectRoot, names.map(page));
  return folder;
}

Deno.test.afterAll(async () => {
  if (folder) await Deno.remove(folder, { recursive: true });
});

for (const name of names) {
  browserTest(
    `${name} as a page fits telephone and laptop, and asks no other host`,
    async (browser) => {
      const target = join(await pages(), `${name}.html`);
      const page = await browser.newPage({ offline: true });
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (!/^(file|data|blob|about):/.test(request.url())) complaints.push(request.url());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(pathToFileURL(target).href);
      for (const width of [390, 1280]) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          await page.waitForTimeout(300);
          const seen = await page.evaluate(() => ({
            width: document.documentElement.scrollWidth,
            missing: [...document.images].filter((image) => !image.naturalWidth)
              .map((image) => image.alt),
            unread: document.querySelector("main")!.textContent.match(/\$\$|formula\d+x7q/)?.[0],
            background: getComputedStyle(document.body).backgroundColor,
          }));
          assert.deepEqual(complaints, []);
          assert.ok(seen.width <= width, `${seen.width} px wide on a screen of ${width}`);
          assert.deepEqual(seen.missing, []);
          assert.equal(seen.unread, undefined);
          const [red] = seen.background.match(/\d+/)!;
          assert.equal(Number(red) < 128, colorScheme === "dark");
        }
      }
    },
  );
}
