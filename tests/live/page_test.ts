/** The parts of the page that need no browser. */
import assert from "node:assert/strict";
import { fitWindow } from "../../lib/live/page/codes_view.ts";
import { thinned, valueRange } from "../../lib/live/page/curves.ts";
import { inPairs } from "../../lib/live/page/image_views.ts";
import { digitsWords, nats, settingsWords, short, vector } from "../../lib/live/page/words.ts";

Deno.test("fitWindow() holds the codes, and stands still while it still fits", () => {
  /** Codes from low to high along both axes. */
  const codes = (low: number, high: number) =>
    Float32Array.from({ length: 400 }, (_, i) => low + (high - low) * Math.floor(i / 2) / 199);
  const origin = (range: number) => ({ middle: [0, 0] as [number, number], range });
  assert.deepEqual(fitWindow(codes(-2.5, 2.5), null), origin(3));
  assert.deepEqual(fitWindow(codes(-3.5, 3.5), origin(3)), origin(4));
  assert.deepEqual(fitWindow(codes(-2.5, 2.5), origin(4)), origin(4), "a little too wide will do");
  assert.deepEqual(fitWindow(codes(-2.5, 2.5), origin(10)), origin(3));
  assert.deepEqual(fitWindow(codes(4, 10), null), { middle: [7, 7], range: 4 });
  assert.deepEqual(fitWindow(codes(-1, 3), null), origin(4), "near enough to the origin");
  assert.deepEqual(fitWindow(codes(4, 10), origin(3)), { middle: [7, 7], range: 4 });
  assert.deepEqual(fitWindow(new Float32Array(0), null), origin(2));
});

Deno.test("thinned() takes means of neighbours, and few points as they are", () => {
  assert.deepEqual(thinned([[1, 10], [2, 20], [3, 60], [4, 80]], 2), [[1.5, 15], [3.5, 70]]);
  assert.deepEqual(thinned([[1, 10]], 2), [[1, 10]]);
});

Deno.test("valueRange() looks at the later nine tenths", () => {
  const points = Array.from(
    { length: 20 },
    (_, i): [number, number] => [i, i < 2 ? 544 : 200 - i],
  );
  const [low, high] = valueRange(points);
  assert.ok(low < 181 && low > 175 && high > 198 && high < 205, `${low} ${high}`);
});

Deno.test("inPairs() puts each reconstruction under its original", () => {
  const { cells, rows } = inPairs(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8), 1, 2);
  assert.equal(rows, 4);
  assert.deepEqual([...cells], [1, 2, 5, 6, 3, 4, 7, 8]);
});

Deno.test("words: numbers as they are read", () => {
  assert.equal(nats(-156.934), "−156.93");
  assert.equal(nats(0.0421), "0.0421");
  assert.equal(short(0.00012), "1.2e−4");
  assert.equal(short(23.456), "23.5");
  assert.equal(vector([0.123, -1.4]), "(0.12, −1.40)");
  const settings = { network: "conv-8", kind: "vae", latentDim: 1, beta: 1, learningRate: 1e-3 };
  assert.equal(
    settingsWords({ ...settings, seed: 3 } as Parameters<typeof settingsWords>[0]),
    "VAE, Convolutional, 8 and 16 filters, 1 latent dimension, β 1, learning rate 0.001, seed 3",
  );
});

Deno.test("digitsWords() says where the images came from", () => {
  const words = (source: string, treatment: "threshold" | "grey" = "threshold") =>
    digitsWords({
      source,
      train: { name: "", count: 5000 },
      test: { name: "", count: 1000 },
      shape: [28, 28, 1],
    }, treatment);
  assert.match(words("mnist"), /^Trained on MNIST’s first 5,000 training images/);
  assert.match(words("mnist"), /training images, each pixel black or white; judged/);
  assert.match(words("mnist", "grey"), /training images, in their greys; judged/);
  assert.match(words("synthetic"), /drawn by a program/);
});
