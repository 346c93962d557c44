/** The point on the plane follows mouse, finger and keys. */
import type { Plane } from "./plane.ts";

/** Where an arrow key leads, y upwards. */
export const arrows: Record<string, [number, number] | undefined> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

interface SteeringOptions {
  range: number;
  /** Where the point is. */
  here: () => number[];
  goTo: (to: number[]) => void;
  /** A code was chosen; null where there was none. */
  pick: (index: number | null) => void;
  /** What other keys do. */
  keys: Record<string, (() => void) | undefined>;
}

/** Listens to the plane. */
export function steer(plane: Plane, { range, here, goTo, pick, keys }: SteeringOptions): void {
  const { above } = plane;
  let start: number[] | null = null;

  const drag = (event: PointerEvent) => goTo(plane.coordinatesOf(plane.pixelOf(event)));
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
