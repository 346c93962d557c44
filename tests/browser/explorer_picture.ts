/**
 * Makes the picture of the explorer that stands where scripts are stripped, from shipped weights:
 * `deno run -A tests/browser/explorer_picture.ts` writes `data/pretrained/<run>/explorer.png`.
 */
import { decode } from "fast-png";
import type { Page } from "playwright-core";
import { useBackend } from "../../lib/compute/mod.ts";
import { loadMnist, take } from "../../lib/data/mod.ts";
import { klPerDimension } from "../../lib/evaluation/mod.ts";
import { encodeAll, exportModel } from "../../lib/latent/mod.ts";
import { dataFolder } from "../../lib/project.ts";
import { loadRun } from "../../lib/training/mod.ts";
import { indexedPng } from "../../lib/visuals/charts/figure.ts";
import { explorerHtml } from "../../lib/visuals/mod.ts";
import { launchChromium } from "./chromium.ts";

const folder = `${dataFolder}/pretrained/conv-vae-fast-z2-seed1`;
const size = { width: 860, height: 900 };

/** Marks A at a code, B at another one, and samples there; waits for all test digits to be scored. */
async function steer(page: Page): Promise<void> {
  const plane = page.getByRole("application", { name: /^Latent plane/ });
  const box = (await plane.boundingBox())!;
  const at = async (x: number, y: number) => {
    await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    await page.keyboard.press("Enter"); // the nearest code
  };
  await at(0.62, 0.5);
  await page.getByRole("button", { name: "Mark A" }).click();
  await at(0.37, 0.56);
  await page.getByRole("button", { name: "Mark B" }).click();
  await page.getByRole("button", { name: "Sample q(z|x)" }).click();
  await page.getByText(/of 1,000, stranger/).first().waitFor({ timeout: 120_000 });
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

await useBackend();
const { model } = await loadRun(folder);
const { test } = await loadMnist();
const codes = await encodeAll(model, test, { count: 1_000 });
const { html } = explorerHtml(await exportModel(model), {
  title: "conv-vae, latentDim 2",
  codes,
  originals: take(test, codes.count),
  klPerDimension: klPerDimension(codes),
});
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: size, deviceScaleFactor: 2 });
  await page.setContent(`<!doctype html><body>${html}`);
  await page.locator(".latent-explorer").waitFor();
  await steer(page);
  const { width, height, data } = decode(await page.locator(".latent-explorer").screenshot());
  // Of RGBA the opacity is dropped: a screenshot has none.
  const channels = data.length / (width * height) as 3 | 4;
  const picture = { width, height, channels, data: Uint8Array.from(data), density: 2 };
  await Deno.writeFile(`${folder}/explorer.png`, indexedPng(picture));
} finally {
  await browser.close();
}
