/** Models side by side: what the page is told. */
import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import type { LayerSpec } from "../../lib/latent/layer_export.ts";
import type { PlainModel } from "../../lib/latent/model_export.ts";
import { RandomStream } from "../../lib/random.ts";
import type { SideBySideContents } from "../../lib/visuals/explorer/contents.ts";
import { openModel } from "../../lib/visuals/explorer/page/model.ts";
import { runsHtml } from "../../lib/visuals/explorer/runs.ts";

const normals = (count: number, name: string) => new RandomStream(3, name).normals(count);
const dense = (inputs: number, units: number, name: string): LayerSpec => ({
  kind: "dense",
  name,
  activation: "linear",
  outputShape: [units],
  kernel: { shape: [inputs, units], data: normals(inputs * units, name) },
  bias: null,
});
const image: LayerSpec = {
  kind: "reshape",
  name: "image",
  activation: "sigmoid",
  outputShape: [3, 3, 1],
};
const count = 40;
const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
/** A model of 3 × 3 pixels with codes of a spread. */
function aRun(name: string, spread: number) {
  const model: PlainModel = {
    kind: "vae",
    likelihood: "bernoulli",
    logScale: null,
    latentDim: 2,
    inputShape: [3, 3, 1],
    treatment: "threshold",
    decoder: [dense(2, 9, name), image],
    encoder: [
      { ...image, kind: "flatten", activation: "linear", outputShape: [9] },
      dense(9, 4, name),
    ],
  };
  const logVars = new Float32Array(2 * count).fill(2 * Math.log(0.1 * spread));
  const codes = new Codes(normals(2 * count, name).map((v) => spread * v), 2, { labels, logVars });
  return { model, codes };
}
const runs = { "β = 1": aRun("a", 1), "β = 4": aRun("b", 5) };
const originals = createImageSet({
  name: "noise",
  pixels: Uint8Array.from({ length: 9 * count }, (_, i) => (i * 97) % 256),
  labels,
  shape: [3, 3, 1],
});

function contentsOf(html: string): [SideBySideContents, string] {
  const [, json, base64] = html.match(/explorer\.startExplorer\(host, (\{.*\}), "([^"]*)"/)!;
  return [JSON.parse(json), base64];
}

Deno.test("runsHtml() gives each run its own weights, codes and name, on planes of one range", async () => {
  const [{ title, runs: told }, base64] = contentsOf(
    runsHtml(runs, { title: "two", originals }).html,
  );
  assert.deepEqual([title, ...told.map(({ title }) => title)], ["two", "β = 1", "β = 4"]);
  assert.ok(told[0].planeRange > 8 && told[0].planeRange === told[1].planeRange);
  for (const [i, { model, codes }] of Object.values(runs).entries()) {
    const page = await openModel(told[i], base64);
    const { mean, sigma } = page.codeOf(5);
    mean.forEach((v, k) => assert.ok(Math.abs(v - codes.row(5)[k]) < 0.01));
    assert.ok(Math.abs(sigma![0] - [0.1, 0.5][i]) < 1e-3);
    const { data } = (model.decoder[0] as Extract<LayerSpec, { kind: "dense" }>).kernel;
    const first = 1 / (1 + Math.exp(-(data[0] - 2 * data[9])));
    assert.ok(Math.abs(page.decode([1, -2])[0] - first) < 1e-3);
    assert.equal(page.encode(new Float32Array(9)), null, "no encoder where nobody draws");
  }
});

Deno.test("runsHtml() takes an autoencoder beside a VAE: its codes have no σ", async () => {
  const { model, codes } = runs["β = 4"];
  const points = new Codes(codes.values, 2, { labels });
  const pair = {
    vae: runs["β = 1"],
    ae: { model: { ...model, kind: "ae" as const }, codes: points },
  };
  const [{ runs: told }, base64] = contentsOf(runsHtml(pair, { originals }).html);
  const sigmas = await Promise.all(
    told.map(async (one) => (await openModel(one, base64)).codeOf(0).sigma),
  );
  assert.deepEqual([sigmas[0]?.length, sigmas[1]], [2, null]);
});

Deno.test("runsHtml() packs the images once", () => {
  const [{ runs: [a, b] }] = contentsOf(runsHtml(runs, { originals }).html);
  assert.deepEqual(a.originals, b.originals);
  assert.notDeepEqual(a.codes, b.codes);
});

Deno.test("runsHtml() has one set of sliders, one pad, and encoders where they are needed", () => {
  const [{ runs: plain }] = contentsOf(runsHtml(runs, { originals }).html);
  assert.deepEqual(plain.map(({ parts }) => parts), [["plane", "sliders"], ["plane"]]);
  const parts = ["plane", "sliders", "draw"] as const;
  const [{ runs: drawing }] = contentsOf(runsHtml(runs, { originals, parts: [...parts] }).html);
  assert.deepEqual(drawing.map(({ parts }) => parts), [["plane", "sliders"], ["plane", "draw"]]);
  assert.ok(drawing.every(({ encoder }) => encoder) && plain.every(({ encoder }) => !encoder));
});

Deno.test("runsHtml() says in one line what does not fit", () => {
  const { "β = 1": a, "β = 4": b } = runs;
  const one = (runs: unknown, message: RegExp) =>
    assert.throws(() => runsHtml(runs as Record<string, typeof a>), message);
  one({ a }, /runsHtml: runs: expected two or more, got 1/);
  one({ a, b: b.model }, /runsHtml: runs\."b": expected \{ model, codes \}/);
  const grey = { ...b, model: { ...b.model, treatment: "grey" } };
  one({ a, b: grey }, /runs\."b"\.treatment: expected threshold, as of "a", got grey/);
  one({ a, b: { ...b, codes: b.codes.slice(0, 9) } }, /runs\."b"\.codes\.count: expected 40/);
  one({ a, b: { ...b, codes: new Codes(normals(30, "c"), 3) } }, /runs\."b".*count|latentDim/);
});
