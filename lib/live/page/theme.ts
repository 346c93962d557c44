/** The page's colours, for canvases; light or dark as the reader's system or notebook is. */

/** Colours of text and ground, as canvases need them. */
export function readTheme(): { ink: string; paper: string } {
  const { color, backgroundColor } = getComputedStyle(document.body);
  return { ink: color, paper: backgroundColor };
}

/** JupyterLab's theme is not the system's: a page in one of its frames follows the notebook. */
export function followNotebook(): void {
  try {
    const light = parent.document.body.dataset.jpThemeLight;
    if (parent === self || light === undefined) return;
    document.documentElement.style.colorScheme = light === "false" ? "dark" : "light";
  } catch {
    // A frame of another origin says nothing, and the system's theme stays.
  }
}

/** In a frame of the same origin the frame becomes as high as the page. */
export function fitFrame(): void {
  let frame: HTMLElement | null = null;
  try {
    frame = self.frameElement as HTMLElement | null;
  } catch {
    return;
  }
  if (!frame) return;
  const fit = () => frame.style.height = `${Math.ceil(document.body.scrollHeight)}px`;
  new ResizeObserver(fit).observe(document.body);
}
