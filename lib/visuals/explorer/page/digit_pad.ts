/** A pad to draw a digit on, and what MNIST's makers did to every digit. */
import { element } from "./dom.ts";
import { arrows } from "./steering.ts";

/**
 * Scales ink to fit a 20×20 box, proportions kept, and puts its centre of mass into the middle of
 * 28×28 pixels (LeCun et al. 1998): what a network that learned from MNIST expects.
 *
 * @param ink [rows · columns], 0–255
 * @param size of the result
 * @returns [size · size] in [0, 1]; null where there is no ink
 */
export function centreDigit(
  ink: ArrayLike<number>,
  columns: number,
  rows: number,
  size = 28,
): Float32Array | null {
  // Sums of all ink above and to the left: the ink in any rectangle is four of them.
  const sums = new Float64Array((columns + 1) * (rows + 1));
  let left = columns, right = -1, top = rows, bottom = -1, mass = 0, massX = 0, massY = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0, line = 0; x < columns; x++) {
      const value = ink[y * columns + x];
      line += value;
      sums[(y + 1) * (columns + 1) + x + 1] = sums[y * (columns + 1) + x + 1] + line;
      if (value === 0) continue;
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
      if (value < 32) continue; // the soft rim of a stroke does not count for the box
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < left) return null;
  const step = Math.max(right - left + 1, bottom - top + 1) / (size * 20 / 28);

  const sumAt = (x: number, y: number) => {
    const cx = Math.max(0, Math.min(columns, x)), cy = Math.max(0, Math.min(rows, y));
    const i = Math.min(columns - 1, Math.floor(cx)), j = Math.min(rows - 1, Math.floor(cy));
    const u = cx - i, v = cy - j, at = j * (columns + 1) + i, below = at + columns + 1;
    return (1 - v) * ((1 - u) * sums[at] + u * sums[at + 1]) +
      v * ((1 - u) * sums[below] + u * sums[below + 1]);
  };
  const digit = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const y0 = massY / mass + (y - size / 2) * step, y1 = y0 + step;
    for (let x = 0; x < size; x++) {
      const x0 = massX / mass + (x - size / 2) * step, x1 = x0 + step;
      const within = sumAt(x1, y1) - sumAt(x0, y1) - sumAt(x1, y0) + sumAt(x0, y0);
      digit[y * size + x] = Math.max(0, Math.min(1, within / (255 * step * step)));
    }
  }
  return digit;
}

const side = 280;
const penWidth = 24;

/**
 * A canvas to draw on with mouse, finger or pen; by keyboard the arrows move the pen and the space bar
 * puts it down or lifts it.
 *
 * @param changed gets the digit as MNIST has it, once a frame
 */
export function createPad(changed: (digit: Float32Array | null) => void) {
  const canvas = element("canvas", {
    class: "pad",
    width: side,
    height: side,
    tabindex: 0,
    role: "application",
    "aria-label": "Draw a digit. Arrow keys move the pen, space puts it down or lifts it, " +
      "delete clears.",
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
      changed(centreDigit(ink, side, side));
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
