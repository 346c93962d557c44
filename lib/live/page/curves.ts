/** −ELBO, reconstruction and KL apart, each on a scale of its own: every batch, and the test digits by epoch. */
import { element } from "../../visuals/explorer/page/dom.ts";
import type { EpochRecord } from "../../training/records.ts";
import { nats } from "./words.ts";

type Term = "loss" | "reconstruction" | "kl";

/** A point: steps done and nats. */
type Point = [number, number];

/** At most so many points of a curve are drawn, each the mean of its neighbours. */
const mostPoints = 240;

/** Means of equal numbers of neighbours, where there are more than `most`. */
export function thinned(points: Point[], most = mostPoints): Point[] {
  const each = Math.ceil(points.length / most);
  if (each <= 1) return points;
  const means: Point[] = [];
  for (let i = 0; i < points.length; i += each) {
    const group = points.slice(i, i + each);
    const mean = (k: 0 | 1) => group.reduce((sum, point) => sum + point[k], 0) / group.length;
    means.push([mean(0), mean(1)]);
  }
  return means;
}

/** From the lowest to the highest value of the later nine tenths: the first fall would flatten the rest. */
export function valueRange(points: Point[]): [number, number] {
  const later = points.slice(Math.floor(points.length / 10)).map(([, value]) => value);
  const [low, high] = [Math.min(...later), Math.max(...later)];
  const room = 0.08 * (high - low) || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

const [width, height] = [300, 84];

function createCurve(title: string, formula: string) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const [batches, epochs] = ["batches", "epochs"].map((name) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", name);
    svg.append(path);
    return path;
  });
  const value = element("b", {}, "–");
  const [top, bottom] = [element("span", { class: "top" }), element("span", { class: "bottom" })];
  const name = element("span", {});
  const rename = (now: string, formula: string) => {
    title = now;
    name.replaceChildren(`${title} `, element("i", {}, formula));
  };
  rename(title, formula);
  const node = element(
    "figure",
    { class: "curve" },
    element("figcaption", {}, name, value),
    element("div", { class: "chart" }, svg, top, bottom),
  );
  return {
    node,
    rename,
    draw(all: Point[], test: Point[]) {
      const points = thinned(all);
      const latest = test.at(-1)?.[1];
      value.textContent = latest === undefined ? "–" : nats(latest);
      const both = [...points, ...test].sort((a, b) => a[0] - b[0]);
      if (both.length === 0) return;
      const [low, high] = valueRange(both);
      const end = Math.max(1, both.at(-1)![0]);
      const at = ([step, value]: Point) => {
        const y = height * (high - value) / (high - low);
        return `${(width * step / end).toFixed(1)},${
          Math.max(-40, Math.min(height, y)).toFixed(1)
        }`;
      };
      const line = (points: Point[]) => points.length > 0 ? `M${points.map(at).join("L")}` : "M0,0";
      batches.setAttribute("d", line(points));
      epochs.setAttribute("d", line(test));
      [top.textContent, bottom.textContent] = [high, low].map((value) =>
        Math.abs(high - low) >= 20 ? nats(Math.round(value)).replace(/\.00$/, "") : nats(value)
      );
      svg.setAttribute(
        "aria-label",
        `${title} after ${
          test.length - 1
        } epochs: ${value.textContent} on the test digits; at the ` +
          `beginning ${nats(test[0]?.[1] ?? both[0][1])}`,
      );
    },
    clear(text: string) {
      value.textContent = text;
      for (const path of [batches, epochs]) path.setAttribute("d", "M0,0");
      top.textContent = bottom.textContent = "";
    },
  };
}

export function createCurves() {
  const curves: Record<Term, ReturnType<typeof createCurve>> = {
    loss: createCurve("Loss", ""),
    reconstruction: createCurve("Reconstruction", "−log p(x|z)"),
    kl: createCurve("KL", "KL(q(z|x) ‖ p(z))"),
  };
  const batches: Record<Term, Point[]> = { loss: [], reconstruction: [], kl: [] };
  const tests: Record<Term, Point[]> = { loss: [], reconstruction: [], kl: [] };
  let variational = true;
  const terms = Object.keys(curves) as Term[];
  const node = element(
    "section",
    { class: "curves", "aria-label": "The loss, in nats per digit" },
    element(
      "p",
      { class: "key" },
      element("span", { class: "batches" }, "each batch"),
      element("span", { class: "epochs" }, "test digits"),
      "in nats per digit",
    ),
    ...terms.map((term) => curves[term].node),
  );
  return {
    node,
    /** Everything that was measured, for whoever scripts the page: steps and values. */
    batches,
    tests,
    begin(isVariational: boolean) {
      variational = isVariational;
      if (variational) curves.loss.rename("−ELBO", "= reconstruction + KL");
      else curves.loss.rename("Loss", "= reconstruction");
      for (const term of terms) {
        batches[term].length = tests[term].length = 0;
        curves[term].clear("–");
      }
    },
    /** @param steps step, −ELBO, reconstruction and KL of each batch */
    addBatches(steps: Float64Array) {
      for (let i = 0; i < steps.length; i += 4) {
        terms.forEach((term, k) => batches[term].push([steps[i], steps[i + 1 + k]]));
      }
    },
    addEpoch({ test }: EpochRecord, steps: number) {
      for (const term of terms) tests[term].push([steps, test[term]]);
    },
    draw() {
      for (const term of terms) {
        if (term === "kl" && !variational) curves.kl.clear("none: an autoencoder");
        else curves[term].draw(batches[term], tests[term]);
      }
    },
  };
}
