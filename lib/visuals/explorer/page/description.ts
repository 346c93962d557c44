/** What the page says of the point and of the image it was set to, to eyes and to ears. */
import type { ExplorerContents } from "../contents.ts";
import { element } from "./dom.ts";
import { type Source, wordsOfCode, wordsOfPoint } from "./words.ts";

/** The lines under the pictures, and the captions of these. */
export function createDescription({ kind, parts }: Pick<ExplorerContents, "kind" | "parts">) {
  const decoded = element("figcaption", {}, "decoded");
  const original = element("figcaption", {});
  const where = element("p", { class: "where" });
  const live = element("p", { class: "unseen", "aria-live": "polite" });
  let announcing: ReturnType<typeof setTimeout> | undefined;
  return {
    captions: { decoded, original },
    lines: [where, live],
    /**
     * @param onPlane coordinates of z there
     * @param atSource whether z is the source's code
     * @param more lines below
     */
    show(
      z: Float32Array,
      onPlane: number[],
      source: Source | null,
      atSource: boolean,
      more: readonly string[],
    ) {
      decoded.textContent = atSource ? "reconstruction" : "decoded";
      original.textContent = source
        ? source.name
        : parts.includes("draw")
        ? "click a code, or draw"
        : "click a code";
      where.replaceChildren(
        element("b", {}, wordsOfPoint(z, onPlane)),
        element("span", { class: "source" }, source ? wordsOfCode(source, kind) : ""),
        ...more.map((words) => element("span", {}, words)),
      );
      // A screen reader hears where the point came to rest, not every step of the way.
      clearTimeout(announcing);
      announcing = setTimeout(() => live.textContent = where.innerText, 500);
    },
  };
}
