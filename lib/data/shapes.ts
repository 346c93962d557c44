/** Synthetic shapes, in colour or grey: they stand in for sets that are not of digits. */
import type { RandomStream } from "../random.ts";
import type { ImageShape } from "./images.ts";
import type { Drawing } from "./synthetic.ts";

/** How far a point lies outside a shape of radius about 1 at the origin; negative inside; y points down. */
type Outline = (x: number, y: number) => number;

const { abs, max, min, PI } = Math;
/** `Math.hypot` takes ten times as long, for numbers of a size that do not occur here. */
const hypot = (x: number, y: number) => Math.sqrt(x * x + y * y);

const outlines: Readonly<Record<string, Outline>> = {
  disc: (x, y) => hypot(x, y) - 0.85,
  ring: (x, y) => abs(hypot(x, y) - 0.7) - 0.2,
  square: (x, y) => max(abs(x), abs(y)) - 0.72,
  triangle: (x, y) => max(0.87 * abs(x) - 0.5 * (y + 0.15), y + 0.15) - 0.5,
  cross: (x, y) => max(min(abs(x), abs(y)) - 0.27, max(abs(x), abs(y)) - 0.9),
  star: (x, y) => {
    // Folded into the tenth part between a tip at (0.95, 0) and the notch beside it.
    const fifth = 2 * PI / 5;
    const angle = Math.atan2(x, -y) + 2 * PI;
    const folded = abs((angle + fifth / 2) % fifth - fifth / 2), radius = hypot(x, y);
    return 0.49 * (radius * Math.cos(folded) - 0.95) + 0.87 * radius * Math.sin(folded);
  },
  moon: (x, y) => max(hypot(x, y) - 0.85, 0.75 - hypot(x - 0.45, y)),
  heart: (x, y) => {
    // A square on its corner, and a disc on each of its upper sides.
    const right = abs(x), low = y - 0.08;
    const tip = (right + abs(low)) / Math.SQRT2 - 0.5;
    return min(tip, hypot(right - 0.35, low + 0.35) - 0.5);
  },
  pill: (x, y) => hypot(max(abs(x) - 0.55, 0), y) - 0.35,
  house: (x, y) => min(max(abs(x) - 0.55, abs(y - 0.3) - 0.45), max(abs(x) - 0.8 * (y + 0.95), y)),
};

const names = Object.keys(outlines);

/** Red, green and blue from 0 to 255 of a hue in turns, a saturation and a value in [0, 1]. */
function colour(hue: number, saturation: number, value: number): number[] {
  return [5, 3, 1].map((n) => {
    const k = (n + 6 * hue) % 6;
    return 255 * value * (1 - saturation * max(0, min(k, 4 - k, 1)));
  });
}

/** Where the shape stands, how large and how turned. */
function placed(random: RandomStream, side: number) {
  const radius = side * (0.22 + 0.16 * random.uniform());
  const angle = 0.5 * (random.uniform() - 0.5);
  const centre = () => (side - 1) / 2 + 0.2 * side * (random.uniform() - 0.5);
  return { radius, cos: Math.cos(angle), sin: Math.sin(angle), x: centre(), y: centre() };
}

/** Colours of the ground above and below, and of the shape: in colour never of one hue, in grey on black. */
function painted(random: RandomStream, channels: number) {
  if (channels === 1) return { above: [0], below: [0], ink: [110 + 145 * random.uniform()] };
  const hue = random.uniform();
  const ground = (value: number) => colour(hue, 0.15 + 0.45 * random.uniform(), value);
  const above = ground(0.35 + 0.6 * random.uniform());
  const below = ground(0.25 + 0.6 * random.uniform());
  const apart = 0.25 + 0.5 * random.uniform();
  const ink = colour(hue + apart, 0.55 + 0.45 * random.uniform(), 0.45 + 0.55 * random.uniform());
  return { above, below, ink };
}

/**
 * One shape: lit from one side, before a ground that grows darker or lighter downward, with a little noise
 * where there is colour.
 */
function drawShape(outline: Outline, random: RandomStream, [height, width, channels]: ImageShape) {
  const { radius, cos, sin, x: left, y: top } = placed(random, min(height, width));
  const { above, below, ink } = painted(random, channels);
  const light = 0.3 * (random.uniform() - 0.5);
  const bytes = new Uint8ClampedArray(height * width * channels);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const dx = (column - left) / radius, dy = (row - top) / radius;
      const outside = outline(cos * dx + sin * dy, cos * dy - sin * dx);
      // A pixel's share of ink, and how bright it is there.
      const cover = max(0, min(1, 0.5 - outside * radius)), shade = 1 + light * (dx - dy);
      const noise = channels === 1 ? 0 : random.integer(9) - 4;
      for (let c = 0; c < channels; c++) {
        const ground = above[c] + (below[c] - above[c]) * row / (height - 1);
        bytes[at++] = (1 - cover) * ground + cover * shade * ink[c] + noise;
      }
    }
  }
  return new Uint8Array(bytes.buffer);
}

/** Ten shapes: in colour where there are three channels, else grey on black. */
export function shapesOf(shape: ImageShape): Drawing {
  return {
    source: "synthetic-shapes",
    words: `synthetic shapes${shape[2] === 3 ? " in colour" : ""}`,
    version: `shapes1-${shape.join("x")}`,
    shape,
    classNames: names,
    draw: (label, random) => drawShape(outlines[names[label]], random, shape),
  };
}
