/** The explorer's page as one piece of HTML: its script, what it is told, and the packed bytes. */
import { Buffer } from "node:buffer";
import { escapeHtml } from "../../html.ts";
import type { Html, Still } from "../show/markup.ts";
import type { ExplorerContents, SideBySideContents } from "./contents.ts";
import type { Packer } from "./pack.ts";
import pageScript from "./page.min.js" with { type: "text" };

/** HTML that needs nothing else, to show or to write into a file. */
export interface SelfContainedHtml extends Html {
  bytes: number;
  still: Still;
}

/**
 * The page of these contents, whose arrays the packer holds. The page hides the still as it starts: what stands in
 * its element is seen where no script runs.
 */
export function selfContained(
  contents: ExplorerContents | SideBySideContents,
  packer: Packer,
  still: Still,
): SelfContainedHtml {
  const { title } = contents;
  const html = `<div class="latent-explorer" data-lm-suppress-shortcuts="true">
<img width="${still.width}" alt="${escapeHtml(still.alt)}" style="max-width:100%" src="${
    dataAddress(still.png)
  }">
<p>A still picture of “${
    escapeHtml(title)
  }”, which is interactive where scripts run: in JupyterLab ` +
    `after <i>Run All Cells</i>, and in a browser.</p>
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
  return { html, text, still, bytes: new TextEncoder().encode(html).length };
}

const dataAddress = (png: Uint8Array) =>
  `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

/** A value as it may stand in a script: nothing in it can end the script. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
