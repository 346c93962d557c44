/** A notebook as one HTML page that asks no other host for anything. nbconvert does the conversion. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { stillOf } from "../visuals/raster/png.ts";
import { environmentPaths, jupyterVariables, runCommand, WorkbenchError } from "./environment.ts";
import { markFormulas, placeFormulas } from "./formulas.ts";
import { type Notebook, readNotebook, textOf, writeNotebook } from "./notebook.ts";

const templates = fileURLToPath(new URL(".", import.meta.url));

/** `notebook` becomes the page `target`; `navigation` is HTML put above and below it. */
export interface PageOptions {
  notebook: string;
  target: string;
  navigation?: string;
}

/**
 * Writes pages, all in one run of nbconvert, which takes long to start; each notebook has a name of its own.
 * @throws WorkbenchError where nbconvert fails or a page would ask another host
 */
export async function writePages(root: string, pages: readonly PageOptions[]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vae_page_" });
  try {
    const drafts = [];
    for (const page of pages) {
      const formulas: string[] = [];
      const marked = markNotebook(
        await readNotebook(page.notebook),
        formulas,
        join(root, "notebooks"),
      );
      const name = basename(page.notebook), source = join(folder, name);
      await writeNotebook(source, marked);
      const converted = source.replace(/ipynb$/, "html");
      drafts.push({ ...page, name, source, converted, formulas });
    }
    // deno-fmt-ignore
    const convert = [
      "-m", "nbconvert", ...drafts.map(({ source }) => source), "--to", "html", "--output-dir", folder,
      "--template", "page", `--TemplateExporter.extra_template_basedirs=${templates}`,
      "--log-level=ERROR",
    ];
    const { code, stderr } = await runCommand(environmentPaths(root).python, convert, {
      cwd: folder,
      env: jupyterVariables(root),
    });
    if (code !== 0) {
      const { name } = drafts.find(({ converted }) => !existsSync(converted)) ?? drafts[0];
      const reason = stderr.trim().split("\n").at(-1);
      throw new WorkbenchError(`nbconvert could not convert ${name}: ${reason}`);
    }
    for (const { name, converted, formulas, target, navigation = "" } of drafts) {
      const html = finishPage(await Deno.readTextFile(converted), formulas, navigation);
      const [foreign] = foreignRequests(html);
      if (foreign) {
        throw new WorkbenchError(`The page of ${name} would ask another host: ${foreign}`);
      }
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, html);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What nbconvert leaves to this project: formulas, navigation, stills, links that lead to pages. */
function finishPage(converted: string, formulas: string[], navigation: string): string {
  return placeFormulas(converted, formulas)
    .replace("<!--navigation-->", navigation)
    .replace(/<img src="data:image\/png;base64,([^"]+)"[^>]*>/g, besideStill)
    // Two landmarks of one name could not be told apart.
    .replace("<!--navigation-->", navigation.replace(/(aria-label="[^"]*)"/, '$1, at the end"'))
    .replace(/(<a [^>]*href="[^":#?]*?)\.ipynb((?:#[^"]*)?")/g, "$1.html$2")
    .replace(/(<a [^>]*href=")\.\.\/data\/site\//g, "$1")
    // What else lies beside the notebook in the project does not lie beside the page.
    .replace(/<a [^>]*href="\.\.\/[^"]*"[^>]*>([\s\S]*?)<\/a>/g, "<span>$1</span>");
}

/** An animated picture, with its still for readers who asked their system for less motion. */
export function besideStill(image: string, base64: string): string {
  const still = stillOf(Buffer.from(base64, "base64"));
  return still
    ? `<picture><source media="(prefers-reduced-motion: reduce)" ` +
      `srcset="data:image/png;base64,${Buffer.from(still).toString("base64")}">${image}</picture>`
    : image;
}

/** What in a page would be fetched from another host as it opens (links that wait for a click are none). */
export function foreignRequests(html: string): string[] {
  const tags = html.matchAll(
    /<(?:script|img|link|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|href|data|srcset|poster)\s*=\s*["']?(?:https?:)?\/\/[^>]*>/gi,
  );
  const styles = html.matchAll(/(?:@import\s+|url\()\s*["']?(?:https?:)?\/\/[^;)]*/gi);
  return [...tags, ...styles].map(([text]) => text.slice(0, 200));
}

/**
 * Puts the files that Markdown shows, relative to `folder`, into the text itself: a page lies elsewhere. Both
 * as `![alt](path)` and as `<img src="path" …>`, which can say a width.
 */
export function embedPictures(markdown: string, folder: string): string {
  return markdown.replace(
    /(!\[[^\]]*\]\(|<img [^>]*?src=")(\.\.\/[^)"\s]+\.(png|gif))(?=[)"])/g,
    (whole, before, path, type) =>
      existsSync(join(folder, path))
        ? `${before}data:image/${type};base64,${
          readFileSync(join(folder, path)).toString("base64")
        }`
        : whole,
  );
}

function markNotebook(notebook: Notebook, formulas: string[], folder: string): Notebook {
  const copy = structuredClone(notebook);
  for (const cell of copy.cells) {
    if (cell.cell_type === "markdown") {
      cell.source = embedPictures(markFormulas(textOf(cell.source), formulas), folder);
    }
    for (const { data } of cell.outputs ?? []) {
      if (data?.["text/markdown"]) {
        data["text/markdown"] = markFormulas(textOf(data["text/markdown"]), formulas);
      }
    }
  }
  return copy;
}

/** The address of a notebook's first picture, in its text (files relative to `folder`) or its outputs. */
export function firstPicture(notebook: Notebook, folder: string): string | null {
  for (const { cell_type, source, outputs } of notebook.cells) {
    const text = cell_type === "markdown" ? embedPictures(textOf(source), folder) : "";
    const [inText] = text.match(/data:image\/\w+;base64,[\w+/=]+/) ?? [];
    if (inText) return inText;
    for (const { data } of outputs ?? []) {
      const png = data?.["image/png"];
      if (png) return `data:image/png;base64,${textOf(png).replaceAll("\n", "")}`;
    }
  }
  return null;
}

/** The style sheet of every page. */
export const styleSheet = () => Deno.readTextFile(join(templates, "page", "page.css"));
