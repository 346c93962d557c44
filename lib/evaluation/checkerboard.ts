/** Checkerboards in generated images, as a number. */
import { z } from "zod";
import type { Images } from "../data/images.ts";
import { anImageSet, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";

const checkerboardSchema = z.strictObject({
  /** The product of the decoder's strides, at most. */
  period: z.int().min(2).default(2),
});
export type CheckerboardOptions = z.input<typeof checkerboardSchema>;

/**
 * The share of an image's variance that its pixels' places modulo `period` explain: the variance of the
 * period² means over pixels of equal (row mod period, column mod period), over that of all pixels. 1 for
 * a pattern that repeats, near (period² − 1) / (pixels − 1) for noise. Mean over the images and their
 * channels; one of one value counts 0.
 *
 * @throws OptionError where the images are none, or the period does not divide their sides
 */
export function checkerboardShare(images: Images, options: CheckerboardOptions = {}): number {
  requireArguments("checkerboardShare", { images: [anImageSet, images] });
  const { period } = parseOptions(checkerboardSchema, options, "checkerboardShare");
  const { height, width, channels, count } = images;
  if (count === 0) {
    throw new OptionError("checkerboardShare: images: expected one or more, got none");
  }
  if (height % period || width % period) {
    throw new OptionError(
      `checkerboardShare: period: expected a divisor of ${height} and ${width}, got ${period}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const pixels = images.at(i);
    for (let c = 0; c < channels; c++) {
      const at = (row: number, column: number) => pixels[(row * width + column) * channels + c];
      sum += shareOf(at, height, width, period);
    }
  }
  return sum / (count * channels);
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
