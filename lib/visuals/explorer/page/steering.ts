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
  /** The code under the mouse; null where there is none. */
  hover: (index: number | null) => void;
  /** What other keys do. */
  keys: Record<string, (() => void) | undefined>;
}

/** How near a finger and a mouse come to what they mean, in pixels. */
const reach = { touch: 14, mouse: 8 };
/** So near a finger takes hold of the point; elsewhere it scrolls the page. */
const grip = 28;

/** Listens to the plane. */
export function steer(plane: Plane, options: SteeringOptions): void {
  const { range, here, goTo, pick, hover, keys } = options;
  const { above } = plane;
  let start: number[] | null = null;
  let dragging = false;

  const drag = (event: PointerEvent) => goTo(plane.coordinatesOf(plane.pixelOf(event)));
  const reachOf = ({ pointerType }: PointerEvent) =>
    pointerType === "touch" ? reach.touch : reach.mouse;
  const onPoint = (event: { clientX: number; clientY: number }) => {
    const [x, y] = plane.pixelOf(event), [px, py] = plane.pixelAt(here());
    return Math.hypot(x - px, y - py) < grip;
  };
  above.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = plane.pixelOf(event);
    dragging = event.pointerType !== "touch" || onPoint(event);
    if (!dragging) return;
    above.setPointerCapture(event.pointerId);
    drag(event);
  });
  above.addEventListener("touchstart", (event) => {
    if (onPoint(event.touches[0])) event.preventDefault();
  }, { passive: false });
  above.addEventListener("pointermove", (event) => {
    if (start && dragging) drag(event);
    else if (!start) hover(plane.nearest(plane.pixelOf(event), reachOf(event)));
  });
  above.addEventListener("pointerleave", () => hover(null));
  above.addEventListener("pointercancel", () => start = null);
  above.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [x, y] = plane.pixelOf(event);
    const still = Math.hypot(x - start[0], y - start[1]) < (dragging ? 4 : 10);
    start = null;
    if (!still) return;
    drag(event);
    pick(plane.nearest([x, y], reachOf(event)));
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
