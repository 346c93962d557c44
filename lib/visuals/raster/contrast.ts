/** Faint pictures made visible. */

/**
 * Each image stretched so that its darkest value becomes 0 and its brightest 1; one value alone becomes 0.
 *
 * @param images [count · size], in any unit
 * @param size values of one image
 * @throws RangeError where the values are no whole images
 */
export function stretchContrast(images: ArrayLike<number>, size: number): Float32Array {
  if (!Number.isInteger(size) || size < 1 || images.length % size !== 0) {
    throw new RangeError(
      `stretchContrast: expected images of ${size} values, got ${images.length} values`,
    );
  }
  const stretched = new Float32Array(images.length);
  for (let start = 0; start < images.length; start += size) {
    let low = Infinity, high = -Infinity;
    for (let i = start; i < start + size; i++) {
      low = Math.min(low, images[i]);
      high = Math.max(high, images[i]);
    }
    for (let i = start; i < start + size; i++) {
      stretched[i] = high > low ? (images[i] - low) / (high - low) : 0;
    }
  }
  return stretched;
}
