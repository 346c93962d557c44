/** What a test asks of an SVG: its elements' attributes, with numbers cut to three decimals. */
import { parseHTML } from "linkedom";

/** Cuts every number to three decimals: the last ones differ between machines. */
export function cut(text: string): string {
  return text.replace(/-?\d+\.\d{4,}/g, (number) => String(Number(Number(number).toFixed(3))));
}

/** An attribute of all elements that fit a CSS selector, in order; "" where one lacks it. */
export function attributes(svg: string, selector: string, attribute: string): string[] {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  return [...document.querySelectorAll(selector)].map((element) =>
    cut(element.getAttribute(attribute) ?? "")
  );
}

/** The text of all elements that fit a CSS selector. */
export function texts(svg: string, selector = "text"): string[] {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  return [...document.querySelectorAll(selector)].map((element) => element.textContent ?? "");
}
