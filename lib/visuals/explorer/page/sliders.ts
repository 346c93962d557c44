/** One slider per dimension of the code, and under it what that dimension tells of the image: its KL. */
import type { SliderContents } from "../contents.ts";
import { element, write } from "./dom.ts";
import { roundUp } from "./loss_picture.ts";
import { nameOfDimension } from "./words.ts";

interface SliderOptions {
  sliders: SliderContents[];
  latentDim: number;
  /** What an image is called. */
  noun: string;
  /** From −range to range, by 0.1. */
  range: number;
  /** Whether the KL of single images will be known. */
  ofImages: boolean;
  changed: (dimension: number, value: number) => void;
  /** The dimension that is pointed at. */
  pointed: (dimension: number | null) => void;
  reset: () => void;
}

/** The sliders, and the ways to show a code and its KL on them. */
export function createSliders(options: SliderOptions) {
  const { sliders, latentDim, noun, range, ofImages, changed, pointed, reset } = options;
  const known = sliders[0].kl !== null;
  const rows = sliders.map(({ dimension }) => {
    const name = nameOfDimension(dimension);
    const input = element("input", {
      type: "range",
      min: -range,
      max: range,
      step: 0.1,
      value: 0,
      "aria-label": `z${dimension + 1}`,
      oninput: () => changed(dimension, Number(input.value)),
      onfocus: () => pointed(dimension),
      onblur: () => pointed(null),
    });
    const number = element("output"), bar = element("i"), kl = element("span");
    const node = element(
      "label",
      {
        class: "slider",
        onpointerenter: () => pointed(dimension),
        onpointerleave: () => pointed(null),
      },
      element("span", { class: "name" }, name),
      input,
      number,
      (known || ofImages) && element("span", { class: "kl" }, bar),
      (known || ofImages) && kl,
    );
    return { node, input, number, bar, kl, dimension };
  });
  const of = sliders.length < latentDim
    ? `The ${sliders.length} of ${latentDim} dimensions ` +
      `${known ? "with the largest KL" : "in which the codes vary most"}.`
    : "";
  const whose = element("p", { class: "hint" });
  const node = element(
    "div",
    { class: rows.length > 4 ? "sliders many" : "sliders" },
    whose,
    ...rows.map((row) => row.node),
    element("button", { type: "button", onclick: reset }, "All to 0"),
  );
  return {
    node,
    /** @param own the KL of each dimension of the image called `name`, in nats; null for the mean of all */
    show(z: Float32Array, own: readonly number[] | null, name: string) {
      const values = own
        ? rows.map(({ dimension }) => own[dimension])
        : sliders.map(({ kl }) => kl);
      const scale = roundUp(Math.max(...values.map((value) => value ?? 0))) || 1;
      rows.forEach(({ input, number, bar, kl, dimension }, i) => {
        const value = values[i];
        input.value = String(z[dimension]);
        number.textContent = write([z[dimension]], 1);
        bar.style.width = `${100 * (value ?? 0) / scale}%`;
        kl.textContent = value === null ? "" : write([value]);
        input.setAttribute("aria-description", value === null ? "" : `KL ${write([value])} nats`);
      });
      const shown = own
        ? `of ${name}`
        : known
        ? `mean over the test ${noun}s`
        : ofImages
        ? `of the chosen ${noun}`
        : null;
      whose.textContent = [of, shown && `Bars: KL in nats, ${shown}.`].filter(Boolean).join(" ");
      whose.hidden = whose.textContent === "";
    },
  };
}
