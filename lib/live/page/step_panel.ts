/** One step in numbers, each beside its formula. */
import { createPicture, element } from "../../visuals/explorer/page/dom.ts";
import type { PageLikelihood, StepNumbers } from "../contents.ts";
import { nats, short, vector, whole } from "./words.ts";

/** A formula, its value, and what it means. */
function row(formula: string, value: string, meaning: string): HTMLElement {
  return element(
    "div",
    { class: "formula" },
    element("dt", {}, formula),
    element("dd", {}, element("b", {}, value), element("span", {}, meaning)),
  );
}

function klRow(kl: number, way: StepNumbers["training"]["kl"]): HTMLElement {
  const value = `${nats(kl)} nats`;
  return way === "analytic"
    ? row("KL = ½ Σ (μ² + σ² − 1 − log σ²)", value, "how far q(z|x) is from N(0, I)")
    : row("KL ≈ log q(z|x) − log p(z)", value, "estimated at the one z that was drawn");
}

/** What −log p(x|z) is, and what x̂ is in it. */
const costs: Record<PageLikelihood, [string, string]> = {
  "bernoulli": [
    "−log p(x|z) = −Σ x log x̂ + (1 − x) log(1 − x̂)",
    "over all pixels, with x̂ = sigmoid(decoder(z))",
  ],
  "continuous-bernoulli": [
    "−log p(x|z) = Σ log ∫ exp(l t) dt − l x",
    "over all pixels, t from 0 to 1, with l = decoder(z); x̂ is the mean",
  ],
  "gaussian": [
    "−log p(x|z) = Σ ½ ((x − x̂) / s)² + log s√2π",
    "over all pixels, with x̂ = sigmoid(decoder(z)) and a learned s",
  ],
  "discretized-logistic": [
    "−log p(x|z) = −Σ log (F(x + ½) − F(x − ½))",
    "over all pixels, ½ of a grey each way, with F the logistic about x̂ = sigmoid(decoder(z))",
  ],
};

const optimizerNames = { adam: "Adam", rmsprop: "RMSprop" };

export function createStepPanel(imageShape: [number, number, number]) {
  const x = createPicture(imageShape, { label: "x, the digit that goes in", factor: 4 });
  const made = createPicture(imageShape, { label: "x̂, what the decoder makes of z", factor: 4 });
  const title = element("h2", {}, "One step");
  const image = element("dl", {});
  const batch = element("dl", {});
  const gradients = element("div", { class: "gradients" });
  const node = element(
    "section",
    { class: "step", hidden: true, "aria-label": "One step in numbers" },
    title,
    element(
      "div",
      { class: "flow" },
      element("figure", {}, x.canvas, element("figcaption", {}, "x")),
      element("span", { class: "arrow", "aria-hidden": true }, "→ z →"),
      element("figure", {}, made.canvas, element("figcaption", {}, "x̂")),
    ),
    image,
    batch,
    gradients,
  );

  function showImage(numbers: StepNumbers) {
    const { x, mean, sigma, eps, z, image: terms, training } = numbers;
    const [cost, meaning] = costs[numbers.likelihood];
    const on = x.reduce((sum, value) => sum + (value > 0.5 ? 1 : 0), 0);
    image.replaceChildren(
      row("x", `${on} of ${x.length}`, "pixels are above ½"),
      ...sigma
        ? [
          row("μ, log σ² = encoder(x)", `μ = ${vector(mean)}`, `σ = ${vector(sigma)}`),
          row("ε ~ N(0, I)", vector(eps), "the only chance in it, from the seed"),
          row("z = μ + σ ⊙ ε", vector(z), "the code that is decoded"),
        ]
        : [row("z = encoder(x)", vector(z), "no chance in it: a point, not a cloud")],
      row(cost, `${nats(terms.reconstruction)} nats`, meaning),
      ...sigma ? [klRow(terms.kl, training.kl)] : [],
    );
  }

  function showBatch(numbers: StepNumbers) {
    const { batch: terms, batchSize, sigma } = numbers;
    const { beta, learningRate, optimizer } = numbers.training;
    const loss = terms.reconstruction + beta * terms.kl;
    const sum = `${nats(terms.reconstruction)} + ${short(beta)} · ${nats(terms.kl)}`;
    batch.replaceChildren(
      row(
        sigma ? "L = −log p(x|z) + β · KL" : "L = −log p(x|z)",
        `${nats(loss)} nats`,
        `mean of the batch’s ${batchSize} digits${sigma ? `: ${sum}` : ""}`,
      ),
      row(
        "g = ∂L/∂θ",
        `‖g‖ = ${short(numbers.gradientNorm)}`,
        "of all weights θ, by backpropagation",
      ),
      row(
        `θ ← θ − α · ${optimizerNames[optimizer]}(g)`,
        `‖Δθ‖ = ${short(numbers.updateNorm)}`,
        `with α = ${short(learningRate)}: how far the weights went`,
      ),
    );
  }

  function showGradients({ gradients: norms }: StepNumbers) {
    const most = Math.max(...norms.map(({ gradient }) => gradient), Number.MIN_VALUE);
    gradients.replaceChildren(
      element("h3", {}, "‖∂L/∂θ‖ of each layer"),
      element(
        "table",
        {},
        ...norms.map(({ name, gradient }) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, name),
            element(
              "td",
              { class: "bar" },
              element("i", { style: `width: ${(100 * gradient / most).toFixed(1)}%` }),
            ),
            element("td", {}, short(gradient)),
          )
        ),
      ),
    );
  }

  return {
    node,
    show(numbers: StepNumbers) {
      node.hidden = false;
      const { label } = numbers;
      title.textContent = `Step ${whole(numbers.step)}${label === null ? "" : `, with a ${label}`}`;
      x.paint(numbers.x);
      made.paint(numbers.reconstruction);
      showImage(numbers);
      showBatch(numbers);
      showGradients(numbers);
    },
    hide: () => node.hidden = true,
  };
}
