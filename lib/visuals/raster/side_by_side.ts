/** Pictures beside each other, each under its caption. */
import { aFrame, listOf, requireArguments } from "../../kinds.ts";
import { OptionError } from "../../options.ts";
import { blankRaster, paste, type Raster } from "./raster.ts";
import { textSheet } from "../text/text.ts";

/** One of them. */
export interface CaptionedRaster {
  raster: Raster;
  caption: string;
}

const captionHeight = 26;
const captionSize = 13;
const gap = 24;
const margin = 8;

/**
 * Puts pictures of one density side by side on white, at the same height, with captions above.
 *
 * @throws OptionError where there are none, or their densities differ
 */
export function sideBySide(pictures: readonly CaptionedRaster[]): Raster {
  requireArguments("sideBySide", { pictures: [listOf(aFrame), pictures] });
  if (pictures.length === 0) {
    throw new OptionError("sideBySide: pictures: expected one or more, got none");
  }
  const { density = 1, channels } = pictures[0].raster;
  const other = pictures.find(({ raster }) => (raster.density ?? 1) !== density);
  if (other) {
    throw new OptionError(
      `sideBySide: pictures: expected density ${density}, got ${other.raster.density ?? 1} ` +
        `("${other.caption}")`,
    );
  }
  const widths = pictures.map(({ raster }) => raster.width / density);
  const width = widths.reduce((sum, each) => sum + each + gap, 2 * margin - gap);
  const height = Math.max(...pictures.map(({ raster }) => raster.height)) + captionHeight * density;
  const sheet = blankRaster(Math.ceil(width * density), height + margin * density, {
    channels: pictures.some(({ raster }) => raster.channels !== channels) ? 3 : channels,
    density,
  });
  let x = margin;
  pictures.forEach(({ raster, caption }, i) => {
    const label = { text: caption, x: 0, y: captionHeight / 2, size: captionSize };
    const strip = textSheet(widths[i] + (i + 1 < pictures.length ? gap : margin), captionHeight, [
      label,
    ], { density });
    paste(sheet, strip, x * density, 0);
    paste(sheet, raster, x * density, captionHeight * density);
    x += widths[i] + gap;
  });
  return sheet;
}
