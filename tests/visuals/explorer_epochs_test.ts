/** What `pack_epochs.ts` writes of a run, `page/epochs.ts` reads. */
import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { Codes } from "../../lib/data/codes.ts";
import { createImageSet } from "../../lib/data/image_set.ts";
import type { LayerSpec } from "../../lib/latent/layer_export.ts";
import type { PlainModel } from "../../lib/latent/model_export.ts";
import { RandomStream } from "../../lib/random.ts";
import type { ExplorerContents } from "../../lib/visuals/explorer/contents.ts";
import { epochsHtml } from "../../lib/visuals/explorer/epochs.ts";
import { Packer } from "../../lib/visuals/explorer/pack.ts";
import { packEarlier } from "../../lib/visuals/explorer/pack_epochs.ts";
import { readDecoders } from "../../lib/visuals/explorer/page/epochs.ts";
import { openModel } from "../../lib/visuals/explorer/page/model.ts";
import { createNetwork } from "../../lib/visuals/explorer/page/network.ts";
import { roundAlone, roundTogether } from "../../lib/visuals/explorer/rounding.ts";

const normals = (count: number, name: string, epoch = 0) =>
  new RandomStream(3, name, epoch).normals(count);

/** A dense VAE 784–64–2 as a run leaves it: large weights, of which each epoch changes all a little. */
function epochOf(epoch: number) {
  const moved = (count: number, name: string, size: number) => {
    const weights = normals(count, name).map((value) => size * value);
    for (let e = 1; e <= epoch; e++) {
      normals(count, name, e).forEach((value, i) => weights[i] += 0.2 * size * value);
    }
    return weights;
  };
  const layer = (name: string, inputs: number, units: number, size: number): LayerSpec => ({
    kind: "dense",
    name,
    activation: name === "hidden" ? "relu" : "linear",
    outputShape: [units],
    kernel: { shape: [inputs, units], data: moved(inputs * units, name, size) },
    bias: { shape: [units], data: moved(units, `${name} bias`, 0.3) },
  });
  const pixels: LayerSpec = {
    kind: "activation",
    name: "pixel means",
    activation: "sigmoid",
    outputShape: [28, 28, 1],
  };
  const count = 300;
  const logVars = new Float32Array(2 * count).fill(2 * Math.log(0.1 * (1 + epoch)));
  const codes = new Codes(normals(2 * count, "codes", epoch), 2, { logVars });
  const model: PlainModel = {
    kind: "vae",
    likelihood: "bernoulli",
    logScale: null,
    latentDim: 2,
    inputShape: [28, 28, 1],
    treatment: "threshold",
    decoder: [layer("hidden", 2, 64, 1), layer("logits", 64, 784, 0.5), pixels],
    encoder: null,
  };
  return { epoch, model, codes };
}
const run = Array.from({ length: 6 }, (_, epoch) => epochOf(epoch));

function contentsOf(html: string): [ExplorerContents, string] {
  const [, json, base64] = html.match(/explorer\.startExplorer\(host, (\{.*\}), "([^"]*)"/)!;
  return [JSON.parse(json), base64];
}

Deno.test("roundAlone() makes the largest number 127 steps", () => {
  assert.deepEqual(roundAlone([0.5, -1, 0.004]), {
    step: 1 / 127,
    steps: Int8Array.of(64, -127, 1),
  });
  assert.deepEqual(roundAlone([0, 0]).steps, Int8Array.of(0, 0));
});

Deno.test("roundTogether() lets errors cancel in the sum of inputs that go together", () => {
  // Two inputs that are always equal: only the sum of their weights counts, and it is met to half a step.
  const inputs = new Matrix([[1, 1], [2, 2], [-1, -1]]);
  const values = Float32Array.of(4.4, 10.4, 0.3, -7.3);
  const { step, steps } = roundTogether(values, inputs, 60);
  for (const column of [0, 1]) {
    const [exact, rounded] = [values, steps].map((all) => all[column] + all[2 + column]);
    assert.ok(Math.abs(exact - step * rounded) <= 0.51 * step, `${exact}, ${step * rounded}`);
  }
  // √(12 / Σ L²) with moments of 2 everywhere: L is (√2; √2, 0), but for what keeps it regular.
  assert.ok(Math.abs(step - 0.004 * 60 * Math.sqrt(6)) < 0.005, `${step}`);
});

Deno.test("roundTogether() takes steps that a signed byte can count, however small the outputs are", () => {
  const { step, steps } = roundTogether(Float32Array.of(2, -0.5), new Matrix([[1]]), 1e-6);
  assert.equal(step, 2 / 127);
  assert.deepEqual(steps, Int8Array.of(127, -32));
});

Deno.test("roundTogether() brings an output's error near what it promises, and below what each alone would", () => {
  const hidden = createNetwork(run[5].model.decoder.slice(0, 1), [2]);
  const inputs = new Matrix(
    Array.from({ length: 300 }, (_, i) => [...hidden(run[5].codes.row(i).slice())]),
  );
  const values = normals(64 * 100, "values");
  const exact = inputs.mmul(
    new Matrix([...Array(64).keys()].map((i) => [
      ...values.subarray(100 * i, 100 * (i + 1)),
    ])),
  );
  const rms = (matrix: Matrix) => matrix.norm() / Math.sqrt(matrix.rows * matrix.columns);
  const errorOf = (rounded: ArrayLike<number>, step: number) =>
    rms(
      inputs.mmul(
        new Matrix([...Array(64).keys()].map((i) =>
          Array.from({ length: 100 }, (_, c) => step * rounded[100 * i + c])
        )),
      ).sub(exact),
    ) / rms(exact);
  const together = roundTogether(values, inputs, rms(exact));
  const alone = values.map((value) => Math.round(value / together.step));
  const [error, plain] = [errorOf(together.steps, together.step), errorOf(alone, together.step)];
  assert.ok(error < 0.005, `${error}`);
  assert.ok(plain > 4 * error, `${plain} against ${error}`);
});

Deno.test("packEarlier() keeps each epoch's pixels within 0.1, on the mean within 0.005", () => {
  const packer = new Packer();
  const decoder = packer.layers(run[5].model.decoder, "float16");
  const epochs = run.slice(0, 5).map(({ model, codes }) => ({ ...model, codes }));
  const earlier = packEarlier(packer, decoder, epochs);
  const read = readDecoders(packer.bytesSoFar(), { decoder, earlier });
  assert.equal(read.length, 6);
  const z = normals(200, "z");
  for (const { epoch, model } of run) {
    const [exact, page] = [model.decoder, read[epoch]].map((layers) => createNetwork(layers, [2]));
    let [most, sum] = [0, 0];
    for (let i = 0; i < 100; i++) {
      const at = z.slice(2 * i, 2 * i + 2), pixels = page(at);
      exact(at).forEach((value, k) => {
        most = Math.max(most, Math.abs(value - pixels[k]));
        sum += Math.abs(value - pixels[k]) / 78_400;
      });
    }
    assert.ok(most < 0.1 && sum < 0.005, `epoch ${epoch}: ${most}, mean ${sum}`);
  }
});

Deno.test("packEarlier() takes much less than signed bytes for each epoch", () => {
  const packer = new Packer();
  const decoder = packer.layers(run[5].model.decoder, "int8");
  const before = packer.base64().length;
  packEarlier(packer, decoder, run.slice(0, 5).map(({ model, codes }) => ({ ...model, codes })));
  const perEpoch = (packer.base64().length - before) / 5 - 300 * 4 * 2 * 4 / 3;
  assert.ok(perEpoch < 0.6 * before, `${perEpoch} of ${before}`);
});

Deno.test("epochsHtml() of the dense VAE, ten epochs and 1,000 digits is under 1.5 MB", () => {
  // Weights of the size, and changes from epoch to epoch, that training it on MNIST was seen to bring.
  const kernel = normals(256 * 784, "kernel").map((value) => 0.11 * value);
  const dense = (name: string, inputs: number, units: number, data: Float32Array): LayerSpec => ({
    kind: "dense",
    name,
    activation: name === "hidden" ? "relu" : "linear",
    outputShape: [units],
    kernel: { shape: [inputs, units], data },
    // Most of a picture is paper.
    bias: { shape: [units], data: new Float32Array(units).fill(units === 784 ? -5 : 0.3) },
  });
  const encoder = [
    dense("hidden", 784, 256, normals(784 * 256, "encoder").map((value) => 0.05 * value)),
    dense("moments", 256, 4, normals(1024, "moments").map((value) => 0.1 * value)),
  ];
  const changes = [0, 0.089, 0.04, 0.03, 0.026, 0.024, 0.022, 0.021, 0.021, 0.02, 0.02];
  const epochs = changes.map((change, epoch) => {
    normals(kernel.length, "change", epoch).forEach((value, i) => kernel[i] += change * value);
    const first = normals(512, "first").map((value) => 0.4 * value);
    const decoder = [
      dense("hidden", 2, 256, first),
      dense("logits", 256, 784, kernel.slice()),
      run[0].model.decoder.at(-1)!,
    ];
    const codes = new Codes(normals(2_000, "codes", epoch), 2, {
      logVars: new Float32Array(2_000),
    });
    return { epoch, model: { ...run[0].model, decoder, encoder }, codes };
  });
  // Random bytes do not deflate: 150 of them a digit, the rest blank, come to what real ones take.
  const noise = new RandomStream(2, "pixels");
  const pixels = Uint8Array.from(
    { length: 784_000 },
    (_, i) => (i % 784) < 150 ? noise.integer(256) : 0,
  );
  const originals = createImageSet({ name: "noise", pixels, shape: [28, 28, 1] });
  const { bytes } = epochsHtml(epochs, { originals });
  console.log(`${bytes} bytes`);
  assert.ok(bytes < 1_500_000, `${bytes}`);
});

Deno.test("epochsHtml() gives the page the weights and codes of each epoch; the last is shown first", async () => {
  const [contents, base64] = contentsOf(epochsHtml(run, { title: "a run" }).html);
  assert.deepEqual(contents.epochs, [0, 1, 2, 3, 4, 5]);
  const model = await openModel(contents, base64);
  const codeAt = () => [...model.codeOf(7).mean];
  const near = (a: ArrayLike<number>, b: ArrayLike<number>, by: number) =>
    Array.from(a).forEach((value, i) =>
      assert.ok(Math.abs(value - b[i]) < by, `${value}, ${b[i]}`)
    );
  assert.equal(model.chosen(), 5);
  near(codeAt(), run[5].codes.row(7), 0.002);
  for (const place of [2, 0]) {
    model.choose(place);
    near(codeAt(), run[place].codes.row(7), 0.002);
    near(model.codeOf(7).sigma!, [0.1 * (1 + place), 0.1 * (1 + place)], 1e-3);
    near(model.codes().subarray(14, 16), run[place].codes.row(7), 0.002);
    const z = Float32Array.of(0.5, -1);
    near(model.decode(z), createNetwork(run[place].model.decoder, [2])(z), 0.1);
  }
  model.choose();
  assert.equal(model.chosen(), 5);
});

Deno.test("epochsHtml() encodes in the last epoch alone, whose encoder it has", async () => {
  const encoder: LayerSpec[] = [{
    kind: "flatten",
    name: "pixels",
    activation: "linear",
    outputShape: [784],
  }, {
    kind: "dense",
    name: "moments",
    activation: "linear",
    outputShape: [4],
    kernel: { shape: [784, 4], data: normals(784 * 4, "encoder") },
    bias: { shape: [4], data: Float32Array.of(1, 2, Math.log(4), 0) },
  }];
  const last = { ...run[1], model: { ...run[1].model, encoder } };
  const [contents, base64] = contentsOf(epochsHtml([run[0], last]).html);
  const model = await openModel(contents, base64);
  const blank = new Float32Array(784);
  assert.deepEqual([...model.encode(blank)!.mean], [1, 2]);
  model.choose(0);
  assert.equal(model.encode(blank), null);
});

Deno.test("epochsHtml() shows the plane as far as any epoch's codes go", () => {
  const far = { ...run[0], codes: new Codes(normals(600, "far").map((v) => 8 * v), 2) };
  const [{ planeRange }] = contentsOf(epochsHtml([far, run[1]]).html);
  assert.ok(planeRange > 18, `${planeRange}`);
});

Deno.test("epochsHtml() says in one line what does not fit", () => {
  const one = (epochs: unknown, message: RegExp) =>
    assert.throws(() => epochsHtml(epochs as typeof run), message);
  one([run[0]], /epochsHtml: epochs: expected two or more, got 1/);
  one([run[1], run[0]], /epochs\.1\.epoch: expected a number above 1, got 0/);
  one([{ epoch: 0, model: run[0].model }, run[1]], /epochs: expected .*\{ epoch, model, codes \}/);
  const short = { ...run[0], codes: run[0].codes.slice(0, 5) };
  one([short, run[1]], /epochs\.0\.codes: expected \[300, 2\], as the last epoch's, got \[5, 2\]/);
  const other = { ...run[0].model, decoder: run[0].model.decoder.slice(1) };
  one([{ ...run[0], model: other }, run[1]], /epochs\.0\.model: expected layers of 2×64, 64×784/);
});
