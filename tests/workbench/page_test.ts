import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encodeAnimatedPng, stillOf } from "../../lib/visuals/raster/png.ts";
import { besideStill, embedPictures } from "../../lib/workbench/page.ts";

Deno.test("embedPictures() puts a file beside the notebooks into the text, and leaves one that is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/notebooks`);
    await Deno.writeFile(`${folder}/a.gif`, Uint8Array.of(1, 2, 3));
    const embed = (text: string) => embedPictures(text, `${folder}/notebooks`);
    assert.equal(embed("x ![An *a*](../a.gif) y"), "x ![An *a*](data:image/gif;base64,AQID) y");
    assert.equal(
      embed('<img src="../a.gif" width="9" alt="A">'),
      '<img src="data:image/gif;base64,AQID" width="9" alt="A">',
    );
    assert.equal(embed("![b](../b.gif)"), "![b](../b.gif)");
    assert.equal(embed("[a](../a.gif)"), "[a](../a.gif)");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("besideStill() adds a still for readers who want less motion, to animations alone", () => {
  const frame = { indices: Uint8Array.of(0), milliseconds: 50 };
  const layout = { width: 1, height: 1, palette: [[1, 2, 3]], transparent: null };
  const file = encodeAnimatedPng([frame, frame], { ...layout, still: Uint8Array.of(0) });
  const moving = besideStill("<img>", Buffer.from(file).toString("base64"));
  const still = Buffer.from(stillOf(file)!).toString("base64");
  assert.equal(
    moving,
    '<picture><source media="(prefers-reduced-motion: reduce)" ' +
      `srcset="data:image/png;base64,${still}"><img></picture>`,
  );
  assert.equal(besideStill("<img>", still), "<img>");
});
