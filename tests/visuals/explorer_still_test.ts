/** What stands for an explorer where scripts are stripped. */
import assert from "node:assert/strict";
import { decode } from "fast-png";
import { Buffer } from "node:buffer";
import { Codes } from "../../lib/data/codes.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import type { PlainModel } from "../../lib/latent/model_export.ts";
import { coordinatePlane } from "../../lib/latent/plane.ts";
import { explorerHtml } from "../../lib/visuals/explorer/explorer.ts";
import { explorerStill } from "../../lib/visuals/explorer/still.ts";
import { redirectOutputs } from "../../lib/visuals/show/display.ts";
import { show } from "../../lib/visuals/show/show.ts";

/** Two pixels: z₁ and 1 − z₁, cut to [0, 1]. */
const model: PlainModel = {
  kind: "vae",
  latentDim: 2,
  inputShape: [1, 2, 1],
  treatment: "threshold",
  likelihood: "bernoulli",
  logScale: null,
  decoder: [{
    kind: "dense",
    name: "pixels",
    activation: "linear",
    outputShape: [2],
    // The second dimension says nothing to these codes, which lie on the first.
    kernel: { shape: [2, 2], data: Float32Array.of(1, -1, 0.25, 0.25) },
    bias: { shape: [2], data: Float32Array.of(0, 1) },
  }, { kind: "reshape", name: "image", activation: "linear", outputShape: [1, 2, 1] }],
  encoder: null,
};
const codes = new Codes([1, 0, 0, 0, 1, 0, 0.5, 0], 2, { labels: [1, 1, 0, 2] });
const originals = createImageSet({
  name: "pairs",
  pixels: Uint8Array.of(255, 0, 255, 0, 0, 255, 0, 0),
  labels: [1, 1, 0, 2],
  shape: [1, 2, 1],
});

/** Greys of the pixels in the middle of each image of the last picture, row by row. */
function imagesIn(png: Uint8Array, rows: number, columns: number): number[][] {
  const { width, height, data, channels, palette } = decode(png);
  const greyAt = (x: number, y: number) => {
    const index = data[(y * width + x) * channels];
    return palette ? palette[index][0] : index;
  };
  // 2 CSS pixels a pixel, 2 between images, 26 for the caption above, at density 2; at the right edge 8.
  const left = width - 2 * 8 - 2 * (6 * columns - 2);
  assert.ok(height >= 2 * (26 + 4 * rows - 2));
  return Array.from({ length: rows }, (_, row) =>
    Array.from(
      { length: 2 * columns },
      (_, i) => greyAt(left + 12 * (i >> 1) + 4 * (i & 1) + 2, 2 * 26 + 8 * row + 2),
    ));
}

Deno.test("explorerStill() shows the first image of each class above what its code decodes to", () => {
  const { png } = explorerStill("two", [{ name: "decoded", model, codes }], originals);
  const [above, below] = imagesIn(png, 2, 3);
  assert.deepEqual(above, [0, 255, 255, 0, 0, 0]);
  below.forEach((grey, i) =>
    assert.ok(Math.abs(grey - [255, 0, 255, 0, 128, 128][i]) < 9, `${below}`)
  );
});

Deno.test("explorerStill() walks along the first dimension where no images came along", () => {
  const { png, alt } = explorerStill("two", [{ name: "decoded", model }]);
  const [row] = imagesIn(png, 1, 6);
  const wanted = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].flatMap((z) => [z, 1 - z])
    .map((v) => 255 * Math.min(1, Math.max(0, v)));
  row.forEach((grey, i) => assert.ok(Math.abs(grey - wanted[i]) < 9, `${row}`));
  assert.equal(alt, "two: images decoded, z₁ from −2.5 to 2.5");
});

Deno.test("explorerStill() draws a plane for each side that has one", () => {
  const plane = coordinatePlane(2);
  const widthOf = (...planes: (typeof plane | undefined)[]) =>
    explorerStill(
      "two",
      planes.map((plane, i) => ({ name: `${i}`, model, codes, plane })),
      originals,
    )
      .width;
  const one = widthOf(plane, undefined) - widthOf(undefined, undefined);
  const two = widthOf(plane, plane) - widthOf(undefined, undefined);
  assert.ok(one > 280 && two > 2 * 230, `${one}, ${two}`);
});

Deno.test("show() sends an explorer with its still picture, which also stands in the HTML", async () => {
  const explorer = explorerHtml(model, { title: "a <b>", codes, originals });
  const sent: Record<string, unknown>[] = [];
  const before = redirectOutputs((_, content) => {
    sent.push(content);
    return Promise.resolve();
  });
  try {
    await show(explorer);
  } finally {
    redirectOutputs(before);
  }
  const [{ data, metadata }] = sent as { data: Record<string, string>; metadata: object }[];
  const png = Buffer.from(explorer.still.png).toString("base64");
  assert.deepEqual(Object.keys(data).sort(), ["image/png", "text/html", "text/plain"]);
  assert.equal(data["image/png"], png);
  const { alt, width } = explorer.still;
  assert.deepEqual(metadata, { "image/png": { alt, width } });
  assert.ok(data["text/html"].includes(`src="data:image/png;base64,${png}"`));
  assert.ok(data["text/html"].includes("A still picture of “a &lt;b&gt;”"));
});
