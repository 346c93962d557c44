/** What the bound says of the chosen image: losses pixel by pixel, terms, draws, its place among others. */
import type { ExplorerContents } from "../contents.ts";
import { createBoundTable } from "./bound_table.ts";
import { element, write } from "./dom.ts";
import { createHistogram, type Mark } from "./histogram.ts";
import { createLossPicture } from "./loss_picture.ts";
import type { PageModel } from "./model.ts";
import { type PosteriorSample, samplePosterior } from "./posterior_sample.ts";
import { createPixelPointer } from "./pixel_pointer.ts";
import { createPixelLosses, draws, klOfDimensions, total } from "./score.ts";
import { createTestScores, rankOf } from "./test_scores.ts";
import { type Source, wordsOfImage } from "./words.ts";

/** What stands in the place of the bound where there is none. */
export const noBound = () =>
  element(
    "p",
    { class: "hint" },
    "An autoencoder’s code is a point: without q(z|x) there is no KL, no ELBO and no bound.",
  );

interface BoundOptions {
  contents: ExplorerContents;
  model: PageModel;
  /** Of the loss picture: how large a pixel is. */
  factor: number;
  /** Something is to be drawn anew; `codes` where the codes below are. */
  changed: (what: "point" | "codes") => void;
  /** An image was chosen here. */
  pick: (index: number) => void;
}

/** An image's own terms, in nats. */
interface Chosen extends Source {
  sigma: Float32Array;
  kl: number[];
  atMean: number;
}

/** The parts of the page that speak of the bound; null for a model that has none. */
export function createBound({ contents, model, factor, changed, pick }: BoundOptions) {
  if (!contents.bound) return null;
  const { imageShape, classes, noun } = contents;
  const pixelLosses = createPixelLosses(model, contents.bound, imageShape[2]);
  const nll = (z: ArrayLike<number>, x: Float32Array) => total(pixelLosses(model.outputs(z), x));
  let chosen: Chosen | null = null;
  let drawn: Mark | null = null;
  let sample: PosteriorSample | null = null;
  let seed = 0;
  let lit: Set<number> | null = null;
  let losses: Float64Array | null = null;
  let pointing = false;

  const atMean = (pixels: Float32Array, mean: Float32Array, sigma: Float32Array) => {
    const kl = klOfDimensions({ mean, sigma });
    return { kl, atMean: nll(mean, pixels) };
  };
  const scoreOf = (index: number) => {
    const { mean, sigma } = model.codeOf(index);
    const terms = atMean(model.originalOf(index)!, mean, sigma!);
    return terms.atMean + total(terms.kl);
  };
  const count = model.originalOf(0) ? model.count : 0;
  const test = createTestScores(count, scoreOf, () => {
    histogram.fill(test.scores);
    changed("point");
  });

  // The parts --------------------------------------------------------------------------------------
  const picture = createLossPicture(imageShape, factor);
  picture.canvas.tabIndex = 0;
  picture.canvas.setAttribute("role", "application");
  picture.canvas.setAttribute("aria-label", "Loss per pixel. Arrow keys point at a pixel.");
  const figure = element(
    "figure",
    { class: "loss" },
    picture.canvas,
    picture.legend,
    element("figcaption", {}, "loss per pixel"),
  );
  const table = createBoundTable();
  const button = element("button", {
    type: "button",
    disabled: true,
    onclick: () => {
      if (!chosen) return;
      const { pixels } = chosen;
      sample?.stop();
      sample = samplePosterior(chosen, ++seed, (z) => nll(z, pixels), () => changed("point"));
      changed("point");
    },
  }, "Sample q(z|x)");
  const progress = element("span", { class: "hint" });
  const histogram = createHistogram({
    noun,
    count,
    pointed(indices, words) {
      lit = indices && new Set(indices);
      said(words);
      changed("codes");
    },
    chosen: pick,
  });
  const line = element("p", { class: "rank" });
  const readout = element("p", { class: "hint readout", role: "status" });
  const section = element(
    "section",
    { class: "bound", "aria-label": "The bound" },
    element(
      "div",
      {},
      table.node,
      element(
        "p",
        { class: "hint" },
        "The reconstruction costs −log p(x|z). −ELBO is the mean over draws; z at the mean alone " +
          "makes it too low.",
      ),
      element("div", { class: "row" }, button, progress),
    ),
    count > 0 && element("div", {}, histogram.node, line),
  );
  /** What is pointed at, said beside the pictures and under the bars; nothing where it is nothing. */
  function said(words: string) {
    pointing = words !== "";
    readout.textContent = line.textContent = words;
    if (!pointing) rest();
  }
  /** What stands there meanwhile. */
  function rest() {
    readout.textContent = "Point at a pixel, a code or a bar for its number.";
    line.textContent = chosen
      ? rankWords(loss()!, chosen.index !== null)
      : `Choose a ${noun}, or draw one: here stands its place.`;
  }
  const nameOf = (index: number) => wordsOfImage(noun, index, classes[model.labels[index]]?.name);

  // What is said ------------------------------------------------------------------------------------
  const loss = () => chosen && chosen.atMean + total(chosen.kl);
  /** `rank 873 of 1,001, stranger than 87 % of test digits` */
  function rankWords(value: number, own: boolean): string {
    if (test.scores.length === 0) return "";
    const { rank, of, percent } = rankOf(value, test.scores, own);
    const sofar = test.scores.length < count ? " so far" : "";
    return `rank ${rank.toLocaleString("en-US")} of ${of.toLocaleString("en-US")}${sofar}, ` +
      `stranger than ${percent} % of test ${noun}s`;
  }
  function marks(): Mark[] {
    const own = chosen && chosen.index !== null ? { name: chosen.name, value: loss()! } : null;
    return [own, drawn].filter((mark) => mark !== null);
  }

  return {
    figure,
    section,
    readout,
    /** The codes that a bar of the histogram stands for; null for all. */
    lit: () => lit,
    /** Draws of q(z|x), as codes; null where none were asked for. */
    cloud: () => sample?.codes ?? null,
    /** KL of each dimension of the chosen image. */
    kl: () => chosen?.kl ?? null,
    /** An image was chosen or drawn, or there is none any more. */
    choose(source: Source | null) {
      sample?.stop();
      sample = null;
      chosen = source?.sigma
        ? { ...source, sigma: source.sigma, ...atMean(source.pixels, source.mean, source.sigma) }
        : null;
      if (chosen?.index === null) drawn = { name: chosen.name, value: loss()! };
      button.disabled = chosen === null;
      if (chosen) test.start();
    },
    /** Other weights are shown: all is scored anew, once an image is chosen. */
    modelChanged() {
      drawn = null;
      test.forget();
      histogram.fill([]);
    },
    /** The pad is empty. */
    forgetDrawn: () => drawn = null,
    /** From now on a pixel of these pictures can be pointed at, and of the loss picture. */
    pointAt(pictures: readonly HTMLCanvasElement[]) {
      const [, width] = imageShape;
      createPixelPointer([...pictures, picture.canvas], imageShape, (pixel) => {
        if (pixel === null || !losses) return said("");
        const [row, column] = [Math.floor(pixel / width) + 1, pixel % width + 1];
        said(`row ${row}, column ${column}: ${write([losses[pixel]])} nats`);
      });
    },
    /** A code of the plane is pointed at. */
    hover(index: number | null) {
      if (index === null || count === 0) return said("");
      said(`${nameOf(index)}: ${write([test.scores[index] ?? scoreOf(index)], 1)} nats`);
    },
    /** Shows all of it, for z and the decoder's numbers for it. */
    show(z: Float32Array, outputs: Float32Array) {
      const atTheMean = chosen?.mean.every((value, i) => value === z[i]);
      losses = chosen && pixelLosses(outputs, chosen.pixels);
      picture.paint(losses);
      table.show(
        chosen?.name ?? `no ${noun} chosen`,
        chosen && {
          kl: total(chosen.kl),
          atMean: chosen.atMean,
          here: atTheMean ? null : total(losses!),
          sample,
        },
      );
      progress.textContent = sample && sample.logWeights.length < draws
        ? `${sample.logWeights.length} of ${draws} draws`
        : `z = μ + σ ε, the same ${draws} ε for every ${noun}`;
      histogram.mark(marks());
      if (!pointing) rest();
    },
    /** The chosen image's loss and its place, a line each; none where nothing is chosen. */
    words: (): string[] =>
      chosen
        ? [
          `−ELBO at the mean code: ${write([loss()!], 1)} nats`,
          rankWords(loss()!, chosen.index !== null),
        ]
        : [],
  };
}
