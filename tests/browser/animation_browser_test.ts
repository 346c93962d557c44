import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encodeAnimation } from "../../lib/visuals/raster/gif.ts";
import { blankRaster } from "../../lib/visuals/raster/raster.ts";
import { browserTest } from "./chromium.ts";

browserTest("encodeAnimation() moves in Chromium, as GIF and as PNG", async (browser) => {
  const frames = [0, 85, 170, 255].map((grey) => ({ raster: blankRaster(20, 20, { grey }) }));
  const { gif, png } = encodeAnimation(frames, { milliseconds: 150, lastMilliseconds: 150 });
  const source = (type: string, bytes: Uint8Array) =>
    `<img style="display:block" src="data:image/${type};base64,${
      Buffer.from(bytes).toString("base64")
    }">`;
  const page = await browser.newPage({ viewport: { width: 20, height: 40 } });
  await page.setContent(`<body style="margin:0">${source("gif", gif)}${source("png", png)}</body>`);
  const seen = [new Set<string>(), new Set<string>()];
  for (let i = 0; i < 20; i++) {
    for (const [place, y] of [[0, 0], [1, 20]]) {
      const clip = { x: 0, y, width: 20, height: 20 };
      seen[place].add((await page.screenshot({ clip })).toString("base64"));
    }
    await page.waitForTimeout(40);
  }
  assert.ok(seen[0].size > 1, "the GIF stands still");
  assert.ok(seen[1].size > 1, "the animated PNG stands still");
});
