/** Long work in small pieces, so that the page goes on answering. */

/** Of a frame's 16 ms. */
const milliseconds = 8;

/**
 * Does `work(0)` to `work(count − 1)`, some milliseconds at a time.
 *
 * @param rested called after each piece with how many are done
 * @returns stops it
 */
export function inSlices(
  count: number,
  work: (index: number) => void,
  rested: (done: number) => void,
): () => void {
  let next = 0;
  let timer = setTimeout(slice);
  function slice() {
    const end = performance.now() + milliseconds;
    while (next < count && performance.now() < end) work(next++);
    if (next < count) timer = setTimeout(slice);
    rested(next);
  }
  return () => clearTimeout(timer);
}
