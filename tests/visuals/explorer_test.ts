import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { digitNames } from "../../lib/data/labels.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import type { LayerSpec } from "../../lib/latent/layer_export.ts";
import type { PlainModel } from "../../lib/latent/model_export.ts";
import { RandomStream } from "../../lib/random.ts";
import { classColors } from "../../lib/visuals/charts/palette.ts";
import { decoderHtml, explorerHtml, slidersHtml } from "../../lib/visuals/explorer/explorer.ts";
import { contentsOf } from "./explorer_contents.ts";

const normals = (count: number, name = "weights") => new RandomStream(3, name).normals(count);

/** z [2] → 2 × 2 pixels. */
const tiny: LayerSpec[] = [{
  kind: "dense",
  name: "pixels",
  activation: "linear",
  outputShape: [4],
  kernel: { shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  bias: { shape: [4], data: Float32Array.of(0, 0, 0, 0.5) },
}, { kind: "reshape", name: "image", activation: "linear", outputShape: [2, 2, 1] }];
const tinyModel: PlainModel = {
  decoder: tiny,
  encoder: null,
  kind: "vae",
  likelihood: "bernoulli",
  logScale: null,
  latentDim: 2,
  inputShape: [2, 2, 1],
  treatment: "threshold",
};

Deno.test("explorerHtml() is one piece that asks for nothing from outside", () => {
  const { html, text, bytes } = explorerHtml(tinyModel, {
    title: "a </script><b>title",
    codes: new Codes([0, 0, 1, 1], 2, { labels: [3, 7] }),
    originals: createImageSet({
      name: "two",
      pixels: new Uint8Array(8),
      labels: new Uint8Array(2),
      shape: [2, 2, 1],
    }),
  });
  assert.equal(bytes, new TextEncoder().encode(html).length);
  const [still] = html.match(/ src="data:image\/png;base64,[\w+/=]+"/)!;
  assert.ok(!/\b(src|href)=|https?:|fetch\(|^import /m.test(html.replace(still, "")));
  assert.equal(html.match(/<\/script/g)?.length, 1);
  assert.ok(html.includes("&lt;/script&gt;"));
  assert.match(text, /^a <\/script><b>title: an interactive picture/);
});

Deno.test("slidersHtml() carries neither codes nor encoder; decoderHtml() is a page", () => {
  const codes = new Codes(normals(2000), 2, { labels: new Uint8Array(1000) });
  const full = explorerHtml(tinyModel, { codes });
  const sliders = slidersHtml(tinyModel, { codes });
  assert.ok(full.bytes - sliders.bytes > 4000, `${full.bytes - sliders.bytes}`);
  const page = decoderHtml(tinyModel, { codes, title: "mine" });
  assert.ok(page.html.startsWith("<!doctype html>") && page.html.includes("<title>mine</title>"));
});

Deno.test("explorerHtml() gives sliders to the 16 dimensions of largest KL", () => {
  const wide: LayerSpec[] = [{
    ...tiny[0] as Extract<LayerSpec, { kind: "dense" }>,
    kernel: { shape: [20, 4], data: normals(80) },
  }, tiny[1]];
  const klPerDimension = Array.from({ length: 20 }, (_, i) => (i * 7) % 20);
  const { html } = explorerHtml({ ...tinyModel, decoder: wide, latentDim: 20 }, { klPerDimension });
  const sliders = JSON.parse(html.match(/"sliders":(\[\{.*?\}\])/)![1]) as { kl: number }[];
  assert.deepEqual(
    sliders.map((slider) => slider.kl),
    Array.from({ length: 16 }, (_, i) => 19 - i),
  );
});

Deno.test("explorerHtml() widens its range to hold codes that lie far out", () => {
  const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 12.3 : -2));
  const codes = new Codes(values, 2, { labels: new Uint8Array(200) });
  assert.match(explorerHtml(tinyModel, { codes }).html, /"planeRange":13,.*"sliderRange":13/);
  assert.match(explorerHtml(tinyModel).html, /"planeRange":3,.*"sliderRange":5/);
  const near = new Codes(values.map((value) => value / 4), 2);
  assert.match(explorerHtml(tinyModel, { codes: near }).html, /"planeRange":4,/);
});

Deno.test("explorerHtml() tells the page the classes that are there, by name, colour and place", () => {
  const named = new Codes(normals(6), 2, { labels: [2, 0, 2], classNames: ["cat", "dog", "owl"] });
  const { classes, noun, labels } = contentsOf(explorerHtml(tinyModel, { codes: named }).html);
  assert.deepEqual(classes, [
    { label: 0, name: "cat", color: classColors[0] },
    { label: 2, name: "owl", color: classColors[2] },
  ]);
  assert.deepEqual([noun, labels!.length], ["image", 3]);
  const digits = new Codes(normals(2), 2, { labels: [7], classNames: digitNames });
  assert.equal(contentsOf(explorerHtml(tinyModel, { codes: digits }).html).noun, "digit");
  const numbers = new Codes(normals(4), 2, { labels: [46, 11] });
  const { classes: two } = contentsOf(explorerHtml(tinyModel, { codes: numbers }).html);
  assert.deepEqual(two.map(({ name }) => name), ["11", "46"]);
});

Deno.test("explorerHtml() needs no labels", () => {
  const contents = contentsOf(explorerHtml(tinyModel, { codes: new Codes(normals(6), 2) }).html);
  assert.deepEqual([contents.classes, contents.labels], [[], undefined]);
  assert.equal(contents.codes!.length, 6);
});

Deno.test("explorerHtml() says in one line what does not fit", () => {
  const one = (options: object, message: RegExp, model: object = {}) =>
    assert.throws(() => explorerHtml({ ...tinyModel, ...model }, options), message);
  const codes = (count: number) =>
    new Codes(new Float32Array(2 * count), 2, { labels: new Uint8Array(count) });
  const set = (count: number, side = 2) =>
    createImageSet({
      name: "set",
      pixels: new Uint8Array(count * side * side),
      labels: new Uint8Array(count),
      shape: [
        side,
        side,
        1,
      ],
    });
  one({ codes: new Codes([1, 2, 3], 3) }, /codes: expected latentDim 2, as the model's, got 3/);
  one({ codes: [1, 2] }, /codes: expected Codes/);
  one({ codes: codes(3), originals: set(2) }, /originals: expected 3 images, .*got 2/);
  one({ codes: codes(3), originals: set(3, 4) }, /originals: expected 2×2×1, got 4×4×1/);
  one({}, /decoder: expected 784 pixels \(28×28×1\), got 4/, { inputShape: [28, 28, 1] });
  one({}, /model: expected one as `await exportModel\(model\)` gives it/, { decoder: undefined });
  one({ klPerDimension: [1] }, /klPerDimension: expected 2 numbers, got 1/);
  one({ titel: "x" }, /titel: no such option; did you mean `title`\?/);
  one({ parts: ["plain"] }, /parts\.0: expected .*did you mean `plane`\?/);
});

Deno.test("slidersHtml() packs weights as bytes where asked to: half as much", () => {
  const kernel = { shape: [40, 200], data: normals(8000) };
  const bias = { shape: [200], data: new Float32Array(200) };
  const decoder = [{ ...tiny[0], kernel, bias, outputShape: [200] } as LayerSpec];
  const wide: PlainModel = { ...tinyModel, latentDim: 40, decoder, inputShape: [10, 20, 1] };
  const size = (precision: "float16" | "int8") => slidersHtml(wide, { precision }).bytes;
  assert.ok(size("float16") - size("int8") > 8000, `${size("float16")}, ${size("int8")}`);
});

Deno.test("explorerHtml() tells the page what the bound takes, where there is one", () => {
  const encoder: LayerSpec[] = [{ ...tiny[0] as Extract<LayerSpec, { kind: "dense" }> }];
  const codes = new Codes(normals(4), 2);
  const set = createImageSet({ name: "two", pixels: new Uint8Array(8), shape: [2, 2, 1] });
  const told = (model: Partial<PlainModel>, options: object = {}) => {
    const { parts, bound } = contentsOf(explorerHtml({ ...tinyModel, ...model }, options).html);
    return { there: parts.includes("bound"), bound };
  };
  const own = { likelihood: "discretized-logistic", logScale: [-2] } as const;
  const vae = { there: true, bound: own };
  assert.deepEqual(told({ encoder, ...own }, { codes, originals: set }), vae);
  assert.deepEqual(told({ encoder, ...own }), vae, "a pad is enough");
  const bernoulli = { likelihood: "bernoulli", logScale: null };
  assert.deepEqual(told({}), { there: false, bound: bernoulli }, "no encoder");
  assert.deepEqual(told({}, { codes, originals: set }), { there: false, bound: bernoulli });
  const sliders = { parts: ["sliders"] };
  assert.deepEqual(told({ encoder }, sliders), { there: false, bound: bernoulli });
  assert.deepEqual(told({ encoder, kind: "ae" }), { there: true, bound: null }, "to say why");
});
