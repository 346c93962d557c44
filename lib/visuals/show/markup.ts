/** Text with structure, as a value to show. */
import { aRecord, aText, requireArguments } from "../../kinds.ts";
import { relative } from "node:path";
import { plainMarkdown } from "../../rich.ts";

/** HTML, with the text that stands for it in terminals and where HTML is stripped. */
export interface Html {
  html: string;
  text: string;
  /** What stands for it where scripts are stripped, or all of the HTML. */
  still?: Still;
}

/** A PNG file, its width in CSS pixels, and what it shows. */
export interface Still {
  png: Uint8Array;
  width: number;
  alt: string;
}

/** Markdown, with formulas between dollar signs. */
export interface Markdown {
  markdown: string;
}

/** Markdown to show. */
export function markdown(text: string): Markdown {
  requireArguments("markdown", { text: [aText, text] });
  return { markdown: text };
}

/** Links to files that were written, relative to the notebook's folder: `GIF: ../data/…/cvae.gif`. */
export function links(files: Record<string, string>): Markdown {
  requireArguments("links", { files: [aRecord, files] });
  const parts = Object.entries(files).map(([label, path]) => {
    const from = relative(Deno.cwd(), path).replaceAll("\\", "/");
    const address = from.split("/").map(encodeURIComponent).join("/")
      .replace(/[()]/g, (bracket) => bracket === "(" ? "%28" : "%29");
    return `${plainMarkdown(label)}: [${
      plainMarkdown(from.replace(/^(\.\.\/)+/, ""))
    }](${address})`;
  });
  return markdown(parts.join(" · "));
}
