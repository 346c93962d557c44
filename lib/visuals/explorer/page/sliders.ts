/** One slider per dimension of the code. */
import type { SliderContents } from "../contents.ts";
import { element, write } from "./dom.ts";

interface SliderOptions {
  sliders: SliderContents[];
  latentDim: number;
  /** From −range to range, by 0.1. */
  range: number;
  changed: (dimension: number, value: number) => void;
  reset: () => void;
}

/** The sliders, and a way to show a code on them. */
export function createSliders({ sliders, latentDim, range, changed, reset }: SliderOptions) {
  const rows = sliders.map(({ dimension, kl }) => {
    const input = element("input", {
      type: "range",
      min: -range,
      max: range,
      step: 0.1,
      value: 0,
      "aria-label": `z${dimension + 1}`,
      oninput: () => changed(dimension, Number(input.value)),
    });
    const number = element("output");
    const subscript = element("sub", {}, String(dimension + 1));
    const node = element(
      "label",
      { class: "slider", title: kl === null ? "" : `KL ${kl.toFixed(2)} nats` },
      element("span", { class: "name" }, "z", subscript),
      input,
      number,
    );
    return { node, input, number, dimension };
  });
  const of = sliders.length < latentDim
    ? `The ${sliders.length} of ${latentDim} dimensions ${
      sliders[0].kl === null ? "in which the codes vary most" : "with the largest KL"
    }`
    : null;
  const node = element(
    "div",
    { class: rows.length > 4 ? "sliders many" : "sliders" },
    of && element("p", { class: "hint" }, of),
    ...rows.map((row) => row.node),
    element("button", { type: "button", onclick: reset }, "All to 0"),
  );
  return {
    node,
    show(z: Float32Array) {
      for (const { input, number, dimension } of rows) {
        input.value = String(z[dimension]);
        number.textContent = write([z[dimension]], 1);
      }
    },
  };
}
