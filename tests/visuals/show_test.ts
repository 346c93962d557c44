import assert from "node:assert/strict";
import { decode } from "fast-png";
import { withMarkdown } from "../../lib/rich.ts";
import { figure } from "../../lib/visuals/charts/figure.ts";
import { blankRaster } from "../../lib/visuals/raster/raster.ts";
import {
  type Broadcast,
  displaySlot,
  inNotebook,
  redirectOutputs,
} from "../../lib/visuals/show/display.ts";
import { links, markdown } from "../../lib/visuals/show/markup.ts";
import { show } from "../../lib/visuals/show/show.ts";
import { table } from "../../lib/visuals/text/table.ts";

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

const dataOf = ([, { data }]: Message) => data as Record<string, string>;

Deno.test("inNotebook() is false outside the kernel, and showing is silent there", async () => {
  assert.equal(inNotebook(), false);
  await show({ html: "<b>x</b>", text: "x" });
  await show("x");
});

Deno.test("show() sends a dense bitmap at the size it is meant for, with its alternative text", async () => {
  const raster = blankRaster(6, 2, { density: 2 });
  const [[type, content]] = await outputsOf(() => show(raster, { alt: "16 digits" }));
  assert.equal(type, "display_data");
  assert.deepEqual(content.metadata, { "image/png": { alt: "16 digits", width: 3 } });
  assert.deepEqual(content.transient, {});
  const { "image/png": png, "text/plain": text } = content.data as Record<string, string>;
  assert.equal(text, "16 digits");
  assert.equal(Uint8Array.fromBase64(png).subarray(1, 4).join(), "80,78,71");
  const [[, wide]] = await outputsOf(() => show(raster, { alt: "a", width: 99 }));
  assert.deepEqual(wide.metadata, { "image/png": { alt: "a", width: 99 } });
});

Deno.test("show() sends a figure with the alternative text it brings", async () => {
  const drawn = figure({ body: { svg: "<rect/>", width: 20, height: 10 }, alt: "a rectangle" });
  const [[, { data, metadata }]] = await outputsOf(() => show(drawn));
  assert.equal((data as Record<string, string>)["text/plain"], "a rectangle");
  assert.deepEqual(metadata, { "image/png": { alt: "a rectangle", width: drawn.width } });
});

Deno.test("show() sends the GIF and the animated PNG with one alternative text", async () => {
  // A view sends its own bytes alone, not its whole buffer.
  const png = new Uint8Array([9, 1, 2, 255, 9]).subarray(1, 4);
  const animation = { gif: new Uint8Array([71]), png, width: 40 };
  const [[, content]] = await outputsOf(() => show(animation, { alt: "learning" }));
  assert.deepEqual(content.data, {
    "image/gif": "Rw==",
    "image/png": "AQL/",
    "text/plain": "learning",
  });
  assert.deepEqual(content.metadata, {
    "image/gif": { alt: "learning", width: 40 },
    "image/png": { alt: "learning", width: 40 },
  });
  const [still] = await outputsOf(() => show({ png, width: 40 }, { alt: "learning" }));
  assert.deepEqual(Object.keys(dataOf(still)), ["image/png", "text/plain"]);
});

Deno.test("show() sends a photograph's colours as they are, and a drawing over a palette", async () => {
  const photo = blankRaster(40, 40, { channels: 3 });
  photo.data.forEach((_, i) => photo.data[i] = (i * 7 + (i >> 5)) % 256);
  const drawing = blankRaster(40, 40, { channels: 3 });
  drawing.data.set([200, 10, 20], 300);
  for (const [raster, channels] of [[photo, 3], [drawing, 1]] as const) {
    const [message] = await outputsOf(() => show(raster, { alt: "colours" }));
    const file = decode(Uint8Array.fromBase64(dataOf(message)["image/png"]));
    assert.equal(file.channels, channels);
    if (raster === photo) assert.deepEqual(Uint8Array.from(file.data), photo.data);
  }
});

Deno.test("show() refuses a picture without alternative text, and misspelt options", async () => {
  // deno-lint-ignore no-explicit-any
  const shown = (what: any, options?: any) => show(what, options);
  const missing = {
    name: "OptionError",
    message: "show: alt: expected a sentence on what the picture shows, got none",
  };
  await assert.rejects(shown(blankRaster(2, 2)), missing);
  await assert.rejects(shown({ png: new Uint8Array(1), width: 1 }), missing);
  await assert.rejects(shown(blankRaster(2, 2), { atl: "x" }), /atl: no such option; did you mean/);
  await assert.rejects(shown(3), {
    name: "OptionError",
    message: /expected something to show, got 3/,
  });
});

Deno.test("displaySlot() shows once and is then written again in place", async () => {
  const slot = displaySlot();
  const messages = await outputsOf(async () => {
    await show({ html: "1", text: "1" }, { slot });
    await show("2", { slot });
    await show(markdown("elsewhere"), { slot: displaySlot() });
  });
  assert.deepEqual(messages.map(([type]) => type), [
    "display_data",
    "update_display_data",
    "display_data",
  ]);
  assert.deepEqual(dataOf(messages[1]), { "text/plain": "2" });
  const ids = messages.map(([, { transient }]) => (transient as { display_id: string }).display_id);
  assert.equal(ids[0], slot.id);
  assert.equal(ids[1], slot.id);
  assert.notEqual(ids[2], slot.id);
});

Deno.test("show() returns only after a pause, so that no cell ends before its output", async () => {
  const start = performance.now();
  await outputsOf(() => show(markdown("x")));
  assert.ok(performance.now() - start >= 10, "a cell's end would overtake the output");
});

Deno.test("show() sends a table as HTML and text of the same cells", async () => {
  const [message] = await outputsOf(() => show(table([{ model: "a<b", elbo: -156.98 }])));
  const bundle = dataOf(message);
  assert.match(bundle["text/html"], /<td style="text-align:left">a&lt;b<\/td>/);
  assert.match(bundle["text/html"], /<td style="text-align:right">−156.98<\/td>/);
  assert.equal(bundle["text/plain"], "model     elbo\n─────  ───────\na<b    −156.98");
});

Deno.test("links() are relative to the working directory", async () => {
  const path = `${Deno.cwd()}/../data/runs/a b/cvae.gif`;
  const [message] = await outputsOf(() => show(links({ GIF: path })));
  assert.equal(
    dataOf(message)["text/markdown"],
    "GIF: [data/runs/a b/cvae.gif](../data/runs/a%20b/cvae.gif)",
  );
});

Deno.test("show() sends lines as the kernel's own printed text", async () => {
  const printed = [["stream", { name: "stdout", text: "a\nb\n" }]];
  assert.deepEqual(await outputsOf(() => show(["a", "b"])), printed);
  assert.deepEqual(await outputsOf(() => show("a\nb")), printed);
});

Deno.test("show() sends what a value shows of itself, and refuses one that shows nothing", async () => {
  const [message] = await outputsOf(() => show(withMarkdown({ a: 1 }, () => "**one**")));
  assert.deepEqual(message, ["display_data", {
    data: { "text/markdown": "**one**", "text/plain": "**one**" },
    metadata: {},
    transient: {},
  }]);
  await assert.rejects(show({ a: 1 }), /OptionError: Cannot show this value: expected a model/);
});
