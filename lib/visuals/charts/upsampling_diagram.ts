/** Two ways to a larger picture, counted on a small one: where checkerboards come from. */
import { aCount, aPositiveCount, requireArguments } from "../../kinds.ts";
import { arrow, label, pixels } from "./drawing.ts";
import { type Figure, figure } from "./figure.ts";
import { rule, softInk } from "./palette.ts";

/**
 * How many input pixels reach each output pixel of a transposed convolution along one side.
 *
 * @param padding cut off at the beginning; TensorFlow's `same` cuts nothing there at stride 2, kernel 3
 */
export function overlaps(inputs: number, kernel: number, stride: number, padding = 0): number[] {
  requireArguments("overlaps", {
    inputs: [aPositiveCount, inputs],
    kernel: [aPositiveCount, kernel],
    stride: [aPositiveCount, stride],
    padding: [aCount, padding],
  });
  const counts = new Array<number>(inputs * stride).fill(0);
  for (let input = 0; input < inputs; input++) {
    for (let k = 0; k < kernel; k++) {
      const output = input * stride + k - padding;
      if (output >= 0 && output < counts.length) counts[output]++;
    }
  }
  return counts;
}

/** How many pixels a convolution with `same` padding sums for each output pixel along one side. */
export function termsOf(outputs: number, kernel: number): number[] {
  const reach = Math.floor(kernel / 2);
  return Array.from(
    { length: outputs },
    (_, i) => Math.min(outputs - 1, i + reach) - Math.max(0, i - reach) + 1,
  );
}

const cell = 30;
const step = cell + 2;
const blues = ["#a5cbee", "#8dbbe6", "#c4ddf4"];
const frame = "#c95400";

/** More terms, stronger colour; dark text stays readable on all. */
function shade(part: number): string {
  const channel = (from: number, to: number) => Math.round(from + (to - from) * part);
  return `rgb(${channel(255, 240)},${channel(247, 148)},${channel(238, 62)})`;
}

const squared = (side: readonly number[]) =>
  side.flatMap((row) => side.map((column) => row * column));

/** A 3×3 kernel at stride 2 beside nearest upsampling and a 3×3 convolution, on 3×3 pixels. */
export function upsamplingDiagram(): Figure {
  const uneven = squared(overlaps(3, 3, 2));
  const even = squared(termsOf(6, 3));
  const heading = { size: 13.5, weight: 600, anchor: "start" } as const;
  const remark = { size: 12.5, color: softInk, anchor: "start" } as const;
  const small = { size: 12, color: softInk } as const;
  const outlined = (x: number, y: number, size: number) =>
    `<rect x="${x}" y="${y}" width="${size}" height="${size}" rx="3" fill="none" ` +
    `stroke="${frame}" stroke-width="2.5"/>`;
  const counts = (values: readonly number[], x: number, y: number) =>
    pixels(values.map((value) => shade(value / Math.max(...values))), 6, [x, y, cell], {
      gap: 2,
      texts: values.map(String),
    });
  const input = (y: number) =>
    pixels(Array.from({ length: 9 }, (_, i) => blues[i % 3]), 3, [0, y, cell], { gap: 2 });
  const copied = Array.from({ length: 36 }, (_, i) => blues[Math.floor((i % 6) / 2)]);
  const svg = [
    label("Transposed convolution, 3×3, stride 2: one learned step", 0, 10, heading),
    input(78),
    outlined(step, 78 + step, cell),
    arrow([[104, 124], [196, 124]]),
    label("each pixel paints", 150, 106, small),
    label("a patch of 3×3", 150, 143, small),
    counts(uneven, 206, 28),
    outlined(206 + 2 * step, 28 + 2 * step, 3 * step - 2),
    ...[
      "1, 2 or 4 patches overlap: an",
      "uneven number of terms, in a",
      "checkerboard. Training can even",
      "it out; nothing obliges it to.",
    ].map((line, i) => label(line, 418, 94 + 20 * i, remark)),
    `<line x1="0" x2="644" y1="234" y2="234" stroke="${rule}"/>`,
    label(
      "Nearest upsampling ×2, then a convolution 3×3: one fixed step, one learned",
      0,
      256,
      heading,
    ),
    input(324),
    arrow([[104, 370], [196, 370]]),
    label("each pixel is", 150, 352, small),
    label("copied to 2×2", 150, 389, small),
    pixels(copied, 6, [206, 274, cell], { gap: 2 }),
    outlined(206 + step, 274 + step, 3 * step - 2),
    arrow([[402, 370], [446, 370]]),
    label("3×3", 424, 352, small),
    counts(even, 454, 274),
    outlined(454 + 2 * step, 274 + 2 * step, cell),
    label("9 terms in every output pixel, fewer only at the border", 644, 486, {
      ...remark,
      anchor: "end",
    }),
  ].join("");
  const kinds = [...new Set(uneven)].sort().join(", ");
  return figure({
    title: "Twice as large: learned at once, or copied and then learned",
    body: { svg, width: 644, height: 498 },
    alt:
      "A transposed convolution of 3×3 pixels with a 3×3 kernel at stride 2: the output pixels are " +
      `sums of ${kinds} overlapping patches, in a checkerboard. Nearest upsampling copies each pixel to ` +
      "2×2, and a 3×3 convolution then sums 9 terms for every output pixel, fewer only at the border.",
  });
}
