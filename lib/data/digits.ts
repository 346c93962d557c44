/** Synthetic digits, which stand in for MNIST. */
import type { Drawing } from "./synthetic.ts";
import { digitNames } from "./labels.ts";
import { drawDigit, side } from "./pen.ts";

/** Ten handwritten digits in MNIST's size, of shapes of our own. */
export const digits: Drawing = {
  source: "synthetic",
  words: "synthetic digits",
  version: "v1",
  shape: [side, side, 1],
  classNames: digitNames,
  draw: drawDigit,
};
