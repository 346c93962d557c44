/** Pictures of many digits on one canvas. */
import { element } from "../../visuals/explorer/page/dom.ts";

/** Digits side by side, `gap` pixels apart. */
export function createGrid(
  { label, size: [height, width], gap }: { label: string; size: [number, number]; gap: number },
) {
  const canvas = element("canvas", { class: "digits", role: "img", "aria-label": label });
  const context = canvas.getContext("2d")!;
  return {
    canvas,
    /** @param cells greys 0–255 of `rows · columns` digits, row by row */
    paint(cells: Uint8Array, rows: number, columns: number) {
      const [w, h] = [columns * (width + gap) - gap, rows * (height + gap) - gap];
      if (canvas.width !== w || canvas.height !== h) {
        [canvas.width, canvas.height] = [w, h];
        canvas.style.aspectRatio = `${w} / ${h}`;
      }
      const image = context.createImageData(w, h);
      for (let cell = 0; cell < rows * columns; cell++) {
        const left = (cell % columns) * (width + gap);
        const top = Math.floor(cell / columns) * (height + gap);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const grey = cells[(cell * height + y) * width + x];
            const at = 4 * ((top + y) * w + left + x);
            image.data[at] = image.data[at + 1] = image.data[at + 2] = grey;
            image.data[at + 3] = 255;
          }
        }
      }
      context.putImageData(image, 0, 0);
    },
  };
}

/** Rows of originals with what became of each in the row below. */
export function inPairs(
  originals: Uint8Array,
  made: Uint8Array,
  size: number,
  columns: number,
): { cells: Uint8Array; rows: number } {
  const count = originals.length / size, lines = Math.ceil(count / columns);
  const cells = new Uint8Array(2 * lines * columns * size);
  for (let i = 0; i < count; i++) {
    const line = Math.floor(i / columns), column = i % columns;
    [originals, made].forEach((images, below) =>
      cells.set(
        images.subarray(i * size, (i + 1) * size),
        ((2 * line + below) * columns + column) * size,
      )
    );
  }
  return { cells, rows: 2 * lines };
}
