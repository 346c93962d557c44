/** Puts the explorer together: one state, one frame that draws it, and the ways to change it. */
import type { ExplorerContents, ExplorerPart } from "../contents.ts";
import { createBound, noBound } from "./bound.ts";
import { createDescription } from "./description.ts";
import { createPad } from "./pad.ts";
import { createPicture, element } from "./dom.ts";
import { createInterpolation } from "./interpolation.ts";
import { createLegend } from "./legend.ts";
import { layOut } from "./layout.ts";
import type { PageModel } from "./model.ts";
import type { Move } from "./move.ts";
import { createPlane } from "./plane.ts";
import { createProjection } from "./projection.ts";
import { createScrubber } from "./scrubber.ts";
import { createSelection } from "./selection.ts";
import { createSliders } from "./sliders.ts";
import { steer } from "./steering.ts";
import { readTheme, watchTheme } from "./theme.ts";
import { wordsOfKeys, wordsOfPlane } from "./words.ts";

/** What of an explorer can be reached from outside. */
export type Page = ReturnType<typeof buildPage>;

/**
 * Fills an explorer's root.
 *
 * @param moved hears what the reader does
 */
export function buildPage(
  host: HTMLElement,
  root: HTMLElement,
  contents: ExplorerContents,
  model: PageModel,
  moved: (move: Move) => void = () => {},
) {
  const { latentDim, imageShape, classes, noun } = contents;
  const has = (part: ExplorerPart) => contents.parts.includes(part);
  const projection = createProjection(contents.plane);
  const z = new Float32Array(latentDim);
  let highlighted: number | null = null;
  let dimension: number | null = null;
  const frameMilliseconds: number[] = [];
  let [waiting, codesChanged] = [false, true];
  let theme = readTheme(host, root);

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
  /** The reader goes somewhere: what plays by itself stops. */
  function perform(move: Move) {
    if (move !== "home" && "only" in move) return highlight(move.only);
    interpolation.pause();
    if (move === "home") goHome();
    else if ("to" in move) projection.move(z, move.to);
    else if ("value" in move) z[move.dimension] = move.value;
    else if ("image" in move) selection.pick(move.image);
    else encodeDrawn(move.drawn);
    schedule();
  }
  const act = (move: Move) => {
    perform(move);
    moved(move);
  };
  function highlight(only: number | null) {
    highlighted = only;
    legend.choose(only);
    codesChanged = true;
    schedule();
  }
  function goHome() {
    selection.clear();
    moveTo(new Float32Array(latentDim));
  }
  function encodeDrawn(drawn: Float32Array | null) {
    if (drawn) {
      scrubber?.toLast();
      return selection.show(`your ${noun}`, model.treat(drawn), null);
    }
    bound?.forgetDrawn();
    if (selection.source()?.index === null) goHome();
  }
  const pick = (index: number | null) => {
    if (index !== null) act({ image: index });
  };
  /** Other weights are shown: what came of the old ones is made anew. */
  function modelChanged() {
    plane.place(projection.projectAll(model.codes()));
    interpolation.redraw();
    bound?.modelChanged();
    selection.renew(z);
    codesChanged = true;
    schedule();
  }
  const selection = createSelection({
    contents,
    model,
    moveTo,
    changed(source) {
      if (source) original.paint(source.pixels);
      else original.clear();
      bound?.choose(source);
    },
  });

  // The parts --------------------------------------------------------------------------------------
  const factor = Math.max(1, Math.round(224 / Math.max(imageShape[0], imageShape[1])));
  const decoded = createPicture(imageShape, { label: "The decoded image", factor });
  const original = createPicture(imageShape, {
    label: "The image that was encoded",
    factor: Math.max(1, factor >> 1),
  });
  const description = createDescription(contents);
  const interpolation = createInterpolation({
    imageShape,
    decode: model.decode,
    here: () => z.slice(),
    moveTo,
    marked: schedule,
  });
  const pad = createPad(noun, imageShape[0], (drawn) => act({ drawn }));
  const bound = has("bound")
    ? createBound({
      contents,
      model,
      factor: Math.max(1, factor >> 1),
      changed(what) {
        codesChanged ||= what === "codes";
        schedule();
      },
      pick,
    })
    : null;
  const plane = createPlane({
    points: projection.projectAll(model.codes()),
    labels: model.labels,
    classes,
    range: contents.planeRange,
    names: contents.plane.names,
    label: wordsOfPlane(model.count),
  });
  steer(plane, {
    range: contents.planeRange,
    here: () => projection.project(z),
    goTo: (to) => act({ to }),
    pick,
    hover: (index) => bound?.hover(index),
    keys: {
      home: () => act("home"),
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
  const legend = createLegend(classes, (only) => act({ only }));
  const sliders = createSliders({
    sliders: contents.sliders,
    latentDim,
    noun,
    ofImages: bound !== null,
    range: contents.sliderRange,
    changed: (dimension, value) => act({ dimension, value }),
    pointed(at) {
      dimension = at;
      schedule();
    },
    reset: () => act("home"),
  });

  layOut(root, contents.title, {
    decoded: element("figure", {}, decoded.canvas, description.captions.decoded),
    original: (has("draw") || model.originalOf(0)) &&
      element("figure", { class: "original" }, original.canvas, description.captions.original),
    words: [...description.lines, bound?.readout],
    loss: bound?.figure,
    plane: has("plane") && plane.node,
    scrubber: scrubber?.node,
    legend: model.count > 0 && classes.length > 0 && legend.node,
    sliders: has("sliders") && sliders.node,
    interpolation: has("interpolate") && interpolation.node,
    pad: has("draw") && { ...pad, noun, size: imageShape[0] },
    bound: bound?.section ?? (has("bound") ? noBound() : undefined),
    hint: wordsOfKeys(has("interpolate")),
  });
  bound?.pointAt([decoded.canvas, original.canvas]);

  // The frame --------------------------------------------------------------------------------------
  function drawFrame() {
    waiting = false;
    const started = performance.now();
    const source = selection.source(), place = projection.project(z);
    const outputs = model.outputs(z);
    bound?.show(z, outputs);
    decoded.paint(model.pixelMeans(outputs));
    if (has("plane")) {
      if (codesChanged) plane.drawCodes(theme, isShown);
      codesChanged = false;
      plane.drawPoint(theme, {
        point: place,
        picked: source?.index ?? null,
        ellipse: source?.sigma ? projection.shadow(source.mean, source.sigma) : null,
        cloud: bound?.cloud()?.map(projection.project) ?? [],
        direction: dimension === null ? null : projection.direction(dimension),
        marks: interpolation.marks.map((mark) => mark && projection.project(mark)),
      });
    }
    sliders.show(z, bound?.kl() ?? null, source?.name ?? "");
    description.show(z, place, source, selection.isAt(z), bound?.words() ?? []);
    frameMilliseconds.push(performance.now() - started);
    if (frameMilliseconds.length > 1000) frameMilliseconds.shift();
  }

  function isShown(index: number): boolean {
    const lit = bound?.lit();
    return (highlighted === null || model.labels[index] === highlighted) &&
      (!lit || lit.has(index));
  }

  // Size and theme ---------------------------------------------------------------------------------
  const redraw = () => {
    theme = readTheme(host, root);
    if (has("plane")) plane.resize();
    codesChanged = true;
    schedule();
  };
  new ResizeObserver(redraw).observe(root);
  watchTheme(redraw);

  redraw();
  return {
    decode: model.decode,
    encode: model.encode,
    perform,
    pick,
    moveTo,
    z,
    frameMilliseconds,
    source: selection.source,
  };
}
