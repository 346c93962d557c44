import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import {
  autoencoderDiagram,
  reparameterizationDiagram,
  vaeDiagram,
} from "../../lib/visuals/charts/diagrams.ts";
import { type Figure, figure } from "../../lib/visuals/charts/figure.ts";
import { label } from "../../lib/visuals/charts/drawing.ts";
import { layerDiagram } from "../../lib/visuals/charts/layer_diagram.ts";
import { barChart } from "../../lib/visuals/charts/plots_bars.ts";
import { curves } from "../../lib/visuals/charts/plots_curves.ts";
import { latentScatter } from "../../lib/visuals/charts/latent_scatter.ts";
import { planeMaps } from "../../lib/visuals/charts/plots_planes.ts";
import {
  overlaps,
  termsOf,
  upsamplingDiagram,
} from "../../lib/visuals/charts/upsampling_diagram.ts";
import { attributes, texts } from "./svg.ts";
import { textFaults } from "./text_boxes.ts";

const layers = [
  {
    name: "encoder_conv1",
    kind: "conv 3×3, stride 2, relu",
    outputShape: [13, 13, 32],
    parameters: 320,
  },
  { name: "flatten", kind: "flatten", outputShape: [5408], parameters: 0 },
  { name: "mean_and_log_variance", kind: "dense", outputShape: [4], parameters: 21_636 },
];
const more = [
  {
    name: "decoder_up1",
    kind: "transposed conv 3×3, stride 2, relu",
    outputShape: [28, 28, 32],
    parameters: 18_464,
  },
];
const layerFigure = () =>
  layerDiagram([{ title: "encoder", layers }, { title: "decoder", layers: more }], {
    title: "conv-vae",
  });

const run = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((epoch) => ({
  epoch,
  train: { loss: 200 - epoch, reconstruction: 195 - epoch, kl: epoch },
  test: { loss: 190 - epoch, reconstruction: 185 - epoch, kl: epoch },
}));
const points = run.map(({ epoch, test }) => ({ x: epoch, y: test.loss }));
const figures: Record<string, () => Figure> = {
  autoencoderDiagram,
  vaeDiagram,
  reparameterizationDiagram,
  upsamplingDiagram,
  layerDiagram: layerFigure,
  curves: () =>
    curves(
      [
        "TensorFlow 2.21, same settings",
        "conv-vae, seed 7",
        "conv-vae, seed 8",
        "dense-vae, 50 epochs",
      ]
        .map((label) => ({ label, points })),
      { xLabel: "epoch", yLabel: "−ELBO (nats per image)", title: "A title", note: "A note." },
    ),
  latentScatter: () =>
    latentScatter(new Codes([-3, -3, 4, 4], 2, { labels: [0, 9] }), { title: "Codes" }),
  planeMaps: () => {
    const map = { title: "VAE", values: [0, 1, 2, 3], x: [-1, 1], y: [-1, 1] };
    return planeMaps([map, map], { label: "L2 distance to the nearest of 10,000 training digits" });
  },
  barChart: () =>
    barChart(Array.from({ length: 50 }, (_, i) => ({ label: `${i + 1}`, value: i })), {
      xLabel: "latent dimension",
      yLabel: "KL (nats per image)",
    }),
};

for (const [name, draw] of Object.entries(figures)) {
  Deno.test(`${name}() has no text that overlaps or leaves its card, and tells what it shows`, () => {
    const drawn = draw();
    assert.deepEqual(textFaults(drawn), []);
    assert.ok(drawn.alt.length > 40, drawn.alt);
    assert.ok(drawn.width <= 780, `${drawn.width} CSS pixels are too wide for a laptop`);
  });
}

Deno.test("textFaults() finds texts that overlap or are cut off", () => {
  const svg = label("one text", 50, 50) + label("another", 60, 52) + label("a wide one", 5, 90);
  const faults = textFaults(figure({ body: { svg, width: 100, height: 100 }, alt: "" }));
  assert.deepEqual(faults, ["“a wide one” leaves the card", "“another” overlaps “one text”"]);
});

Deno.test("label() sets italic, subscript and superscript, and draws ⊙", () => {
  const svg = `<svg>${label("*z*_1 = *σ*^2 ⊙ *ε*", 0, 0)}</svg>`;
  assert.deepEqual(texts(svg), ["z", "1", " = ", "σ", "2", " ", " ", "ε"]);
  const italic = [true, false, false, true, false, false, false, true];
  assert.deepEqual(attributes(svg, "text", "font-style").map(Boolean), italic);
  assert.equal(attributes(svg, "circle", "r").length, 2);
  const [z, one, equals, , two] = attributes(svg, "text", "y").map(Number);
  assert.ok(one > z && two < z && equals === z);
});

Deno.test("label() takes a layer's name as it is where told", () => {
  const svg = `<svg>${label("mean_and_log_variance", 0, 0, { plain: true })}</svg>`;
  assert.deepEqual(texts(svg), ["mean_and_log_variance"]);
});

Deno.test("layerDiagram() adds up parameters by column and in all", () => {
  const { svg, alt } = layerFigure();
  const all = texts(svg).join("\n");
  for (
    const text of ["21,956 parameters", "18,464 parameters", "13 × 13 × 32", "(40,420 in all)"]
  ) {
    assert.ok(all.includes(text), `${text} is missing`);
  }
  assert.match(
    alt,
    /encoder: encoder_conv1 \(conv 3×3, stride 2, relu\) to 13 × 13 × 32, 320 parameters/,
  );
});

Deno.test("layerDiagram() draws larger outputs wider", () => {
  const { svg } = layerFigure();
  const widths = attributes(svg, 'rect[height="34"]', "width").map(Number);
  assert.equal(widths[0], widths[1]); // 13·13·32 = 5408
  assert.ok(widths[3] > widths[0] && widths[0] > widths[2]);
});

Deno.test("overlaps() counts as the paint strokes do, and termsOf() as the window does", () => {
  assert.deepEqual(overlaps(3, 3, 2), [1, 1, 2, 1, 2, 1]);
  assert.deepEqual(overlaps(3, 4, 2, 1), [1, 2, 2, 2, 2, 1]); // a kernel that the stride divides: even
  assert.deepEqual(termsOf(6, 3), [2, 3, 3, 3, 3, 2]);
});
