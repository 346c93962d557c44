import assert from "node:assert/strict";
import { inflateRawSync } from "node:zlib";
import { Codes } from "../../lib/data/codes.ts";
import { createImageSet } from "../../lib/data/dataset.ts";
import type { LayerSpec } from "../../lib/latent/layer_export.ts";
import type { PlainModel } from "../../lib/latent/model_export.ts";
import { RandomStream } from "../../lib/random.ts";
import { decoderHtml, explorerHtml, slidersHtml } from "../../lib/visuals/explorer/explorer.ts";
import { centreDigit } from "../../lib/visuals/explorer/digit_pad.js";
import { write } from "../../lib/visuals/explorer/dom.js";
import { createProjection } from "../../lib/visuals/explorer/model.js";
import { createNetwork } from "../../lib/visuals/explorer/network.js";
import { Packer } from "../../lib/visuals/explorer/pack.ts";
import { readBytes, readFloats, readLayers } from "../../lib/visuals/explorer/unpack.js";

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
  latentDim: 2,
  inputShape: [2, 2, 1],
  treatment: "threshold",
};

function bytesOf(packer: Packer): Uint8Array {
  return inflateRawSync(Uint8Array.fromBase64(packer.base64()));
}

Deno.test("createNetwork() multiplies, adds the bias and applies the activation", () => {
  const layers = [{ ...tiny[0], activation: "relu" }, tiny[1]].map((layer) => ({
    ...layer,
    kernel: "kernel" in layer ? layer.kernel.data : undefined,
    bias: "bias" in layer ? layer.bias?.data : null,
  }));
  const run = createNetwork(layers, [2]);
  assert.deepEqual([...run(Float32Array.of(1, -0.5))], [0, 0, 0, 0.5]);
  assert.deepEqual([...run(Float32Array.of(1, 0))], [1, 2, 3, 4.5]);
});

Deno.test("createNetwork() repeats pixels where it upsamples", () => {
  const layer = {
    kind: "upSampling2d",
    activation: "linear",
    size: [2, 3],
    outputShape: [4, 6, 1],
  };
  const output = createNetwork([layer], [2, 2, 1])(Float32Array.of(1, 2, 3, 4));
  const [above, below] = [[1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4]];
  assert.deepEqual([...output], [above, above, below, below].flat());
});

Deno.test("createNetwork() pads as tfjs does: the odd pixel below and to the right", () => {
  const row = (kind: string, stride: number, columns: number) =>
    createNetwork([{
      ...{ kind, activation: "linear", strides: [1, stride], padding: "same" },
      ...{ kernel: Float32Array.of(1, 10, 100), kernelShape: [1, 3, 1, 1] },
      outputShape: [1, columns, 1],
    }], [1, 4, 1])(Float32Array.of(1, 2, 3, 4));
  assert.deepEqual([...row("conv2d", 1, 4)], [210, 321, 432, 43]);
  assert.deepEqual([...row("conv2d", 2, 2)], [321, 43]);
  assert.deepEqual([...row("conv2dTranspose", 2, 8)], [1, 10, 102, 20, 203, 30, 304, 40]);
});

Deno.test("createNetwork() transposed convolution is the adjoint of the convolution", () => {
  // ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩ holds for every kernel, stride and padding, or the taps are misplaced.
  for (
    const [stride, padding, kernel, small] of [
      [1, "same", 3, 7],
      [2, "same", 3, 4],
      [
        2,
        "valid",
        3,
        3,
      ],
      [2, "same", 5, 4],
      [3, "valid", 2, 2],
    ] as const
  ) {
    const shared = {
      activation: "linear",
      strides: [stride, stride],
      padding,
      kernel: normals(kernel * kernel * 5 * 3),
      kernelShape: [kernel, kernel, 5, 3],
    };
    const conv = createNetwork(
      [{ ...shared, kind: "conv2d", outputShape: [small, small, 3] }],
      [7, 7, 5],
    );
    const transposed = createNetwork(
      [{ ...shared, kind: "conv2dTranspose", outputShape: [7, 7, 5] }],
      [small, small, 3],
    );
    const x = normals(7 * 7 * 5, "x"), y = normals(small * small * 3, "y");
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const left = dot(conv(x), y), right = dot(x, transposed(y));
    assert.ok(Math.abs(left - right) < 1e-3, `stride ${stride} ${padding}: ${left}, ${right}`);
  }
});

Deno.test("Packer halves come back with eleven significant bits, subnormals included", () => {
  const values = [0, 1, -2.5, 65504, 2 ** -24, -6.1e-5, 1 / 3];
  const packer = new Packer();
  const packed = packer.halves(values);
  const read = readFloats(bytesOf(packer), packed);
  assert.deepEqual([...read.slice(0, 5)], [0, 1, -2.5, 65504, 2 ** -24]);
  assert.ok(Math.abs(read[6] - 1 / 3) < 2 ** -12 / 3);
});

Deno.test("Packer.layers() int8 keeps every weight within half a step of its channel", () => {
  for (const kind of ["conv2d", "conv2dTranspose"] as const) {
    const shape = [3, 3, 4, 6];
    const outputAxis = kind === "conv2d" ? 3 : 2;
    const inner = kind === "conv2d" ? 1 : 6;
    const channelOf = (i: number) => Math.floor(i / inner) % shape[outputAxis];
    const data = normals(3 * 3 * 4 * 6).map((value, i) => value * 10 ** (channelOf(i) - 3));
    const spec: LayerSpec = {
      ...{ kind, name: "conv", activation: "linear", outputShape: [8, 8, shape[outputAxis]] },
      ...{ kernel: { shape, data }, bias: null, strides: [1, 1], padding: "same" },
    };
    const packer = new Packer();
    const packed = packer.layers([spec], "int8");
    const [layer] = readLayers(bytesOf(packer), packed);
    const largest = new Float64Array(shape[outputAxis]);
    data.forEach((v, i) => largest[channelOf(i)] = Math.max(largest[channelOf(i)], Math.abs(v)));
    data.forEach((value, i) => {
      // Half a step, and as much again at most for a step that was rounded to a half.
      const limit = 0.6 * largest[channelOf(i)] / 127;
      assert.ok(Math.abs(layer.kernel![i] - value) <= limit, `${kind} weight ${i}`);
    });
  }
});

Deno.test("Packer.nibbles() keeps sixteen greys, and on which side of 0.5 each pixel lies", () => {
  const grey = Uint8Array.from({ length: 256 }, (_, i) => i);
  const packer = new Packer();
  const packed = packer.nibbles(grey);
  const read = readBytes(bytesOf(packer), packed);
  assert.equal(bytesOf(packer).length, 128);
  read.forEach((value, i) => {
    assert.ok(Math.abs(value - i) <= 15);
    assert.equal(value > 127.5, i > 127.5);
  });
});

Deno.test("centreDigit() scales ink to 20 pixels and puts its centre of mass in the middle", () => {
  const columns = 100, rows = 80;
  const ink = new Uint8Array(columns * rows);
  for (let y = 10; y < 70; y++) {
    for (let x = 5; x < (y < 40 ? 15 : 35); x++) ink[y * columns + x] = 255;
  }
  const digit = centreDigit(ink, columns, rows)!;
  let mass = 0, massX = 0, massY = 0, top = 28, bottom = -1;
  digit.forEach((value, i) => {
    const x = i % 28, y = Math.floor(i / 28);
    mass += value;
    massX += value * (x + 0.5);
    massY += value * (y + 0.5);
    if (value > 0.01) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  assert.ok(Math.abs(massX / mass - 14) < 1e-4 && Math.abs(massY / mass - 14) < 1e-4);
  assert.ok(bottom - top + 1 === 20 || bottom - top + 1 === 21, `height ${bottom - top + 1}`);
  // 1,200 inked pixels of 1/3 × 1/3: ink is spread, never lost.
  assert.ok(Math.abs(mass - (30 * 10 + 30 * 30) / 9) < 1e-3);
});

Deno.test("centreDigit() has nothing to say about an empty pad", () => {
  assert.equal(centreDigit(new Uint8Array(100), 10, 10), null);
});

Deno.test("createProjection() moves along the plane and leaves the rest of a code alone", () => {
  const plane = createProjection({ origin: [1, 0, 0], axes: [[0, 2, 0], [0, 0, 0.5]] });
  const z = Float32Array.of(7, 4, 1);
  assert.deepEqual(plane.project(z), [2, 2]);
  plane.move(z, [-1, 6]);
  assert.deepEqual([...z], [7, -2, 3]);
});

Deno.test("createProjection() ellipse is the shadow of the code's Gaussian", () => {
  const flat = createProjection({ origin: [0, 0], axes: [[1, 0], [0, 1]] });
  const [long, short] = flat.ellipse([0.1, 0.4]);
  assert.ok(Math.abs(Math.hypot(...long) - 0.4) < 1e-9 && Math.abs(long[0]) < 1e-9);
  assert.ok(Math.abs(Math.hypot(...short) - 0.1) < 1e-9);
  const r = Math.SQRT1_2;
  const turned = createProjection({ origin: [0, 0], axes: [[r, r], [-r, r]] });
  const [first] = turned.ellipse([1, 0]);
  assert.ok(Math.abs(first[0] * r - first[1] * r - 1) < 1e-9, "points along z1");
});

Deno.test("write() uses a true minus and no negative zero", () => {
  assert.equal(write([-0.001, -1.25, 3]), "0.00, −1.25, 3.00");
});

Deno.test("explorerHtml() is one piece that asks for nothing from outside", () => {
  const { html, text, bytes } = explorerHtml(tinyModel, {
    title: "a </script><b>title",
    codes: new Codes([0, 0, 1, 1], 2, { labels: [3, 7] }),
    originals: createImageSet("two", new Uint8Array(8), new Uint8Array(2), [2, 2, 1]),
  });
  assert.equal(bytes, new TextEncoder().encode(html).length);
  assert.ok(!/\b(src|href)=|https?:|fetch\(|^import /m.test(html));
  assert.equal(html.match(/<\/script/g)?.length, 1);
  assert.ok(html.includes("&lt;/script&gt;"));
  assert.ok(!/^export /m.test(html));
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
  assert.deepEqual(sliders.map((slider) => slider.kl), [
    ...[19, 18, 17, 16, 15, 14, 13, 12],
    ...[11, 10, 9, 8, 7, 6, 5, 4],
  ]);
});

Deno.test("explorerHtml() widens its range to hold codes that lie far out", () => {
  const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 12.3 : -2));
  const codes = new Codes(values, 2, { labels: new Uint8Array(200) });
  assert.match(explorerHtml(tinyModel, { codes }).html, /"planeRange":13,.*"sliderRange":13/);
  assert.match(explorerHtml(tinyModel).html, /"planeRange":5,.*"sliderRange":5/);
});

Deno.test("explorerHtml() says in one line what does not fit", () => {
  const one = (options: object, message: RegExp, model: object = {}) =>
    assert.throws(() => explorerHtml({ ...tinyModel, ...model }, options), message);
  const codes = (count: number) =>
    new Codes(new Float32Array(2 * count), 2, { labels: new Uint8Array(count) });
  const set = (count: number, side = 2) =>
    createImageSet("set", new Uint8Array(count * side * side), new Uint8Array(count), [
      side,
      side,
      1,
    ]);
  one({ codes: new Codes([1, 2, 3], 3) }, /codes: expected latentDim 2, as the model's, got 3/);
  one({ codes: new Codes([1, 2], 2) }, /codes: expected labels, got none/);
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
