/** Small helpers to build a page, and to paint images. */

type Attribute = string | number | boolean | (() => void);

/** An element with its children; `on…` are listeners, true is an empty attribute, false none. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, Attribute> = {},
  ...children: (Node | string | null | undefined | false)[]
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

/**
 * A canvas of one image, or of `count` side by side, each pixel enlarged by a whole `factor`.
 *
 * @param imageShape [height, width, channels]
 */
export function createPicture(
  [height, width, channels]: [number, number, number],
  { label, factor, count = 1 }: { label: string; factor: number; count?: number },
) {
  const canvas = element("canvas", {
    class: "digit",
    role: "img",
    "aria-label": label,
    width: width * count,
    height,
    style: `--columns:${width * count};--rows:${height};--factor:${factor}`,
  });
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  return {
    canvas,
    /** Pixels in [0, 1], [height · width · channels], at one of several places. */
    paint(pixels: ArrayLike<number>, place = 0) {
      for (let i = 0; i < width * height; i++) {
        for (let c = 0; c < 3; c++) {
          image.data[4 * i + c] = 255 * pixels[i * channels + Math.min(c, channels - 1)];
        }
        image.data[4 * i + 3] = 255;
      }
      context.putImageData(image, place * width, 0);
    },
    clear: () => context.clearRect(0, 0, canvas.width, canvas.height),
  };
}

/** Numbers as a reader writes them, with a true minus: `0.4, −1.2`. */
export function write(values: Iterable<number>, digits = 2): string {
  return Array.from(values, (value) => value.toFixed(digits).replace(/^-(?=0\.?0*$)/, ""))
    .join(", ").replaceAll("-", "−");
}
