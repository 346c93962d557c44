/** A picture as plain bytes, and the few things done with one before it becomes a file. */
import { aPositiveCount, aRaster, requireArguments } from "../../kinds.ts";
import { OptionError } from "../../options.ts";

export interface Raster {
  width: number;
  height: number;
  /** Row by row, [height · width · channels], 0–255. */
  data: Uint8Array;
  /** 1 grey, 3 RGB, 4 RGBA. */
  channels: 1 | 3 | 4;
  /** Bitmap pixels per pixel shown: 2 stays sharp on dense screens. 1 where missing. */
  density?: number;
}

/** A raster of one grey value, opaque. */
export function blankRaster(
  width: number,
  height: number,
  { channels = 1, grey = 255, density = 1 }: {
    channels?: 1 | 3 | 4;
    grey?: number;
    density?: number;
  } = {},
): Raster {
  const data = new Uint8Array(width * height * channels).fill(grey);
  if (channels === 4) { for (let i = 3; i < data.length; i += 4) data[i] = 255; }
  return { width, height, data, channels, density };
}

/** Width in CSS pixels. */
export function shownWidth(raster: Raster): number {
  return Math.round(raster.width / (raster.density ?? 1));
}

/**
 * Copies `source` into `target` with its upper left corner at (x, y); grey widens to RGB.
 *
 * @throws OptionError where it does not fit
 */
export function paste(target: Raster, source: Raster, x: number, y: number): void {
  if (x < 0 || y < 0 || x + source.width > target.width || y + source.height > target.height) {
    throw new OptionError(
      `paste: ${source.width}×${source.height} at (${x}, ${y}) lies outside ${target.width}×${target.height}`,
    );
  }
  const from = source.channels === target.channels ? source : convert(source, target.channels);
  const rowBytes = source.width * target.channels;
  for (let row = 0; row < source.height; row++) {
    target.data.set(
      from.data.subarray(row * rowBytes, (row + 1) * rowBytes),
      ((y + row) * target.width + x) * target.channels,
    );
  }
}

/** The same picture with other channels; to grey by luma (Rec. 601), opacity is dropped. */
export function convert(raster: Raster, channels: 1 | 3 | 4): Raster {
  const pixels = raster.width * raster.height;
  const data = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const at = i * raster.channels;
    const red = raster.data[at];
    const [green, blue] = raster.channels === 1
      ? [red, red]
      : [raster.data[at + 1], raster.data[at + 2]];
    if (channels === 1) data[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else {
      data.set([red, green, blue], i * channels);
      if (channels === 4) data[i * 4 + 3] = raster.channels === 4 ? raster.data[at + 3] : 255;
    }
  }
  return { ...raster, data, channels };
}

/** 64 greys, black and white among them: no difference to see, and a third off a file's size. */
export function fewerGreys(raster: Raster, greys = 64): Raster {
  requireArguments("fewerGreys", { raster: [aRaster, raster], greys: [aPositiveCount, greys] });
  const step = 255 / (greys - 1);
  return { ...raster, data: raster.data.map((grey) => Math.round(Math.round(grey / step) * step)) };
}

/** Enlarges by a whole factor: each pixel becomes a square of one colour, nothing is blurred. */
export function enlarge(raster: Raster, factor: number): Raster {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new OptionError(`enlarge: factor: expected an integer >= 1, got ${factor}`);
  }
  const { width, height, channels } = raster;
  const wide = new Uint8Array(width * factor * channels);
  const data = new Uint8Array(wide.length * height * factor);
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width * factor; x++) {
      const at = (row * width + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) wide[x * channels + c] = raster.data[at + c];
    }
    for (let i = 0; i < factor; i++) data.set(wide, (row * factor + i) * wide.length);
  }
  return { ...raster, width: width * factor, height: height * factor, data };
}
