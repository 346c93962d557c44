/**
 * Makes the picture of the page that trains, which stands in the notebook, the site's index and the README:
 * `deno run -A tests/live/train_picture.ts` writes `data/pretrained/train.png`, after 40 epochs of MNIST.
 */
import { decode } from "fast-png";
import { loadMnist } from "../../lib/data/mod.ts";
import type { Status } from "../../lib/live/contents.ts";
import { trainingPage } from "../../lib/live/mod.ts";
import { dataFolder } from "../../lib/project.ts";
import { indexedPng } from "../../lib/visuals/charts/figure.ts";
import { launchChromium } from "../browser/chromium.ts";

const size = { width: 1120, height: 945 };

const { page: html } = await trainingPage(await loadMnist({ source: "mnist" }));
const file = await Deno.makeTempFile({ suffix: ".html" });
await Deno.writeTextFile(file, html);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: size });
  await page.goto(`file://${file}`);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const epochs = Number(Deno.args[0] ?? 40);
  await page.waitForFunction(
    (epochs) =>
      (self as unknown as { livePage: { status(): Status } }).livePage.status().epoch > epochs,
    epochs,
    { timeout: 0 },
  );
  // The codes have come to rest half a second later.
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.waitForTimeout(2000);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  const { width, height, data } = decode(await page.screenshot());
  const channels = data.length / (width * height) as 3 | 4;
  const picture = { width, height, channels, data: Uint8Array.from(data), density: 1 };
  await Deno.writeFile(`${dataFolder}/pretrained/train.png`, indexedPng(picture));
} finally {
  await browser.close();
  await Deno.remove(file);
}
