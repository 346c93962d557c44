/** What a model in training looks like: its codes, and what its decoder makes of images, draws and a grid. */
import type { Images } from "../data/images.ts";
import { take } from "../data/image_set.ts";
import { decodeCodes, encodeAll } from "../latent/encode.ts";
import { decodeGrid, gridOn, manifoldGrid } from "../latent/manifold.ts";
import { type LatentPlane, ontoPlane, planeOf } from "../latent/plane.ts";
import { priorCodes, reconstructions } from "../latent/samples.ts";
import { linearSteps } from "../steps.ts";
import type { Report, ReportOf } from "./contents.ts";
import type { Session } from "./session.ts";

/** How many codes move in the plane, images are reconstructed, draws are decoded; codes along a grid's side. */
export const counts = { codes: 1000, images: 16, draws: 32, side: 15 } as const;

/** Pictures get at most so much of the time that training gets. */
const shareOfPictures = 0.3;
/** And come at most so often, in milliseconds. */
const frame = 220;

/** Makes one kind of picture of a session after the other. */
export class Pictures {
  readonly #session: Session;
  #plane: LatentPlane | null = null;
  /** The smallest and largest coordinates that hold nearly all codes, [x, y]. */
  #extent: [number, number][] = [[-2, 2], [-2, 2]];

  /** Which picture comes next, and when. */
  #turn = 0;
  #notBefore = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether it is time for the next picture. */
  get due(): boolean {
    return performance.now() >= this.#notBefore;
  }

  /** The next picture need not wait. */
  hurry(): void {
    this.#notBefore = 0;
  }

  /** The picture whose turn it is. The codes move, so they come every other time. */
  async next(): Promise<Report> {
    const start = performance.now();
    const others = [() => this.manifold(), () => this.reconstructions(), () => this.draws()];
    const turn = this.#turn++;
    const picture = turn % 2 === 0
      ? await this.codes()
      : await others[(turn - 1) / 2 % others.length]();
    const spent = performance.now() - start;
    this.#notBefore = performance.now() + Math.max(frame - spent, spent / shareOfPictures);
    return picture;
  }

  /** One of each kind. */
  async *all(): AsyncGenerator<Report> {
    yield await this.codes();
    yield await this.manifold();
    yield await this.reconstructions();
    yield await this.draws();
  }

  async codes(): Promise<ReportOf<"codes">> {
    const { model, images: { test } } = this.#session;
    const codes = await encodeAll(model, test, { count: Math.min(counts.codes, test.count) });
    const plane = facing(planeOf(codes), this.#plane);
    this.#plane = plane;
    const points = ontoPlane(plane, codes).values;
    this.#extent = [0, 1].map((k) => {
      const sorted = points.filter((_, i) => i % 2 === k).sort();
      const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
      return [at(0.02), at(0.98)];
    });
    return { kind: "codes", codes: { points, labels: codes.labels!, names: plane.names } };
  }

  /** Of a VAE at normal quantiles, each cell the same share of the prior; else where the codes lie. */
  async manifold(): Promise<Report> {
    const { model } = this.#session;
    this.#plane ?? await this.codes();
    const plane = this.#plane!, { side } = counts;
    const [x, y] = this.#extent.map(([from, to]) => linearSteps(side, from, to));
    const grid = model.config.kind === "vae"
      ? manifoldGrid(plane, { size: side })
      : gridOn(plane, x, y.toReversed());
    const { images, rows, columns, xs, ys } = await decodeGrid(model, grid);
    return { kind: "manifold", grid: { pixels: bytesOf(images), rows, columns, xs, ys } };
  }

  async reconstructions(): Promise<Report> {
    const { model, images: { test } } = this.#session;
    const count = Math.min(counts.images, test.count);
    const { originals, reconstructions: made } = await reconstructions(model, take(test, count), {
      count,
    });
    return {
      kind: "reconstructions",
      originals: bytesOf(originals),
      reconstructions: bytesOf(made),
    };
  }

  async draws(): Promise<Report> {
    const { model } = this.#session;
    const { latentDim, seed } = model.config;
    const images = await decodeCodes(model, priorCodes(latentDim, { count: counts.draws, seed }));
    return { kind: "draws", pixels: bytesOf(images) };
  }
}

/**
 * The plane with each axis turned as it was before: a principal component has no sign, and codes that jump to
 * the other side would look like training.
 */
export function facing(plane: LatentPlane, before: LatentPlane | null): LatentPlane {
  const axes = plane.axes.map((axis, k) => {
    const dot = before?.axes[k].reduce((sum, value, i) => sum + value * axis[i], 0) ?? 1;
    return dot < 0 ? axis.map((value) => -value) : axis;
  });
  return { ...plane, axes };
}

/** Pixel means as greys. */
function bytesOf({ pixels }: Images): Uint8Array {
  return Uint8Array.from(pixels, (value) => Math.round(255 * value));
}
