/** GIF files read back by omggif, as a viewer would show them. */
import omggif from "omggif";

/** What is used of omggif 1.0.10, which comes without types. */
export interface GifReader {
  width: number;
  height: number;
  numFrames(): number;
  loopCount(): number;
  frameInfo(frame: number): { delay: number };
  decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void;
}
export const readGif = (gif: Uint8Array): GifReader =>
  new (omggif as unknown as { GifReader: new (bytes: Uint8Array) => GifReader }).GifReader(gif);

/** RGBA as a viewer shows it: each frame is drawn over those before. */
export function pixelsOf(gif: GifReader, frame: number): Uint8Array {
  const pixels = new Uint8Array(gif.width * gif.height * 4);
  for (let i = 0; i <= frame; i++) gif.decodeAndBlitFrameRGBA(i, pixels);
  return pixels;
}
