/** Where the page begins. */
import type { ExplorerContents } from "../contents.ts";
import { buildPage } from "./build_page.ts";
import { element } from "./dom.ts";
import { openModel } from "./model.ts";
import style from "./style.css" with { type: "text" };

/** Starts an explorer inside an element; its styles neither leak out nor in. */
export async function startExplorer(
  host: HTMLElement,
  contents: ExplorerContents,
  base64: string,
): Promise<void> {
  if (host.shadowRoot) return;
  const root = element("div", { class: "explorer" });
  host.attachShadow({ mode: "open" }).append(element("style", {}, style), root);
  try {
    buildPage(host, root, contents, await openModel(contents, base64));
  } catch (error) {
    root.append(`This explorer could not start here: ${error}`);
    throw error;
  }
}
