/** `deno task site`: the notebooks as a small static site in `data/site/`, for people who only read. */
import { Buffer } from "node:buffer";
import { join, relative } from "node:path";
import { exists } from "../files.ts";
import { escapeHtml } from "../html.ts";
import { loadMnist } from "../data/public_sets/mnist.ts";
import { trainingPage } from "../live/training_page.ts";
import { projectRoot } from "../project.ts";
import { runTask, type Task } from "./arguments.ts";
import { WorkbenchError } from "./environment.ts";
import { listNotebooks, type Notebook, readNotebook, textOf } from "./notebook.ts";
import { firstPicture, styleSheet, writePages } from "./page.ts";
import { setUp } from "./setup.ts";

const task: Task = {
  name: "site",
  does: "Writes the notebooks, as they were last executed, as pages into data/site/.",
};

/** What the index says of a notebook. `picture` is an image's address, or null. */
export interface Entry {
  name: string;
  title: string;
  summary: string;
  picture: string | null;
}

/** Markdown as plain words. */
export function plainWords(markdown: string): string {
  return markdown
    .replace(/!\[[^\]]*\]\([^)]*\)|<[^>]+>/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\$+([^$]*)\$+/g, "$1")
    .replace(/(\*\*|__|\*|`)(.+?)\1/g, "$2")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Title, first words and picture of a notebook: its heading, the paragraph and the bullet under it, its
 * first picture (files in the text lie relative to `folder`).
 */
export function describe(name: string, notebook: Notebook, folder: string): Entry {
  const opening = notebook.cells.slice(0, 3)
    .filter((cell) => cell.cell_type === "markdown").map((cell) => textOf(cell.source)).join(
      "\n\n",
    );
  const paragraphs = opening.split(/\n\s*\n/).map((part) => part.trim());
  const title = opening.match(/^# (.*)$/m)?.[1] ?? name;
  const [words = ""] = paragraphs
    .filter((part) => part && !/^(#|!\[|<|[-*] |\d+\. |\||>|```)/.test(part))
    // A paragraph may end by leading over to the list of what you will do.
    .map((part) => plainWords(part).replace(/\s+[^.!?]*$/, ""));
  const bullet = opening.match(/^[-*] (.*(?:\n {2,}\S.*)*)/m)?.[1];
  const promise = bullet ? `You will ${plainWords(bullet).replace(/[;,.]$/, "")}.` : "";
  const summary = `${words} ${promise}`.trim();
  return { name, title: plainWords(title), summary, picture: firstPicture(notebook, folder) };
}

/** The links above and below a notebook's page. */
export function navigation(entries: Entry[], index: number): string {
  const link = (entry: Entry | undefined, rel: string, text: (title: string) => string) =>
    entry
      ? `<a rel="${rel}" href="${entry.name}.html">${text(escapeHtml(entry.title))}</a>`
      : "<span></span>";
  return `<nav aria-label="Notebooks">${
    link(entries[index - 1], "prev", (title) => `← ${title}`)
  }` +
    `<a href="index.html">All notebooks</a>` +
    `${link(entries[index + 1], "next", (title) => `${title} →`)}</nav>`;
}

/** The page that leads to all others. */
export function indexPage(entries: Entry[], title: string, intro: string, css: string): string {
  const items = entries.map(({ name, title, summary, picture }) =>
    `<li><a href="${name}.html">${
      picture ? `<img src="${picture}" alt="">` : '<span class="no-picture"></span>'
    }<div><h2>${escapeHtml(title)}</h2><p>${escapeHtml(summary)}</p></div></a></li>`
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(intro)}</p>
<ol class="contents">
${items.join("\n")}
</ol>
</main>
</body>
</html>
`;
}

/** The project's own words on itself: the README's heading and first paragraph. */
async function readIntroduction(): Promise<[string, string]> {
  const path = join(projectRoot, "README.md");
  const text = await exists(path) ? await Deno.readTextFile(path) : "";
  const title = text.match(/^# (.*)$/m)?.[1] ?? "Autoencoders, step by step";
  const intro = text.split(/\n\s*\n/).map((part) => part.trim())
    .find((part) => /^[A-Z*]/.test(part) && plainWords(part).length > 40);
  return [plainWords(title), plainWords(intro ?? "")];
}

/** The page that trains, beside the notebooks' pages. Nothing else is lost where it cannot be bundled. */
async function writeTrainingPage(target: string): Promise<Entry | null> {
  try {
    const { page } = await trainingPage(await loadMnist());
    await Deno.writeTextFile(target, page);
  } catch (error) {
    console.log(`No page that trains: ${(error as Error).message}`);
    return null;
  }
  const still = await Deno.readFile(join(projectRoot, "data", "pretrained", "train.png"));
  return {
    name: "train",
    title: "Watch a VAE learn",
    summary:
      "A model trains in your browser while you look: codes, manifold, draws and the loss; " +
      "turn β meanwhile, or go through a single step number by number.",
    picture: `data:image/png;base64,${Buffer.from(still).toString("base64")}`,
  };
}

/** The executed notebook where there is one that still has the committed one's sources; else the latter. */
async function newestOf(name: string): Promise<string> {
  const committed = join(projectRoot, "notebooks", `${name}.ipynb`);
  const executed = join(projectRoot, "data", "executed", `${name}.ipynb`);
  if (!await exists(executed)) return committed;
  const sources = (notebook: Notebook) =>
    notebook.cells.map((cell) => textOf(cell.source)).join("\0");
  const same = sources(await readNotebook(committed)) === sources(await readNotebook(executed));
  return same ? executed : committed;
}

/** What a page of this notebook would lack, in a clause; null where it was run to its end, or not since. */
export function unfinished(notebook: Notebook): string | null {
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === "code");
  const counts = cells.map(({ execution_count }) => execution_count ?? null);
  const missing = counts.filter((count) => count === null).length;
  // A notebook as it lies in git has no counts at all, and its outputs.
  if (missing > 0 && missing < cells.length) return `${missing} of its cells have not been run`;
  const outputs = cells.flatMap(({ outputs }) => outputs ?? []);
  if (outputs.length === 0) return "it has no outputs";
  return outputs.some(({ output_type }) => output_type === "error")
    ? "a cell ended in an error"
    : null;
}

async function makeSite() {
  const names = await listNotebooks(projectRoot);
  if (names.length === 0) throw new WorkbenchError("There is no notebook in notebooks/.");
  await setUp();
  const site = join(projectRoot, "data", "site");
  const paths = await Promise.all(names.map(newestOf));
  const folder = join(projectRoot, "notebooks");
  const entries = await Promise.all(
    paths.map(async (path, i) => describe(names[i], await readNotebook(path), folder)),
  );
  const target = (i: number) => join(site, `${names[i]}.html`);
  await writePages(
    projectRoot,
    paths.map((notebook, i) => ({
      notebook,
      target: target(i),
      navigation: navigation(entries, i),
    })),
  );
  for (const [i, notebook] of paths.entries()) {
    const from = relative(projectRoot, notebook).replaceAll("\\", "/");
    const lack = unfinished(await readNotebook(notebook));
    const warning = lack ? ` (${lack}: run all cells, or \`deno task run ${names[i]}\`)` : "";
    console.log(`${relative(Deno.cwd(), target(i))} from ${from}${warning}`);
  }
  const live = join(site, "train.html");
  const training = await writeTrainingPage(live);
  if (training) console.log(relative(Deno.cwd(), live));
  const index = join(site, "index.html");
  const [title, intro] = await readIntroduction();
  await Deno.writeTextFile(
    index,
    indexPage(training ? [training, ...entries] : entries, title, intro, await styleSheet()),
  );
  console.log(`Open ${relative(Deno.cwd(), index)} in a browser.`);
}

if (import.meta.main) await runTask(task, makeSite);
