// @ts-check
/** Small helpers to build a page, and to paint digits. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes] `on…` are listeners; true is an empty attribute, false none
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== false));
  return node;
}

/**
 * A canvas of one digit, or of several side by side, each pixel enlarged by a whole factor.
 *
 * @param {number[]} imageShape [height, width, channels]
 * @param {{label: string, factor: number, count?: number}} options
 */
export function createPicture([height, width, channels], { label, factor, count = 1 }) {
  const canvas = element("canvas", {
    class: "digit",
    role: "img",
    "aria-label": label,
    width: width * count,
    height,
    style: `--columns:${width * count};--rows:${height};--factor:${factor}`,
  });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  /**
   * @param {ArrayLike<number>} pixels in [0, 1], [height · width · channels]
   * @param {number} [place] which of several
   */
  const paint = (pixels, place = 0) => {
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) {
        image.data[4 * i + c] = 255 * pixels[i * channels + Math.min(c, channels - 1)];
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, place * width, 0);
  };
  const clear = () => context.clearRect(0, 0, canvas.width, canvas.height);
  return { canvas, paint, clear };
}

/**
 * Numbers as a reader writes them, with a true minus: `0.4, −1.2`.
 *
 * @param {Iterable<number>} values
 * @param {number} [digits]
 */
export function write(values, digits = 2) {
  return Array.from(values, (value) => value.toFixed(digits).replace(/^-(?=0\.?0*$)/, ""))
    .join(", ").replaceAll("-", "−");
}
