/** Where the explorer's parts stand on the page. */
import { element } from "./dom.ts";

interface Pad {
  node: HTMLElement;
  clear: () => void;
  noun: "digit" | "image";
  /** Of the image that is made of the drawing. */
  size: number;
}

/** What there is to show; false or null leaves a part out. */
interface Parts {
  decoded: HTMLElement;
  original: HTMLElement | false | null;
  /** What each pixel costs. */
  loss: HTMLElement | undefined;
  words: (HTMLElement | undefined)[];
  plane: HTMLElement | false;
  /** The epochs of the run. */
  scrubber: HTMLElement | undefined;
  legend: HTMLElement | false;
  sliders: HTMLElement | false;
  interpolation: HTMLElement | false;
  pad: Pad | false;
  bound: HTMLElement | undefined;
  hint: string;
}

/** Pictures, plane and controls in columns, which `style.css` folds on a narrow page. */
export function layOut(root: HTMLElement, title: string, parts: Parts): void {
  const { decoded, original, loss, words, plane, legend, sliders, interpolation, pad } = parts;
  const { scrubber } = parts;
  root.append(
    element("h3", {}, title),
    element(
      "div",
      { class: plane ? "columns" : "columns single" },
      element(
        "div",
        { class: "now" },
        element("div", { class: loss ? "pictures three" : "pictures" }, decoded, original, loss),
        ...words,
      ),
      plane && element(
        "div",
        { class: "left" },
        plane,
        scrubber,
        legend,
        element("p", { class: "hint" }, parts.hint),
        interpolation,
      ),
      element(
        "div",
        { class: "controls" },
        sliders,
        !plane && interpolation,
        pad && drawing(pad),
      ),
      parts.bound,
    ),
  );
}

function drawing({ node, clear, noun, size }: Pad): HTMLElement {
  const made = noun === "digit"
    ? "scaled and centred as MNIST’s digits are"
    : `scaled to ${size} × ${size} pixels`;
  return element(
    "section",
    { class: "draw", "aria-label": `Draw your own ${noun}` },
    node,
    element(
      "div",
      {},
      element("b", {}, `Draw ${noun === "digit" ? "a" : "an"} ${noun}`),
      element("p", { class: "hint" }, `It is ${made}, encoded, and decoded again.`),
      element("button", { type: "button", onclick: clear }, "Clear"),
    ),
  );
}
