// @ts-check
/** The page's own colours, whoever made the page. */

/**
 * Colours of text and ground, so that canvases fit any theme; native controls follow.
 *
 * @param {HTMLElement} host
 * @param {HTMLElement} root
 * @returns {import("./plane_drawing.js").Theme}
 */
export function readTheme(host, root) {
  const ink = getComputedStyle(host).color;
  const [r, g, b] = ink.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  root.style.colorScheme = 0.3 * r + 0.59 * g + 0.11 * b > 127 ? "dark" : "light";
  return { ink, paper: getComputedStyle(root).backgroundColor };
}

/** @param {() => void} changed called when the page, or the whole system, turns light or dark */
export function watchTheme(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  const attributeFilter = ["class", "style", "data-theme", "data-jp-theme-light"];
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true, attributeFilter });
  }
}
