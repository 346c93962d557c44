/** Checkerboards in generated images, as a number. */

/**
 * The share of an image's variance that its pixels' places modulo `period` explain: the variance of the
 * period² means over pixels of equal (row mod period, column mod period), over that of all pixels. 1 for
 * a pattern that repeats, near (period² − 1) / (pixels − 1) for noise. Mean over the images; an image of
 * one value counts 0.
 *
 * @param images [count · height · width], in any unit
 * @param period the product of the decoder's strides, at most
 * @throws RangeError where the numbers are no whole images, or the period does not divide the sides
 */
export function checkerboardShare(
  images: ArrayLike<number>,
  { height, width, period = 2 }: { height: number; width: number; period?: number },
): number {
  const size = height * width;
  if (images.length === 0 || images.length % size !== 0) {
    throw new RangeError(
      `checkerboardShare: expected images of ${height}×${width}, got ${images.length} pixels`,
    );
  }
  if (!Number.isInteger(period) || period < 2 || height % period || width % period) {
    throw new RangeError(
      `checkerboardShare: period: expected a divisor of ${height} and ${width} from 2 on, got ${period}`,
    );
  }
  let sum = 0;
  for (let start = 0; start < images.length; start += size) {
    sum += shareOf((row, column) => images[start + row * width + column], height, width, period);
  }
  return sum / (images.length / size);
}

function shareOf(
  at: (row: number, column: number) => number,
  height: number,
  width: number,
  period: number,
): number {
  const phases = new Float64Array(period * period);
  let mean = 0, squares = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = at(row, column) / (height * width);
      phases[(row % period) * period + column % period] += value * phases.length;
      mean += value;
      squares += value * at(row, column);
    }
  }
  const variance = squares - mean ** 2;
  const between = phases.reduce((all, phase) => all + (phase - mean) ** 2, 0) / phases.length;
  // A constant image leaves only rounding in both.
  return variance > 1e-12 * squares ? between / variance : 0;
}
