/** The page's own colours, whoever made the page. */

/** Colours of text and ground. */
export interface Theme {
  ink: string;
  paper: string;
}

/** Reads the host's colours, so that canvases fit any theme; native controls follow. */
export function readTheme(host: HTMLElement, root: HTMLElement): Theme {
  const ink = getComputedStyle(host).color;
  const [r, g, b] = ink.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  root.style.colorScheme = 0.3 * r + 0.59 * g + 0.11 * b > 127 ? "dark" : "light";
  return { ink, paper: getComputedStyle(root).backgroundColor };
}

/** Calls `changed` when the page, or the whole system, turns light or dark. */
export function watchTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  const attributeFilter = ["class", "style", "data-theme", "data-jp-theme-light"];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter });
  }
}
