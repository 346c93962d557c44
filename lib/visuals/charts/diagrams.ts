/** The ideas of the tutorial as drawings: autoencoder, variational autoencoder, reparameterisation. */
import { arrow, box, cross, funnel, label, node, pixels, roles } from "./drawing.ts";
import { type Figure, figure } from "./figure.ts";
import { softInk } from "./palette.ts";

/** A three of 8×8 pixels, darkest 0 to lightest 9. */
const three = [
  "00000000",
  "00688700",
  "02400480",
  "00078700",
  "00000480",
  "03500690",
  "00688600",
  "00000000",
].join("");

const grey = (value: number) => {
  const level = Math.round(255 * value).toString(16).padStart(2, "0");
  return `#${level}${level}${level}`;
};

/** The digit as pixels; `blur` mixes each with its neighbours, as a decoder does. */
function digit(x: number, y: number, cell: number, blur = 0): string {
  const at = (i: number) => Number(three[i] ?? 0) / 9;
  const colors = Array.from(three, (_, i) => {
    const around = (at(i - 1) + at(i + 1) + at(i - 8) + at(i + 8)) / 4;
    return grey((1 - blur) * at(i) + blur * around);
  });
  return pixels(colors, 8, [x, y, cell]);
}

/** x → encoder → code → decoder → reconstruction, held together by their difference. */
export function autoencoderDiagram(): Figure {
  const y = 88;
  const svg = [
    digit(8, y - 44, 11),
    label("*x*: 784 pixels", 52, y + 66, { color: softInk }),
    arrow([[104, y], [134, y]]),
    funnel("encoder", [142, y, 110], [120, 52], ["encoder"]),
    arrow([[262, y], [292, y]]),
    box("latent", [296, y - 40, 56, 80], ["*z*"], { size: 20 }),
    label("code: 2 to 10 numbers", 324, y + 66, { color: softInk }),
    arrow([[354, y], [384, y]]),
    funnel("decoder", [394, y, 110], [52, 120], ["decoder"]),
    arrow([[514, y], [544, y]]),
    digit(550, y - 44, 11, 0.45),
    label("*x̂*: 784 pixels", 594, y + 66, { color: softInk }),
    arrow([[52, y + 82], [52, y + 116], [216, y + 116]], { head: false }),
    arrow([[594, y + 82], [594, y + 116], [432, y + 116]], { head: false }),
    box("loss", [216, y + 98, 216, 36], ["loss: difference of *x̂* and *x*"]),
  ].join("");
  return figure({
    title: "Autoencoder: the code is a point",
    body: { svg, width: 646, height: y + 138 },
    alt: "Autoencoder: an image x of 784 pixels goes through an encoder to a code z of 2 to 10 " +
      "numbers, and through a decoder to a reconstruction x̂; the loss measures their difference.",
  });
}

/** x → encoder → μ and σ → a draw z → decoder, with the two terms of the loss below their places. */
export function vaeDiagram(): Figure {
  const y = 92;
  const bell = Array.from({ length: 41 }, (_, i) => {
    const u = (i - 20) / 6.5;
    return `${374 + 1.5 * i},${y + 12 - 44 * Math.exp(-u * u / 2)}`;
  }).join(" ");
  const svg = [
    digit(8, y - 40, 10),
    label("*x*", 48, y + 58, { color: softInk }),
    arrow([[94, y], [118, y]]),
    funnel("encoder", [127, y, 92], [116, 84], ["encoder"]),
    arrow([[228, y - 26], [256, y - 26]]),
    arrow([[228, y + 26], [256, y + 26]]),
    box("latent", [260, y - 46, 66, 40], ["*μ*"], { size: 18 }),
    box("latent", [260, y + 6, 66, 40], ["*σ*"], { size: 18 }),
    arrow([[326, y - 26], [362, y - 12]]),
    arrow([[326, y + 26], [362, y + 12]]),
    box("random", [366, y - 46, 76, 92]),
    `<polyline points="${bell}" fill="none" stroke="${roles.random.line}" stroke-width="2"/>`,
    label("*z* ~ N(*μ*, *σ*^2)", 404, y + 30, { size: 12 }),
    arrow([[444, y], [468, y]]),
    funnel("decoder", [478, y, 92], [84, 116], ["decoder"]),
    arrow([[580, y], [604, y]]),
    digit(608, y - 40, 10, 0.45),
    label("*p*(*x*|*z*)", 648, y + 58, { color: softInk }),
    label("*σ* = exp(½ log *σ*^2)", 293, y + 62, { color: softInk, size: 12 }),
    arrow([[293, y + 74], [293, y + 98]], { dashed: true }),
    arrow([[648, y + 74], [648, y + 118], [604, y + 118]], { dashed: true }),
    box("loss", [164, y + 100, 258, 38], ["KL(*q*(*z*|*x*) ‖ *p*(*z*)): near N(0, 1)"]),
    label("+", 435, y + 119, { size: 16 }),
    box("loss", [448, y + 100, 154, 38], ["−log *p*(*x*|*z*)"]),
    label("−ELBO  =", 120, y + 119, { size: 14, weight: 600 }),
  ].join("");
  return figure({
    title: "Variational autoencoder: the code is a distribution",
    body: { svg, width: 696, height: y + 142 },
    alt:
      "Variational autoencoder: the encoder turns x into a mean μ and a standard deviation σ; a code " +
      "z is drawn from N(μ, σ²); the decoder turns it into pixel means p(x|z). The loss, the negative " +
      "ELBO, is the KL divergence of q(z|x) from the prior plus −log p(x|z).",
  });
}

const gradient = "#00806a";

/** One of the two graphs, bottom to top; `open` lets the gradient pass beside the noise. */
function gradientGraph(x: number, open: boolean): string {
  const middle = x + 150, mu = x + 88, sigma = x + 212;
  const forward = [
    box("encoder", [x + 60, 312, 180, 40], ["encoder"], { weight: 600 }),
    arrow([[mu, 312], [mu, 276]]),
    arrow([[sigma, 312], [sigma, 276]]),
    node("latent", [mu, 252, 22], ["*μ*"], { size: 17 }),
    node("latent", [sigma, 252, 22], ["*σ*"], { size: 17 }),
    arrow([[mu + 14, 234], [middle - 24, 184]]),
    arrow([[sigma - 14, 234], [middle + 24, 184]]),
    arrow([[middle, 132], [middle, 100]]),
    box("decoder", [x + 60, 60, 180, 40], ["decoder"], { weight: 600 }),
    arrow([[middle, 60], [middle, 34]]),
    box("loss", [x + 60, 0, 180, 34], ["loss"]),
  ];
  const back = { color: gradient, width: 2.6 };
  const right = middle + 17;
  const fromLoss = [
    arrow([[right, 36], [right, 58]], back),
    arrow([[right, 102], [right, 134]], back),
  ];
  const through = open
    ? [
      node("latent", [middle, 160, 28], ["*z*"], { size: 18 }),
      node("random", [x + 270, 160, 26], ["*ε*"], { size: 17, dashed: true }),
      label("~ N(0, 1)", x + 270, 120, { size: 12, color: roles.random.line }),
      arrow([[x + 244, 160], [middle + 30, 160]]),
      arrow([[middle - 38, 184], [mu + 2, 228]], back),
      arrow([[middle + 38, 184], [sigma - 2, 228]], back),
      arrow([[mu + 14, 276], [mu + 14, 310]], back),
      arrow([[sigma + 14, 276], [sigma + 14, 310]], back),
      label("∂*z*/∂*μ* = 1", mu - 12, 205, { size: 12, color: gradient, anchor: "end" }),
      label("∂*z*/∂*σ* = *ε*", sigma + 8, 205, { size: 12, color: gradient, anchor: "start" }),
    ]
    : [
      node("random", [middle, 160, 28], ["*z*"], { size: 18, dashed: true }),
      label("~ N(*μ*, *σ*^2)", middle + 36, 160, {
        size: 12,
        color: roles.random.line,
        anchor: "start",
      }),
      cross(middle, 205, roles.random.line),
    ];
  return [...forward, ...fromLoss, ...through].join("");
}

/** Why a random node stops backpropagation, and how z = μ + σ ⊙ ε goes round it. */
export function reparameterizationDiagram(): Figure {
  const heading = { size: 14, weight: 600 } as const;
  const svg = [
    label("Drawing *z* stops the gradient", 150, 10, heading),
    label("*z* = *μ* + *σ* ⊙ *ε* lets it through", 516, 10, heading),
    `<g transform="translate(0,34)">${gradientGraph(0, false)}${gradientGraph(366, true)}</g>`,
    arrow([[186, 404], [226, 404]]),
    label("values", 232, 404, { anchor: "start", color: softInk }),
    arrow([[296, 404], [336, 404]], { color: gradient, width: 2.6 }),
    label("gradient", 342, 404, { anchor: "start", color: softInk }),
    node("random", [424, 404, 8], [], { dashed: true }),
    label("random", 438, 404, { anchor: "start", color: softInk }),
  ].join("");
  return figure({
    title: "Reparameterisation",
    body: { svg, width: 672, height: 416 },
    alt:
      "Two graphs from encoder to loss. On the left z is drawn from N(μ, σ²): the gradient comes back " +
      "through the decoder and stops at the random node. On the right z = μ + σ ⊙ ε with noise ε from " +
      "N(0, 1) as an input: the gradient goes on through z to μ (factor 1) and σ (factor ε), and to the encoder.",
  });
}
