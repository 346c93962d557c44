import assert from "node:assert/strict";
import {
  type Broadcast,
  displaySlot,
  inNotebook,
  redirectOutputs,
  showFiles,
  showGif,
  showHtml,
  showMarkdown,
  showPng,
  showRaster,
  showTable,
  showText,
  showValue,
} from "../../lib/visuals/show/display.ts";

import { withMarkdown } from "../../lib/rich.ts";
import { blankRaster } from "../../lib/visuals/raster/raster.ts";

type Message = Parameters<Broadcast>;

/** What `run` sends while outputs go into a list. */
async function outputsOf(run: () => Promise<void>): Promise<Message[]> {
  const messages: Message[] = [];
  const before = redirectOutputs((...message) => {
    messages.push(message);
    return Promise.resolve();
  });
  try {
    await run();
  } finally {
    redirectOutputs(before);
  }
  return messages;
}

Deno.test("inNotebook() is false outside the kernel, and showing is silent there", async () => {
  assert.equal(inNotebook(), false);
  await showHtml("<b>x</b>", { text: "x" });
});

Deno.test("showPng() sends bytes, alternative text and width", async () => {
  const [message] = await outputsOf(() =>
    showPng(new Uint8Array([1, 2, 255]), { alt: "16 digits", width: 448 })
  );
  assert.deepEqual(message, ["display_data", {
    data: { "image/png": "AQL/", "text/plain": "16 digits" },
    metadata: { "image/png": { alt: "16 digits", width: 448 } },
    transient: {},
  }]);
});

Deno.test("showPng() sends only the bytes of a view, not its whole buffer", async () => {
  const view = new Uint8Array([9, 9, 1, 2, 255, 9]).subarray(2, 5);
  const [[, content]] = await outputsOf(() => showPng(view, { alt: "a" }));
  assert.equal((content.data as Record<string, string>)["image/png"], "AQL/");
});

Deno.test("showRaster() shows a dense bitmap at the size it is meant for", async () => {
  const raster = blankRaster(6, 2, { density: 2 });
  const [[, { metadata }]] = await outputsOf(() => showRaster(raster, { alt: "white" }));
  assert.deepEqual(metadata, { "image/png": { alt: "white", width: 3 } });
});

Deno.test("showGif() sends the GIF and the animated PNG with one alternative text", async () => {
  const animation = { gif: new Uint8Array([71]), png: new Uint8Array([137]) };
  const [[, content]] = await outputsOf(() => showGif(animation, { alt: "learning" }));
  assert.deepEqual(content.data, {
    "image/gif": "Rw==",
    "image/png": "iQ==",
    "text/plain": "learning",
  });
  assert.deepEqual(content.metadata, {
    "image/gif": { alt: "learning" },
    "image/png": { alt: "learning" },
  });
});

Deno.test("displaySlot() shows once and is then written again in place", async () => {
  const slot = displaySlot();
  const messages = await outputsOf(async () => {
    await showHtml("1", { text: "1", slot });
    await showHtml("2", { text: "2", slot });
    await showMarkdown("elsewhere", { slot: displaySlot() });
  });
  assert.deepEqual(messages.map(([type]) => type), [
    "display_data",
    "update_display_data",
    "display_data",
  ]);
  const ids = messages.map(([, { transient }]) => (transient as { display_id: string }).display_id);
  assert.equal(ids[0], slot.id);
  assert.equal(ids[1], slot.id);
  assert.notEqual(ids[2], slot.id);
});

Deno.test("show…() returns only after a pause, so that no cell ends before its output", async () => {
  const start = performance.now();
  await outputsOf(() => showMarkdown("x"));
  assert.ok(performance.now() - start >= 10, "a cell's end would overtake the output");
});

Deno.test("showTable() sends HTML and text of the same cells", async () => {
  const [[, { data }]] = await outputsOf(() => showTable([{ model: "a<b", elbo: -156.98 }]));
  const bundle = data as Record<string, string>;
  assert.match(bundle["text/html"], /<td style="text-align:left">a&lt;b<\/td>/);
  assert.match(bundle["text/html"], /<td style="text-align:right">−156.98<\/td>/);
  assert.equal(bundle["text/plain"], "model     elbo\n─────  ───────\na<b    −156.98");
});

Deno.test("showFiles() links relative to the working directory", async () => {
  const path = `${Deno.cwd()}/../data/runs/a b/cvae.gif`;
  const [[, { data }]] = await outputsOf(() => showFiles({ GIF: path }));
  assert.equal(
    (data as Record<string, string>)["text/markdown"],
    "GIF: [data/runs/a b/cvae.gif](../data/runs/a%20b/cvae.gif)",
  );
});

Deno.test("showText() sends lines as the kernel's own printed text", async () => {
  const messages = await outputsOf(() => showText("a", "b"));
  assert.deepEqual(messages, [["stream", { name: "stdout", text: "a\nb\n" }]]);
});

Deno.test("showValue() sends what a value shows of itself, and refuses one that shows nothing", async () => {
  const [message] = await outputsOf(() => showValue(withMarkdown({ a: 1 }, () => "**one**")));
  assert.deepEqual(message, ["display_data", {
    data: { "text/markdown": "**one**", "text/plain": "**one**" },
    metadata: {},
    transient: {},
  }]);
  await assert.rejects(showValue({ a: 1 }), /TypeError: Cannot show this value: expected a model/);
});
