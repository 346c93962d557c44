/** One handwritten digit: a way of writing it, shaken, bent and slanted, under a soft pen. */
import type { RandomStream } from "../random.ts";
import { type StrokePoint, strokes } from "./strokes.ts";

/** Height and width of a drawing. */
export const side = 28;
/** As in MNIST, the longer side of a digit fills 20 pixels. */
const box = 20;
const margin = 8;
const canvasSide = side + 2 * margin;

/** A dot of the pen; in digit heights while shaped, in pixels once fitted. */
interface Dot {
  x: number;
  y: number;
}

/**
 * Draws one digit: a mixture of examples, moved points, elastic distortion, slant, then a soft pen.
 * As in MNIST, it is fitted into 20×20 and its centre of mass put into the middle of 28×28.
 *
 * @returns 28×28 bytes, 0 paper and 255 ink
 */
export function drawDigit(digit: number, random: RandomStream): Uint8Array {
  return centred(inked(fitted(distorted(written(digit, random), random), random), random));
}

/** A way of writing, chosen and mixed: the curve of each stroke as close dots. */
function written(digit: number, random: RandomStream): Dot[][] {
  const ways = strokes[digit];
  let chance = random.uniform() * ways.reduce((sum, { weight }) => sum + weight, 0);
  const { examples } = ways.find(({ weight }) => (chance -= weight) < 0) ?? ways[0];
  // Uniform on the simplex (normalised exponentials), stretched a little beyond the examples.
  const raw = examples.map(() => -Math.log(1 - random.uniform()));
  const sum = raw.reduce((a, b) => a + b, 0);
  const parts = raw.map((value) => 1.5 * (value / sum) - 0.5 / raw.length);
  // A hand errs smoothly: an error carries over to the next point, so that curves stay round.
  let errorX = 0, errorY = 0;
  return examples[0].map((stroke, s) =>
    curve(stroke.map(({ corner }, p) => {
      errorX = 0.6 * errorX + 0.03 * random.normal();
      errorY = 0.6 * errorY + 0.03 * random.normal();
      let x = errorX, y = errorY;
      parts.forEach((part, e) => {
        x += part * examples[e][s][p].x;
        y += part * examples[e][s][p].y;
      });
      return { x, y, corner };
    }))
  );
}

/** Dots along a Catmull–Rom curve through the points, with its tangents broken at corners. */
function curve(points: StrokePoint[]): Dot[] {
  const dots: Dot[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i], b = points[i + 1];
    const before = i === 0 || a.corner ? a : points[i - 1];
    const after = i + 2 === points.length || b.corner ? b : points[i + 2];
    const steps = Math.max(2, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 0.06));
    for (let step = i === 0 ? 0 : 1; step <= steps; step++) {
      const t = step / steps;
      dots.push({
        x: catmullRom(before.x, a.x, b.x, after.x, t),
        y: catmullRom(before.y, a.y, b.y, after.y, t),
      });
    }
  }
  return dots;
}

function catmullRom(before: number, a: number, b: number, after: number, t: number): number {
  return a + 0.5 * t * (b - before +
        t * (2 * before - 5 * a + 4 * b - after + t * (3 * (a - b) + after - before)));
}

/** Smooth waves bend the paper; slant, turn and squeeze are those of a hand. */
function distorted(lines: Dot[][], random: RandomStream): Dot[][] {
  const waves = Array.from({ length: 4 }, () => ({
    right: 5 * random.normal(),
    down: 5 * random.normal(),
    phase: 2 * Math.PI * random.uniform(),
    x: 0.024 * random.normal(),
    y: 0.024 * random.normal(),
  }));
  const slant = 0.03 + 0.21 * random.normal();
  const turn = 0.08 * random.normal();
  const width = Math.exp(0.02 + 0.19 * random.normal());
  const taper = 0.22 * random.normal(), sag = 0.2 * random.normal();
  const cos = Math.cos(turn), sin = Math.sin(turn);
  return lines.map((dots) =>
    dots.map((dot) => {
      let x = dot.x, y = dot.y;
      for (const wave of waves) {
        const swing = Math.sin(wave.right * dot.x + wave.down * dot.y + wave.phase);
        x += wave.x * swing;
        y += wave.y * swing;
      }
      // Bowls grow or shrink against each other, downward and sideways.
      y += sag * y * (1 - y);
      x = width * (x - 0.35) * (1 + taper * (y - 0.5)) - slant * y;
      return { x: cos * x - sin * y, y: sin * x + cos * y };
    })
  );
}

/** Pixels instead of digit heights, and the pen's radius at every dot. */
interface Drawing {
  lines: Dot[][];
  radius: number;
}

function fitted(lines: Dot[][], random: RandomStream): Drawing {
  const radius = Math.min(2.1, Math.max(0.75, 1.14 * Math.exp(0.25 * random.normal())));
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (const dots of lines) {
    for (const { x, y } of dots) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  const size = (box - 2 * radius) * (0.97 + 0.03 * random.uniform());
  const scale = size / Math.max(right - left, bottom - top);
  const middle = canvasSide / 2;
  const x0 = middle - scale * (left + right) / 2, y0 = middle - scale * (top + bottom) / 2;
  return {
    lines: lines.map((dots) => dots.map(({ x, y }) => ({ x: x0 + scale * x, y: y0 + scale * y }))),
    radius,
  };
}

/** Ink 0–1 on the canvas: full within the pen's radius, fading over one pixel; pressure varies slowly. */
function inked({ lines, radius }: Drawing, random: RandomStream): Float32Array {
  const ink = new Float32Array(canvasSide * canvasSide);
  for (const dots of lines) {
    let pressure = 0;
    for (let i = 0; i + 1 < dots.length; i++) {
      pressure = 0.8 * pressure + 0.09 * random.normal();
      press(ink, dots[i], dots[i + 1], radius * Math.exp(pressure));
    }
  }
  return ink;
}

function press(ink: Float32Array, a: Dot, b: Dot, radius: number) {
  const reach = radius + 0.6;
  const left = Math.max(0, Math.ceil(Math.min(a.x, b.x) - reach));
  const right = Math.min(canvasSide - 1, Math.floor(Math.max(a.x, b.x) + reach));
  const top = Math.max(0, Math.ceil(Math.min(a.y, b.y) - reach));
  const bottom = Math.min(canvasSide - 1, Math.floor(Math.max(a.y, b.y) + reach));
  const dx = b.x - a.x, dy = b.y - a.y;
  const squared = dx * dx + dy * dy || 1;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const t = Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / squared));
      const ex = x - a.x - t * dx, ey = y - a.y - t * dy;
      const value = (reach - Math.sqrt(ex * ex + ey * ey)) / 1.2;
      const at = y * canvasSide + x;
      if (value > ink[at]) ink[at] = value;
    }
  }
}

/** The part of the canvas whose middle is the ink's centre of mass, to the pixel, as bytes. */
function centred(ink: Float32Array): Uint8Array {
  let mass = 0, sumX = 0, sumY = 0;
  for (let y = 0, at = 0; y < canvasSide; y++) {
    for (let x = 0; x < canvasSide; x++, at++) {
      const value = Math.min(1, ink[at]);
      mass += value;
      sumX += value * x;
      sumY += value * y;
    }
  }
  const shift = (sum: number) =>
    Math.min(2 * margin, Math.max(0, Math.round(sum / mass - (side - 1) / 2)));
  const left = shift(sumX), top = shift(sumY);
  const bytes = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      bytes[y * side + x] = Math.round(255 * Math.min(1, ink[(top + y) * canvasSide + left + x]));
    }
  }
  return bytes;
}
