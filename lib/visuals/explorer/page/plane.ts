/** The latent plane (a strip, where there is one dimension): codes below, the moving point above. */
import { element } from "./dom.ts";
import { movedApart } from "../../charts/moved_apart.ts";
import type { PageClass } from "../contents.ts";
import { createMarks } from "./marks.ts";
import {
  createScale,
  drawCloud,
  drawEllipse,
  drawGrid,
  drawMark,
  type Ellipse,
} from "./plane_drawing.ts";
import type { Theme } from "./theme.ts";

interface PlaneOptions {
  /** [n · 2] */
  points: Float32Array;
  /** [n], places among the classes. */
  labels: Uint8Array;
  classes: readonly PageClass[];
  /** Shown from −range to range. */
  range: number;
  /** Of the axes; one for a strip. */
  names: string[];
  /** What a screen reader says. */
  label: string;
}

/** What is drawn above the codes: the point, and what belongs to it. */
interface PointState {
  point: number[];
  /** A code's index. */
  picked: number | null;
  ellipse: Ellipse | null;
  /** Draws of q(z|x). */
  cloud: number[][];
  /** Where the point goes with the dimension that is pointed at. */
  direction: number[] | null;
  marks: (number[] | null)[];
}

/** The plane's element, and the ways to draw on it and to find what lies where. */
export type Plane = ReturnType<typeof createPlane>;

/** Two canvases, one upon the other: the codes are drawn seldom, the point at every move. */
export function createPlane(
  { points: first, labels, classes, range, names, label }: PlaneOptions,
) {
  let points = first;
  const strip = names.length === 1;
  const below = element("canvas", { "aria-hidden": true });
  const above = element("canvas", {
    class: "above",
    tabindex: 0,
    role: "application",
    "aria-label": label,
  });
  const node = element("div", { class: strip ? "plane strip" : "plane" }, below, above);
  const rows = classes.length > 0 ? classes.map(({ name }) => name) : [""];
  const scale = createScale(range, strip, rows);
  // Ten rows have their place; more make the strip higher.
  if (strip && rows.length > 10) node.style.aspectRatio = String(20 / rows.length);
  const drawMarkOf = createMarks(classes);
  const { toX, toY } = scale;
  let [width, height, font] = [0, 0, "sans-serif"];

  /** Where on a strip a code stands: the row of its class, shaken by a golden ratio so that none hides. */
  const rowOf = (i: number) => labels[i] + 0.15 + 0.7 * ((i * 0.618034) % 1);
  const placeOf = (i: number) => [toX(points[2 * i]), toY(strip ? rowOf(i) : points[2 * i + 1])];

  /** Where a point of the plane is drawn; on a strip it stands in the middle. */
  const pixelAt = ([x, y]: number[]) => [toX(x), toY(strip ? rows.length / 2 : y)];

  function resize() {
    [width, height] = [node.clientWidth, node.clientHeight];
    font = getComputedStyle(node).fontFamily;
    const context = below.getContext("2d")!;
    context.font = `11px ${font}`;
    scale.resize(width, height, Math.max(...rows.map((name) => context.measureText(name).width)));
    const ratio = devicePixelRatio || 1;
    for (const canvas of [below, above]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
  }

  function cleared(canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d")!;
    context.globalAlpha = 1;
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** Grid, axes, codes, and each name where its codes lie; those that are not `shown` are faint. */
  function drawCodes(theme: Theme, shown: (index: number) => boolean) {
    const context = cleared(below);
    drawGrid(context, scale, theme, names, font);
    const { west, east, north, south } = scale.edges();
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = placeOf(i);
      // The few codes that lie farther out would stand among the numbers of the axes.
      if (x < west || x > east || y < north || y > south) continue;
      context.globalAlpha = shown(i) ? 0.85 : 0.08;
      drawMarkOf(context, labels[i], x, y);
    }
    context.globalAlpha = 1;
    if (!strip) drawNames(context, theme, shown);
  }

  /** The names of classes at the medians of their codes, moved so that each can be read. */
  function drawNames(
    context: CanvasRenderingContext2D,
    theme: Theme,
    shown: (index: number) => boolean,
  ) {
    const words = classes.some(({ name }) => name.length > 2);
    const height = words ? 16 : 18;
    context.font = `700 ${height - 3}px ${font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const middles = classes.map(({ name }, place) => {
      const own = [...labels.keys()].filter((i) => labels[i] === place);
      const [x, y] = [0, 1].map((k) =>
        own.map((i) => placeOf(i)[k]).sort((a, b) => a - b)[own.length >> 1]
      );
      const half = context.measureText(name).width / 2 + 2;
      return { x, y, name, own, half, wide: Math.max(1, 2 * half / height) };
    });
    for (const { x, y, name, own, half } of movedApart(middles, height)) {
      if (!own.some(shown)) continue;
      const within = Math.max(half, Math.min(width - half, x));
      context.strokeStyle = theme.paper;
      context.lineWidth = 4;
      context.strokeText(name, within, y);
      context.fillStyle = theme.ink;
      context.fillText(name, within, y);
    }
  }

  /** The point, and what belongs to it: one and two sigma around a code, draws, marks A and B. */
  function drawPoint(theme: Theme, state: PointState) {
    const { point, picked, ellipse, cloud, direction, marks } = state;
    const context = cleared(above);
    const { west, east, north, south } = scale.edges();
    const [x, y] = pixelAt(point).map((v, k) => Math.max(0, Math.min([width, height][k], v)));
    const outlined = (path: () => void, thickness = 2) => {
      context.beginPath();
      path();
      context.strokeStyle = theme.paper;
      context.lineWidth = thickness + 3;
      context.stroke();
      context.strokeStyle = theme.ink;
      context.lineWidth = thickness;
      context.stroke();
    };
    const [a, b] = marks.map((mark) => mark && pixelAt(mark));
    if (a && b) {
      outlined(() => {
        context.moveTo(a[0], a[1]);
        context.lineTo(b[0], b[1]);
      }, 1.5);
    }
    context.globalAlpha = 0.35;
    context.fillStyle = theme.ink;
    context.fillRect(Math.round(x), north, 1, south - north);
    if (!strip) context.fillRect(west, Math.round(y), east - west, 1);
    context.globalAlpha = 1;
    if (direction) {
      // Long enough to leave the plane on both sides.
      const [dx, dy = 0] = direction.map((part) => part * 100 * range);
      const [from, to] = [-1, 1].map((way) =>
        pixelAt([point[0] + way * dx, (point[1] ?? 0) + way * dy])
      );
      outlined(() => {
        context.moveTo(from[0], from[1]);
        context.lineTo(to[0], to[1]);
      }, 2.5);
    }
    if (ellipse) drawEllipse(context, scale, theme, ellipse);
    drawCloud(context, theme, cloud.map(pixelAt));
    [a, b].forEach((mark, i) => mark && drawMark(context, theme, mark, "AB"[i], font));
    if (picked !== null) {
      const [px, py] = placeOf(picked);
      outlined(() => context.arc(px, py, 4.5, 0, 7), 1.5);
    }
    // A ring would hide one sigma: in the middle of an ellipse the point is a dot.
    const centre = ellipse && pixelAt([ellipse.x, ellipse.y]);
    if (!centre || Math.hypot(x - centre[0], y - centre[1]) > 2) {
      outlined(() => context.arc(x, y, 8, 0, 7), 2.5);
    } else {
      context.beginPath();
      context.arc(x, y, 2, 0, 7);
      context.fillStyle = theme.ink;
      context.fill();
    }
  }

  /** Pixels from the corner. */
  const pixelOf = (event: { clientX: number; clientY: number }) => {
    const box = above.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  /** The code nearest to a pixel, within `reach` pixels. */
  const nearest = ([px, py]: number[], reach: number): number | null => {
    let best: number | null = null, least = reach;
    for (let i = 0; i < labels.length; i++) {
      const [x, y] = placeOf(i);
      const distance = Math.hypot(x - px, y - py);
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  return {
    node,
    above,
    /** Moves the codes, [n · 2]; they are seen there when they are drawn next. */
    place(to: Float32Array) {
      points = to;
    },
    resize,
    drawCodes,
    drawPoint,
    pixelOf,
    pixelAt,
    nearest,
    coordinatesOf: scale.coordinatesOf,
  };
}
