/** One pixel, pointed at in any picture of an image, is marked in all of them. */
import { element } from "./dom.ts";
import { arrows } from "./steering.ts";

/**
 * Puts a frame with a mark around each canvas, where it stands.
 *
 * @param canvases pictures of one size; the last one takes the keyboard's arrows
 * @param pointed hears the pixel, row by row; null where none is pointed at
 */
export function createPixelPointer(
  canvases: readonly HTMLCanvasElement[],
  [height, width]: readonly number[],
  pointed: (pixel: number | null) => void,
): void {
  let [column, row] = [width >> 1, height >> 1];
  const marks = canvases.map((canvas) => {
    const mark = element("i", { class: "pixel", hidden: true });
    const frame = element("div", { class: "frame" });
    canvas.replaceWith(frame);
    frame.append(canvas, mark);
    return mark;
  });
  const inside = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
  const point = (x: number, y: number) => {
    [column, row] = [inside(x, width), inside(y, height)];
    for (const mark of marks) {
      mark.hidden = false;
      mark.style.left = `${100 * column / width}%`;
      mark.style.top = `${100 * row / height}%`;
      mark.style.width = `${100 / width}%`;
      mark.style.height = `${100 / height}%`;
    }
    pointed(row * width + column);
  };
  const leave = () => {
    marks.forEach((mark) => mark.hidden = true);
    pointed(null);
  };
  for (const canvas of canvases) {
    const at = ({ clientX, clientY }: PointerEvent) => {
      const box = canvas.getBoundingClientRect();
      point(
        Math.floor((clientX - box.left) / box.width * width),
        Math.floor((clientY - box.top) / box.height * height),
      );
    };
    canvas.addEventListener("pointerdown", at);
    canvas.addEventListener("pointermove", at);
    // A finger that is lifted leaves too: what it touched stays in sight.
    canvas.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && leave());
  }
  const steered = canvases.at(-1)!;
  steered.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    if (!arrow) return;
    point(column + arrow[0], row - arrow[1]);
    event.preventDefault();
  });
  steered.addEventListener("blur", leave);
}
