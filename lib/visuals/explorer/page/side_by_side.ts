/** Several explorers as one: what the reader does in one of them, the others do as well. */
import type { SideBySideContents } from "../contents.ts";
import { buildPage, type Page } from "./build_page.ts";
import { element } from "./dom.ts";
import type { PageModel } from "./model.ts";
import type { Move } from "./move.ts";

/** Fills a root with an explorer for each model, beside each other where there is room. */
export function buildSideBySide(
  host: HTMLElement,
  root: HTMLElement,
  { title, runs }: SideBySideContents,
  models: PageModel[],
): Page[] {
  const sides = runs.map((run) =>
    element("section", { class: "explorer", "aria-label": run.title })
  );
  root.append(
    element("h3", {}, title),
    element("div", { class: "runs" }, ...sides.map((side) => element("div", {}, side))),
  );
  const pages = runs.map((run, i) => buildPage(host, sides[i], run, models[i], others(i)));
  function others(own: number) {
    return (move: Move) => pages.forEach((page, i) => i !== own && page.perform(move));
  }
  return pages;
}
