/** The image that the point was set to, and what the encoder says of it. */
import type { ExplorerContents } from "../contents.ts";
import type { PageModel } from "./model.ts";
import { type Source, wordsOfImage } from "./words.ts";

interface SelectionOptions {
  contents: Pick<ExplorerContents, "noun" | "classes">;
  model: PageModel;
  /** The point goes to a code. */
  moveTo: (z: Float32Array) => void;
  /** Hears of each new image, and of none. */
  changed: (source: Source | null) => void;
}

/** No image at first. */
export function createSelection({ contents, model, moveTo, changed }: SelectionOptions) {
  const { noun, classes } = contents;
  let source: Source | null = null;

  function set(to: Source | null) {
    source = to;
    changed(to);
  }
  const isAt = (z: Float32Array) =>
    source !== null && source.mean.every((value, i) => value === z[i]);
  /** Encodes an image, and goes to its code; `index` where it is one that came along. */
  function show(name: string, pixels: Float32Array, index: number | null) {
    const code = index === null ? model.encode(pixels) : model.codeOf(index);
    if (!code) return;
    set({ name, index, pixels, ...code });
    moveTo(code.mean);
  }
  return {
    source: () => source,
    /** Whether the point lies at the image's code. */
    isAt,
    show,
    /** Goes to the code of an image that came along. */
    pick(index: number) {
      const pixels = model.originalOf(index);
      const name = wordsOfImage(noun, index, classes[model.labels[index]]?.name);
      if (pixels) show(name, pixels, index);
      else moveTo(model.codeOf(index).mean);
    },
    clear: () => set(null),
    /** Other weights are shown: the image's code is that of their encoder, and the point at it follows. */
    renew(z: Float32Array) {
      if (!source) return;
      const follows = isAt(z);
      const code = source.index === null ? model.encode(source.pixels) : model.codeOf(source.index);
      set(code && { ...source, ...code });
      if (code && follows) moveTo(code.mean);
    },
  };
}
