/** How a code is marked on the plane: in the colour and shape of its class. */
import { seriesColors } from "../../charts/palette.ts";
import { symbolPath } from "../../charts/symbols.ts";
import type { PageClass } from "../contents.ts";

/** Of a mark, in square pixels. */
const area = 30;

/** Draws the mark of the class at a place among `classes`; a plain dot where there is none. */
export function createMarks(classes: readonly Pick<PageClass, "label" | "color">[]) {
  const shapes = classes.map(({ label }) => new Path2D(symbolPath(label, area)));
  const plain = new Path2D(symbolPath(0, area));
  return (context: CanvasRenderingContext2D, place: number, x: number, y: number) => {
    context.fillStyle = classes[place]?.color ?? seriesColors[0];
    context.translate(x, y);
    context.fill(shapes[place] ?? plain);
    context.translate(-x, -y);
  };
}
