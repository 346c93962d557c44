/** Puts the explorer together: one state, one frame that draws it, and the ways to change it. */
import type { ExplorerContents, ExplorerPart } from "../contents.ts";
import { createPad } from "./pad.ts";
import { createPicture, element } from "./dom.ts";
import { createInterpolation } from "./interpolation.ts";
import { createLegend } from "./legend.ts";
import { layOut } from "./layout.ts";
import { openModel, type PageModel } from "./model.ts";
import { createPlane } from "./plane.ts";
import { createProjection } from "./projection.ts";
import { createScrubber } from "./scrubber.ts";
import { createSliders } from "./sliders.ts";
import { steer } from "./steering.ts";
import style from "./style.css" with { type: "text" };
import { readTheme, watchTheme } from "./theme.ts";
import { type Source, wordsOfCode, wordsOfImage, wordsOfPoint } from "./words.ts";

/** Starts an explorer inside an element; its styles neither leak out nor in. */
export async function startExplorer(
  host: HTMLElement,
  contents: ExplorerContents,
  base64: string,
): Promise<void> {
  if (host.shadowRoot) return;
  const root = element("div", { class: "explorer" });
  host.attachShadow({ mode: "open" }).append(element("style", {}, style), root);
  try {
    buildPage(host, root, contents, await openModel(contents, base64));
  } catch (error) {
    root.append(`This explorer could not start here: ${error}`);
    throw error;
  }
}

function buildPage(
  host: HTMLElement,
  root: HTMLElement,
  contents: ExplorerContents,
  model: PageModel,
): void {
  const { latentDim, imageShape, kind, classes, noun } = contents;
  const has = (part: ExplorerPart) => contents.parts.includes(part);
  const projection = createProjection(contents.plane);
  const z = new Float32Array(latentDim);
  let source: Source | null = null;
  let highlighted: number | null = null;
  const frameMilliseconds: number[] = [];
  let [waiting, codesChanged] = [false, true];
  let theme = readTheme(host, root);
  let announcing: ReturnType<typeof setTimeout> | undefined;

  // The ways to move ------------------------------------------------------------------------------
  function schedule() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(drawFrame);
  }
  function moveTo(to: ArrayLike<number>) {
    z.set(to);
    schedule();
  }
  function show(name: string, pixels: Float32Array, index: number | null) {
    const code = index === null ? model.encode(pixels) : model.codeOf(index);
    if (!code) return;
    source = { name, index, pixels, ...code };
    original.paint(pixels);
    moveTo(code.mean);
  }
  function pick(index: number | null) {
    if (index === null) return;
    const pixels = model.originalOf(index);
    const name = wordsOfImage(noun, index, classes[model.labels[index]]?.name);
    if (pixels) show(name, pixels, index);
    else moveTo(model.codeOf(index).mean);
  }
  function reset() {
    interpolation.pause();
    source = null;
    original.clear();
    moveTo(new Float32Array(latentDim));
  }

  /** Other weights are shown: what came of the old ones is made anew. */
  function modelChanged() {
    plane.place(pointsOf(model));
    interpolation.redraw();
    const was = source;
    if (was?.index === null && !model.encode(was.pixels)) {
      source = null;
      original.clear();
    } else if (was) {
      const follows = atSource();
      source = {
        ...was,
        ...(was.index === null ? model.encode(was.pixels)! : model.codeOf(was.index)),
      };
      if (follows) moveTo(source.mean);
    }
    codesChanged = true;
    schedule();
  }
  const atSource = () => source !== null && source.mean.every((value, i) => value === z[i]);
  /** Where the codes lie on the plane, [n · 2]; 0 in place of what a strip lacks. */
  const pointsOf = ({ count, codes }: PageModel) =>
    Float32Array.from({ length: count * 2 }, (_, i) => {
      const at = (i >> 1) * latentDim;
      return projection.project(codes().subarray(at, at + latentDim))[i & 1] ?? 0;
    });

  // The parts --------------------------------------------------------------------------------------
  const factor = Math.max(1, Math.round(224 / Math.max(imageShape[0], imageShape[1])));
  const decoded = createPicture(imageShape, { label: "The decoded image", factor });
  const original = createPicture(imageShape, {
    label: "The image that was encoded",
    factor: Math.max(1, factor >> 1),
  });
  const decodedCaption = element("figcaption", {}, "decoded");
  const originalCaption = element("figcaption", {});
  const where = element("p", { class: "where" });
  const live = element("p", { class: "unseen", "aria-live": "polite" });
  const interpolation = createInterpolation({
    imageShape,
    decode: model.decode,
    here: () => z.slice(),
    moveTo,
    marked: schedule,
  });
  const pad = createPad(noun, imageShape[0], (drawn) => {
    if (drawn) {
      scrubber?.toLast();
      show(`your ${noun}`, model.treat(drawn), null);
    } else if (source?.index === null) reset();
  });
  const plane = createPlane({
    points: pointsOf(model),
    labels: model.labels,
    classes,
    range: contents.planeRange,
    names: contents.plane.names,
    label: `Latent plane with ${model.count} codes. Arrow keys move the point by 0.1, ` +
      `with shift by 1; enter picks the nearest code, A and B mark the point, home goes to zero.`,
  });
  steer(plane, {
    range: contents.planeRange,
    here: () => projection.project(z),
    goTo(to) {
      interpolation.pause();
      projection.move(z, to);
      schedule();
    },
    pick,
    keys: {
      home: reset,
      ...(has("interpolate") && {
        a: () => interpolation.mark(0),
        b: () => interpolation.mark(1),
        " ": interpolation.toggle,
      }),
    },
  });

  const scrubber = model.epochs.length > 1
    ? createScrubber({
      epochs: model.epochs,
      chosen: model.chosen,
      choose(place) {
        model.choose(place);
        modelChanged();
      },
    })
    : null;
  const legend = createLegend(classes, (only) => {
    highlighted = only;
    codesChanged = true;
    schedule();
  });
  const sliders = createSliders({
    sliders: contents.sliders,
    latentDim,
    range: contents.sliderRange,
    changed(dimension, value) {
      interpolation.pause();
      z[dimension] = value;
      schedule();
    },
    reset,
  });

  layOut(root, contents.title, {
    decoded: element("figure", {}, decoded.canvas, decodedCaption),
    original: (has("draw") || model.originalOf(0)) &&
      element("figure", { class: "original" }, original.canvas, originalCaption),
    words: [where, live],
    plane: has("plane") && plane.node,
    scrubber: scrubber?.node,
    legend: model.count > 0 && classes.length > 0 && legend,
    sliders: has("sliders") && sliders.node,
    interpolation: has("interpolate") && interpolation.node,
    pad: has("draw") && { ...pad, noun, size: imageShape[0] },
  });

  // The frame --------------------------------------------------------------------------------------
  function drawFrame() {
    waiting = false;
    const started = performance.now();
    decoded.paint(model.decode(z));
    if (has("plane")) {
      if (codesChanged) plane.drawCodes(theme, highlighted);
      codesChanged = false;
      plane.drawPoint(theme, {
        point: projection.project(z),
        picked: source?.index ?? null,
        ellipse: ellipseOf(source),
        marks: interpolation.marks.map((mark) => mark && projection.project(mark)),
      });
    }
    sliders.show(z);
    describe();
    frameMilliseconds.push(performance.now() - started);
    if (frameMilliseconds.length > 1000) frameMilliseconds.shift();
  }

  function ellipseOf(of: Source | null) {
    if (!of?.sigma) return null;
    const [x, y = 0] = projection.project(of.mean);
    return { x, y, axes: projection.ellipse(of.sigma) };
  }

  function describe() {
    decodedCaption.textContent = atSource() ? "reconstruction" : "decoded";
    originalCaption.textContent = source
      ? source.name
      : has("draw")
      ? "click a code, or draw"
      : "click a code";
    where.replaceChildren(
      element("b", {}, wordsOfPoint(z, projection.project(z))),
      element("span", {}, source ? wordsOfCode(source, kind) : ""),
    );
    // A screen reader hears where the point came to rest, not every step of the way.
    clearTimeout(announcing);
    announcing = setTimeout(() => live.textContent = where.innerText, 500);
  }

  // JupyterLab and others have shortcuts for the very keys that move the point.
  host.addEventListener("keydown", (event) => event.stopPropagation());

  // Size and theme ---------------------------------------------------------------------------------
  const redraw = () => {
    theme = readTheme(host, root);
    if (has("plane")) plane.resize();
    codesChanged = true;
    schedule();
  };
  new ResizeObserver(redraw).observe(root);
  watchTheme(redraw);

  Object.assign(host, {
    /** For whoever scripts the page, and for the tests. */
    latentExplorer: {
      decode: model.decode,
      encode: model.encode,
      pick,
      moveTo,
      z,
      frameMilliseconds,
      source: () => source,
    },
  });
  redraw();
}
