/** The explorer's page as one piece of HTML: its script, what it is told, and the packed bytes. */
import { escapeHtml } from "../../html.ts";
import type { Html } from "../show/markup.ts";
import type { ExplorerContents } from "./contents.ts";
import type { Packer } from "./pack.ts";
import pageScript from "./page.min.js" with { type: "text" };

/** HTML that needs nothing else, to show or to write into a file. */
export interface SelfContainedHtml extends Html {
  bytes: number;
}

/** The page of these contents, whose arrays the packer holds. */
export function selfContained(contents: ExplorerContents, packer: Packer): SelfContainedHtml {
  const { title } = contents;
  const html = `<div class="latent-explorer" data-lm-suppress-shortcuts="true">
<p>${
    escapeHtml(title)
  }: an interactive picture. It needs JavaScript; in a notebook, run the cell ` +
    `or trust the notebook to see it.</p>
</div>
<script>
(() => {
// The script stands right behind its element, however many explorers share the page.
const host = document.currentScript.previousElementSibling;
${pageScript}
explorer.startExplorer(host, ${inScript(contents)}, "${packer.base64()}");
})();
</script>`;
  const text = `${title}: an interactive picture; it needs a browser that runs scripts`;
  return { html, text, bytes: new TextEncoder().encode(html).length };
}

/** A value as it may stand in a script: nothing in it can end the script. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
