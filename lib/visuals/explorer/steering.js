// @ts-check
/** The point on the plane follows mouse, finger and keys. */

/** @type {Record<string, number[]>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {ReturnType<typeof import("./plane.js").createPlane>} plane
 * @param {object} options
 * @param {number} options.range
 * @param {() => number[]} options.here where the point is
 * @param {(to: number[]) => void} options.goTo
 * @param {(index: number | null) => void} options.pick a code
 * @param {Record<string, () => void>} options.keys what other keys do
 */
export function steer(plane, { range, here, goTo, pick, keys }) {
  const { above } = plane;
  /** @type {number[] | null} */
  let start = null;

  const drag = (/** @type {PointerEvent} */ event) =>
    goTo(plane.coordinatesOf(plane.pixelOf(event)));
  above.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    above.setPointerCapture(event.pointerId);
    start = plane.pixelOf(event);
    drag(event);
  });
  above.addEventListener("pointermove", (event) => start && drag(event));
  above.addEventListener("pointercancel", () => start = null);
  above.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [x, y] = plane.pixelOf(event);
    const still = Math.hypot(x - start[0], y - start[1]) < 4;
    start = null;
    if (still) pick(plane.nearest([x, y], event.pointerType === "touch" ? 14 : 8));
  });

  above.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key], key = event.key.toLowerCase();
    if (arrow) {
      const size = event.shiftKey ? 1 : 0.1;
      // Onto whole tenths, so that a way there and back ends where it began.
      const to = here().map((value, k) =>
        arrow[k] === 0 ? value : Math.round(10 * (value + size * arrow[k])) / 10
      );
      goTo(to.map((value) => Math.max(-range, Math.min(range, value))));
    } else if (key === "enter") pick(plane.nearest(plane.pixelAt(here()), Infinity));
    else if (keys[key]) keys[key]();
    else return;
    event.preventDefault();
  });
}
