/** Where the page begins. */
import type { ExplorerContents, SideBySideContents } from "../contents.ts";
import { buildPage } from "./build_page.ts";
import { element } from "./dom.ts";
import { openModel } from "./model.ts";
import { buildSideBySide } from "./side_by_side.ts";
import style from "./style.css" with { type: "text" };

/** Starts an explorer, or several side by side, inside an element; styles neither leak out nor in. */
export async function startExplorer(
  host: HTMLElement,
  contents: ExplorerContents | SideBySideContents,
  base64: string,
): Promise<void> {
  if (host.shadowRoot) return;
  const root = element("div", { class: "explorer" });
  host.attachShadow({ mode: "open" }).append(element("style", {}, style), root);
  try {
    const runs = "runs" in contents ? contents.runs : [contents];
    const models = await Promise.all(runs.map((run) => openModel(run, base64)));
    const pages = "runs" in contents
      ? buildSideBySide(host, root, contents, models)
      : [buildPage(host, root, contents, models[0])];
    // For whoever scripts the page, and for the tests.
    Object.assign(host, { latentExplorer: pages[0], latentExplorers: pages });
    // JupyterLab and others have shortcuts for the very keys that move the point.
    host.addEventListener("keydown", (event) => event.stopPropagation());
  } catch (error) {
    root.append(`This explorer could not start here: ${error}`);
    throw error;
  }
}
