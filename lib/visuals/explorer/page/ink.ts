/** A drawing becomes an image: scaled, or as MNIST's makers did with every digit. */

/** The mean ink, 0–1, of any rectangle of a drawing; beyond its edges there is none. */
function createMeans(ink: ArrayLike<number>, columns: number, rows: number) {
  // Sums of all ink above and to the left: the ink in any rectangle is four of them.
  const sums = new Float64Array((columns + 1) * (rows + 1));
  for (let y = 0; y < rows; y++) {
    for (let x = 0, line = 0; x < columns; x++) {
      line += ink[y * columns + x];
      sums[(y + 1) * (columns + 1) + x + 1] = sums[y * (columns + 1) + x + 1] + line;
    }
  }
  const sumAt = (x: number, y: number) => {
    const cx = Math.max(0, Math.min(columns, x)), cy = Math.max(0, Math.min(rows, y));
    const i = Math.min(columns - 1, Math.floor(cx)), j = Math.min(rows - 1, Math.floor(cy));
    const u = cx - i, v = cy - j, at = j * (columns + 1) + i, below = at + columns + 1;
    return (1 - v) * ((1 - u) * sums[at] + u * sums[at + 1]) +
      v * ((1 - u) * sums[below] + u * sums[below + 1]);
  };
  return (x0: number, y0: number, x1: number, y1: number) => {
    const within = sumAt(x1, y1) - sumAt(x0, y1) - sumAt(x1, y0) + sumAt(x0, y0);
    return Math.max(0, Math.min(1, within / (255 * (x1 - x0) * (y1 - y0))));
  };
}

/** An image of squares of a drawing, the first of which begins at (left, top) and is `step` wide. */
function sampled(
  means: ReturnType<typeof createMeans>,
  size: number,
  [left, top, step]: readonly [number, number, number],
): Float32Array {
  const image = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const y0 = top + y * step;
    for (let x = 0; x < size; x++) {
      const x0 = left + x * step;
      image[y * size + x] = means(x0, y0, x0 + step, y0 + step);
    }
  }
  return image;
}

/**
 * A square drawing as it is, with fewer pixels.
 *
 * @param ink [side · side], 0–255
 * @returns [size · size] in [0, 1]; null where there is no ink
 */
export function scaleInk(ink: ArrayLike<number>, side: number, size: number): Float32Array | null {
  if (!Array.prototype.some.call(ink, (value) => value > 0)) return null;
  return sampled(createMeans(ink, side, side), size, [0, 0, side / size]);
}

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
  let left = columns, right = -1, top = rows, bottom = -1, mass = 0, massX = 0, massY = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = ink[y * columns + x];
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
  const half = size / 2 * step;
  return sampled(createMeans(ink, columns, rows), size, [
    massX / mass - half,
    massY / mass - half,
    step,
  ]);
}
