/** A pad to draw an image on. */
import { element } from "./dom.ts";
import { centreDigit, scaleInk } from "./ink.ts";
import { arrows } from "./steering.ts";

const side = 280;
const penWidth = 24;

/**
 * A canvas to draw on with mouse, finger or pen; by keyboard the arrows move the pen and the space bar
 * puts it down or lifts it.
 *
 * @param noun a digit is centred as MNIST's are, another image only scaled
 * @param size of the image that is made of the drawing
 * @param changed gets it, once a frame
 */
export function createPad(
  noun: "digit" | "image",
  size: number,
  changed: (drawn: Float32Array | null) => void,
) {
  const canvas = element("canvas", {
    class: "pad",
    width: side,
    height: side,
    tabindex: 0,
    role: "application",
    "aria-label": `Draw ${noun === "digit" ? "a" : "an"} ${noun}. Arrow keys move the pen, space ` +
      "puts it down or lifts it, delete clears.",
  });
  const pen = element("span", { class: "pen", "aria-hidden": true });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = penWidth;
  context.strokeStyle = "white";
  let [x, y, down, waiting] = [side / 2, side / 4, false, false];

  function report() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const { data } = context.getImageData(0, 0, side, side);
      const ink = Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]);
      changed(
        noun === "digit" ? centreDigit(ink, side, side, size) : scaleInk(ink, side, size),
      );
    });
  }
  function movePen(toX: number, toY: number, ink: boolean) {
    if (ink) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(toX, toY);
      context.stroke();
      report();
    }
    [x, y] = [toX, toY];
    pen.style.left = `${100 * x / side}%`;
    pen.style.top = `${100 * y / side}%`;
    pen.classList.toggle("down", down);
  }
  function clear() {
    context.clearRect(0, 0, side, side);
    report();
  }

  const place = (event: PointerEvent) => {
    const box = canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) / box.width * side,
      (event.clientY - box.top) / box.height * side,
    ];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down = false;
    [x, y] = place(event);
    movePen(x, y, true);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const move of event.getCoalescedEvents?.() ?? [event]) {
      const [toX, toY] = place(move);
      movePen(toX, toY, true);
    }
  });
  canvas.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 28 : 7;
    const arrow = arrows[event.key];
    const inside = (v: number) => Math.max(penWidth / 2, Math.min(side - penWidth / 2, v));
    if (arrow) movePen(inside(x + step * arrow[0]), inside(y - step * arrow[1]), down);
    else if (event.key === " ") {
      down = !down;
      movePen(x, y, down);
    } else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
  });
  movePen(x, y, false);
  return { node: element("div", { class: "pad-box" }, canvas, pen), clear };
}
