/** The few shapes that diagrams are made of, as pieces of SVG; lengths in CSS pixels. */
import { ink, softInk } from "./palette.ts";
import { escapeHtml } from "../../html.ts";
import { textWidth } from "../text/text.ts";

/** What a shape stands for decides its colours: a line and a lighter surface. */
export const roles = {
  data: { line: "#59636e", fill: "#f4f6f8" },
  encoder: { line: "#2f7ec4", fill: "#e4f0fb" },
  latent: { line: "#832db6", fill: "#f3e8f9" },
  decoder: { line: "#c95400", fill: "#fdebdc" },
  random: { line: "#bd1f01", fill: "#fbe6e2" },
  loss: { line: "#59636e", fill: "#ffffff" },
} as const;
export type Role = keyof typeof roles;

export interface LabelOptions {
  size?: number;
  weight?: 400 | 600;
  color?: string;
  anchor?: "start" | "middle" | "end";
  /** Take the text as it is, without markup: for names. */
  plain?: boolean;
}

interface Run {
  text: string;
  italic: boolean;
  shift: -1 | 0 | 1;
}

/** `*z*` is italic, `_0` and `_{ij}` are below the line, `^2` and `^{-1}` above it. */
function runsOf(markup: string): Run[] {
  const runs: Run[] = [];
  const pattern = /\*([^*]+)\*|([_^])(?:\{([^}]*)\}|(.))|([^*_^]+)/gu;
  for (const [, italic, mark, group, single, plain] of markup.matchAll(pattern)) {
    if (mark) runs.push({ text: group ?? single, italic: false, shift: mark === "_" ? -1 : 1 });
    else runs.push({ text: italic ?? plain, italic: italic !== undefined, shift: 0 });
  }
  return runs;
}

/**
 * A line of text around the middle `y`; `⊙`, which the font has not, is drawn.
 *
 * @param markup `*z* = *μ* + *σ* ⊙ *ε*`; see `runsOf`
 */
export function label(
  markup: string,
  x: number,
  y: number,
  { size = 13, weight = 400, color = ink, anchor = "middle", plain }: LabelOptions = {},
): string {
  const placed: { run: Run; text: string; at: number; size: number }[] = [];
  let width = 0;
  for (const run of plain ? [{ text: markup, italic: false, shift: 0 } as Run] : runsOf(markup)) {
    for (const text of run.text.split(/(⊙)/)) {
      if (!text) continue;
      const runSize = run.shift === 0 ? size : 0.72 * size;
      placed.push({ run, text, at: width, size: runSize });
      const style = run.italic ? "italic" : weight === 600 ? "semiBold" : "regular";
      width += text === "⊙" ? 0.8 * size : textWidth(text, runSize, style);
    }
  }
  const start = x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
  const pieces = placed.map(({ run, text, at, size: runSize }) => {
    const left = start + at;
    if (text === "⊙") {
      const middle = left + 0.4 * size;
      return `<circle cx="${middle}" cy="${y}" r="${0.3 * size}" fill="none" stroke="${color}" ` +
        `stroke-width="${0.075 * size}"/><circle cx="${middle}" cy="${y}" r="${
          0.08 * size
        }" fill="${color}"/>`;
    }
    const baseline = y + 0.36 * size - 0.3 * run.shift * size;
    return `<text x="${left}" y="${baseline}" font-size="${runSize}" font-weight="${weight}" ` +
      `fill="${color}" xml:space="preserve"${run.italic ? ' font-style="italic"' : ""}>` +
      `${escapeHtml(text)}</text>`;
  });
  return pieces.join("");
}

/** Lines of text one under another, around the middle (x, y). */
export function lines(texts: readonly string[], x: number, y: number, options: LabelOptions = {}) {
  const step = 1.35 * (options.size ?? 13);
  return texts.map((text, i) => label(text, x, y + (i - (texts.length - 1) / 2) * step, options))
    .join("");
}

/** A box with round corners and lines of text in its middle. */
export function box(
  role: Role,
  [x, y, width, height]: readonly [number, number, number, number],
  texts: readonly string[] = [],
  options: LabelOptions & { radius?: number; dashed?: boolean } = {},
): string {
  const { line, fill } = roles[role];
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${
    options.radius ?? 8
  }" ` +
    `fill="${fill}" stroke="${line}" stroke-width="1.5"${
      options.dashed ? ' stroke-dasharray="5 4"' : ""
    }/>` +
    lines(texts, x + width / 2, y + height / 2, options);
}

/** A circle with text in its middle: a node of a graph. */
export function node(
  role: Role,
  [x, y, radius]: readonly [number, number, number],
  texts: readonly string[],
  options: LabelOptions & { dashed?: boolean } = {},
): string {
  return box(role, [x - radius, y - radius, 2 * radius, 2 * radius], texts, { radius, ...options });
}

/** A network that narrows or widens from left to right: heights of its two ends. */
export function funnel(
  role: Role,
  [x, y, width]: readonly [number, number, number],
  [from, to]: readonly [number, number],
  texts: readonly string[],
): string {
  const { line, fill } = roles[role];
  const corners = [[x, y - from / 2], [x + width, y - to / 2], [x + width, y + to / 2], [
    x,
    y + from / 2,
  ]];
  return `<polygon points="${
    corners.map((corner) => corner.join(",")).join(" ")
  }" fill="${line}" ` +
    `stroke="${line}" stroke-width="9" stroke-linejoin="round"/>` +
    `<polygon points="${corners.map((corner) => corner.join(",")).join(" ")}" fill="${fill}" ` +
    `stroke="${fill}" stroke-width="6" stroke-linejoin="round"/>` +
    lines(texts, x + width / 2, y, { weight: 600 });
}

/** An arrow along straight lines with round corners. */
export function arrow(
  points: readonly (readonly [number, number])[],
  { color = softInk, width = 1.8, dashed = false, head = true } = {},
): string {
  const [[beforeX, beforeY], [endX, endY]] = points.slice(-2);
  const angle = Math.atan2(endY - beforeY, endX - beforeX);
  const headLength = head ? 5 + 2 * width : 0;
  const back = (side: number) => {
    const turned = angle + side * 2.65;
    return `${endX + headLength * Math.cos(turned)},${endY + headLength * Math.sin(turned)}`;
  };
  // The line ends inside the head, so that its end does not blunt the tip.
  const shaft = [
    ...points.slice(0, -1),
    [endX - 0.6 * headLength * Math.cos(angle), endY - 0.6 * headLength * Math.sin(angle)],
  ];
  return `<polyline points="${shaft.map((point) => point.join(",")).join(" ")}" fill="none" ` +
    `stroke="${color}" stroke-width="${width}" stroke-linejoin="round"${
      dashed ? ' stroke-dasharray="6 4"' : ""
    }/>` +
    (head ? `<polygon points="${endX},${endY} ${back(1)} ${back(-1)}" fill="${color}"/>` : "");
}

/** A cross that blocks a path. */
export function cross(x: number, y: number, color: string, radius = 7): string {
  const r = radius;
  return `<circle cx="${x}" cy="${y}" r="${
    r + 4
  }" fill="white" stroke="${color}" stroke-width="2"/>` +
    `<path d="M${x - r / 1.6},${y - r / 1.6}L${x + r / 1.6},${y + r / 1.6}M${x + r / 1.6},${
      y - r / 1.6
    }` +
    `L${x - r / 1.6},${y + r / 1.6}" stroke="${color}" stroke-width="2.6" stroke-linecap="round"/>`;
}

/** Cells of a picture or of a grid, row by row; each a CSS colour. */
export function pixels(
  colors: readonly string[],
  columns: number,
  [x, y, cell]: readonly [number, number, number],
  { gap = 0, texts }: { gap?: number; texts?: readonly string[] } = {},
): string {
  return colors.map((color, i) => {
    const left = x + (i % columns) * (cell + gap), top = y + Math.floor(i / columns) * (cell + gap);
    const text = texts?.[i]
      ? label(texts[i], left + cell / 2, top + cell / 2, { size: 12, color: ink })
      : "";
    return `<rect x="${left}" y="${top}" width="${cell}" height="${cell}" fill="${color}"${
      gap > 0 ? ' rx="2"' : ' shape-rendering="crispEdges"'
    }/>${text}`;
  }).join("");
}
