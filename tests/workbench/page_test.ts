import assert from "node:assert/strict";
import { embedPictures } from "../../lib/workbench/page.ts";

Deno.test("embedPictures() puts a file beside the notebooks into the text, and leaves one that is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/notebooks`);
    await Deno.writeFile(`${folder}/a.gif`, Uint8Array.of(1, 2, 3));
    const embed = (text: string) => embedPictures(text, `${folder}/notebooks`);
    assert.equal(embed("x ![An *a*](../a.gif) y"), "x ![An *a*](data:image/gif;base64,AQID) y");
    assert.equal(embed("![b](../b.gif)"), "![b](../b.gif)");
    assert.equal(embed("[a](../a.gif)"), "[a](../a.gif)");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
