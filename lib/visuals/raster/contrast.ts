/** Faint pictures made visible. */
import { asImages, Images } from "../../data/images.ts";

/** Each image stretched so that its darkest value becomes 0 and its brightest 1; one value alone becomes 0. */
export function stretchContrast(images: Images): Images {
  const { count, shape } = asImages("stretchContrast", images);
  const stretched = new Images(new Float32Array(images.pixels.length), shape);
  for (let i = 0; i < count; i++) {
    const pixels = images.at(i);
    let low = Infinity, high = -Infinity;
    for (const value of pixels) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high > low) stretched.at(i).set(pixels.map((value) => (value - low) / (high - low)));
  }
  return stretched;
}
