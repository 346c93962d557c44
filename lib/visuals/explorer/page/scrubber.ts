/** A slider over the epochs of a run, and a way to watch them one after the other. */
import { element } from "./dom.ts";

/** Time for one epoch, in ms: longer for those who asked for less motion. */
const pause = { usual: 700, calm: 1500 };

interface ScrubberOptions {
  /** Their numbers, in order. */
  epochs: readonly number[];
  /** The place among them of the one that is shown. */
  chosen: () => number;
  /** Another one is to be shown. */
  choose: (place: number) => void;
}

/** The scrubber, and the ways to move it from elsewhere. */
export function createScrubber({ epochs, chosen, choose }: ScrubberOptions) {
  const last = epochs.length - 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer: ReturnType<typeof setTimeout> | undefined;

  const slider = element("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    "aria-label": "Epoch",
    oninput: () => {
      const place = Number(slider.value);
      stop();
      go(place);
    },
  });
  const number = element("output");
  const play = element("button", { type: "button", onclick: toggle });
  const node = element(
    "section",
    { class: "scrubber", "aria-label": "Epochs of the run" },
    play,
    element("label", {}, "epoch", slider, number),
  );

  function show() {
    const words = `${epochs[chosen()]} of ${epochs[last]}`;
    slider.value = String(chosen());
    slider.setAttribute("aria-valuetext", `epoch ${words}`);
    number.textContent = words;
    play.textContent = timer === undefined ? "▶ Play epochs" : "❚❚ Pause";
  }
  function go(place: number) {
    if (place !== chosen()) choose(place);
    show();
  }
  function wait() {
    timer = setTimeout(step, calm.matches ? pause.calm : pause.usual);
  }
  function step() {
    timer = undefined;
    if (chosen() < last) {
      if (chosen() + 1 < last) wait();
      go(chosen() + 1);
    } else show();
  }
  function toggle() {
    if (timer !== undefined) return stop();
    wait();
    go(chosen() === last ? 0 : chosen() + 1);
  }
  function stop() {
    clearTimeout(timer);
    timer = undefined;
    show();
  }
  show();
  return {
    node,
    /** Stops, and shows the last epoch: the only one that can encode. */
    toLast() {
      stop();
      go(last);
    },
  };
}
