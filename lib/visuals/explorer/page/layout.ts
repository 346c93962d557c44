/** Where the explorer's parts stand on the page. */
import { element } from "./dom.ts";

/** What there is to show; false or null leaves a part out. */
interface Parts {
  decoded: HTMLElement;
  original: HTMLElement | false | null;
  words: HTMLElement[];
  plane: HTMLElement | false;
  legend: HTMLElement | false;
  sliders: HTMLElement | false;
  interpolation: HTMLElement | false;
  pad: { node: HTMLElement; clear: () => void } | false;
}

/** Pictures, plane and controls in columns, which `style.css` folds on a narrow page. */
export function layOut(root: HTMLElement, title: string, parts: Parts): void {
  const { decoded, original, words, plane, legend, sliders, interpolation, pad } = parts;
  root.append(
    element("h3", {}, title),
    element(
      "div",
      { class: plane ? "columns" : "columns single" },
      element(
        "div",
        { class: "now" },
        element("div", { class: "pictures" }, decoded, original),
        ...words,
      ),
      plane && element(
        "div",
        { class: "left" },
        plane,
        legend,
        element("p", { class: "hint" }, "Drag the point, click a code, or use the arrow keys."),
        interpolation,
      ),
      element(
        "div",
        { class: "controls" },
        sliders,
        !plane && interpolation,
        pad && drawing(pad),
      ),
    ),
  );
}

function drawing(pad: { node: HTMLElement; clear: () => void }): HTMLElement {
  const hint = "It is scaled and centred as MNIST’s digits are, encoded, and decoded again.";
  return element(
    "section",
    { class: "draw", "aria-label": "Draw your own digit" },
    pad.node,
    element(
      "div",
      {},
      element("b", {}, "Draw a digit"),
      element("p", { class: "hint" }, hint),
      element("button", { type: "button", onclick: pad.clear }, "Clear"),
    ),
  );
}
