/** Where the text of a figure lies, so that none overlaps or is cut off. */
import { parseHTML } from "linkedom";
import type { Figure } from "../../lib/visuals/charts/figure.ts";
import { textWidth } from "../../lib/visuals/text/text.ts";

export interface TextBox {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const number = (element: Element, name: string, otherwise = 0) => {
  const value = element.getAttribute(name);
  if (value === null) return otherwise;
  return value.endsWith("em") ? parseFloat(value) * 12.5 : parseFloat(value);
};

function inherited(element: Element, name: string): string | undefined {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const value = at.getAttribute(name);
    if (value !== null) return value;
  }
}

/** The boxes of all texts, in the figure's coordinates; nested translations are followed. */
export function textBoxes({ svg }: Figure): TextBox[] {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  return [...document.querySelectorAll("text")].map((element: Element) => {
    let [x, y] = [number(element, "x"), number(element, "y")];
    for (let at: Element | null = element; at; at = at.parentElement) {
      const move = at.getAttribute("transform")?.match(/translate\(([-\d.]+),([-\d.]+)\)/);
      if (move) [x, y] = [x + Number(move[1]), y + Number(move[2])];
    }
    const text = element.textContent ?? "";
    // Plot sets its size as a style of the nested SVG.
    const plot = element.closest("svg[style]") !== null && !element.hasAttribute("font-size");
    const size = plot ? 12.5 : Number(inherited(element, "font-size"));
    const bold = inherited(element, "font-weight") === "600";
    const width = textWidth(text, size, bold ? "semiBold" : "regular");
    const anchor = inherited(element, "text-anchor") ?? "start";
    const left = x - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
    return { text, left, right: left + width, top: y - 0.75 * size, bottom: y + 0.2 * size };
  });
}

/** What is wrong with a figure's text: pairs that overlap, texts that leave the card. */
export function textFaults(drawn: Figure): string[] {
  const boxes = textBoxes(drawn).filter(({ text }) => text.trim() !== "");
  const outside = boxes.filter(({ left, right, top, bottom }) =>
    left < 0 || right > drawn.width || top < 0 || bottom > drawn.height
  );
  const pairs = boxes.flatMap((a, i) =>
    boxes.slice(0, i).filter((b) =>
      // A pixel and a half of tolerance: sub- and superscripts touch their letters.
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5
    ).map((b) => `“${a.text}” overlaps “${b.text}”`)
  );
  return [...outside.map(({ text }) => `“${text}” leaves the card`), ...pairs];
}
