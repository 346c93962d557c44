/** Two marked points, the way between them as a row of images, and a point that travels along it. */
import { createPicture, element } from "./dom.ts";

const shown = 6;
const secondsOneWay = 3;

interface InterpolationOptions {
  imageShape: [number, number, number];
  decode: (z: Float32Array) => Float32Array;
  /** A copy of the point. */
  here: () => Float32Array;
  moveTo: (z: Float32Array) => void;
  marked: () => void;
}

/** Marks A and B, and the ways to travel between them. */
export function createInterpolation(
  { imageShape, decode, here, moveTo, marked }: InterpolationOptions,
) {
  const marks: (Float32Array | null)[] = [null, null];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let [playing, part, direction, last] = [false, 0, 1, 0];

  const strip = createPicture(imageShape, {
    label: "Images on the way from mark A to mark B",
    factor: Math.max(1, Math.round(56 / Math.max(imageShape[0], imageShape[1]))),
    count: shown,
  });
  const why = element("span", { class: "hint", id: "why" }, "Mark two points, then play the way.");
  const play = element(
    "button",
    { type: "button", disabled: true, "aria-describedby": "why", onclick: toggle },
    "▶ Play",
  );
  const slider = element("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 0.01,
    value: 0,
    disabled: true,
    "aria-label": "Way from A to B",
    oninput: () => {
      pause();
      travelTo(Number(slider.value));
    },
  });
  const buttons = ["A", "B"].map((name, i) =>
    element("button", { type: "button", onclick: () => mark(i) }, `Mark ${name}`)
  );
  const way = element("div", { class: "way" }, slider, strip.canvas);
  const node = element(
    "section",
    { class: "interpolation", "aria-label": "Interpolation" },
    element("div", { class: "row" }, ...buttons, play, why),
    way,
  );

  /** The code at part t of the way; null before both ends are marked. */
  const between = (t: number) => {
    const [a, b] = marks;
    return a && b && a.map((value, i) => (1 - t) * value + t * b[i]);
  };
  function travelTo(t: number) {
    const z = between(t);
    if (!z) return;
    part = t;
    slider.value = String(t);
    moveTo(z);
  }
  function mark(i: number) {
    pause();
    marks[i] = here();
    part = i;
    slider.value = String(i);
    redraw();
    play.disabled = slider.disabled = between(0) === null;
    if (!play.disabled) why.textContent = "";
    marked();
  }
  /** The images on the way. */
  function redraw() {
    for (let k = 0; k < shown; k++) {
      const z = between(k / (shown - 1));
      if (z) strip.paint(decode(z), k);
    }
  }
  function step(now: number) {
    if (!playing) return;
    const seconds = (now - last) / 1000;
    // Who asked for less motion gets one image after the other.
    const stride = still.matches ? 1 / (shown - 1) : seconds / secondsOneWay;
    if (!still.matches || seconds > 0.8) {
      last = now;
      if (part >= 1) direction = -1;
      if (part <= 0) direction = 1;
      travelTo(Math.max(0, Math.min(1, part + direction * stride)));
    }
    requestAnimationFrame(step);
  }
  function toggle() {
    if (playing) return pause();
    if (play.disabled) return;
    playing = true;
    play.textContent = "❚❚ Pause";
    last = performance.now();
    requestAnimationFrame(step);
  }
  function pause() {
    playing = false;
    play.textContent = "▶ Play";
  }
  return { node, mark, toggle, pause, marks, redraw };
}
