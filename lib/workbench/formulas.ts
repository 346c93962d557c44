/** TeX formulas in Markdown become MathML, which browsers draw without scripts or fonts from elsewhere. */
import temml from "temml";
import { WorkbenchError } from "./environment.ts";

/** Code, which is left alone, or a formula: `$$…$$`, `$…$` (no blank inside the dollars, no digit behind). */
const codeOrFormula =
  /(?<code>^(?<fence>```+|~~~+)[^\n]*\n[\s\S]*?^\k<fence>[^\n]*$|(?<tick>`+)[\s\S]*?[^`]\k<tick>(?!`)|\\\$)|\$\$(?<display>[\s\S]+?)\$\$|\$(?<inline>(?![\s$])(?:\\.|[^$\\\n]|\n(?!\n))*?[^\s\\$]|[^\s\\$])\$(?!\d)/gm;

/**
 * Puts a marker in the place of each formula, so that what converts the Markdown cannot take a formula's `_`
 * or `*` for its own; `formulas` collects their MathML.
 * @throws WorkbenchError for a formula that cannot be read, with the formula.
 */
export function markFormulas(markdown: string, formulas: string[]): string {
  return markdown.replace(codeOrFormula, (whole, ...rest) => {
    const { code, display, inline } = rest.at(-1) as Record<string, string | undefined>;
    if (code) return whole;
    formulas.push(formulaToMathMl(display ?? inline ?? "", display !== undefined));
    return marker(formulas.length - 1);
  });
}

/** Puts the formulas in the place of their markers in a page; ids and addresses get a plain word. */
export function placeFormulas(html: string, formulas: readonly string[]): string {
  return html
    .replace(
      /\b(id|href)="[^"]*"/g,
      (attribute) => attribute.replace(/formula(\d+)x7q/g, "formula-$1"),
    )
    // Browsers would break the line between a formula and the comma after it.
    .replace(
      /formula(\d+)x7q([.,;:!?)]+)/g,
      (_, index, mark) => `<span class="unbroken">${formulas[Number(index)]}${mark}</span>`,
    )
    .replace(/formula(\d+)x7q/g, (_, index) => formulas[Number(index)]);
}

/** One TeX formula as MathML. @throws WorkbenchError naming the formula. */
export function formulaToMathMl(tex: string, displayMode: boolean): string {
  try {
    return temml.renderToString(tex.trim(), { displayMode, throwOnError: true });
  } catch (error) {
    throw new WorkbenchError(
      `Cannot read the formula "${tex.trim()}": ${(error as Error).message}`,
    );
  }
}

const marker = (index: number) => `formula${index}x7q`;
