/** Pictures in order, each with its caption: one GIF file, and the same frames as an animated PNG. */
import gifenc from "gifenc";
import { z } from "zod";
import { aFrame, listOf, requireArguments } from "../../kinds.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { changesOnly, indexColors } from "./indexed.ts";
import { encodeAnimatedPng } from "./png.ts";
import { blankRaster, paste, type Raster, shownWidth } from "./raster.ts";
import { textSheet, textWidth } from "../text/text.ts";

/** What is used of gifenc 1.0.3 (Matt DesLauriers, MIT), which comes without types. */
interface Gifenc {
  GIFEncoder(): {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: {
        palette?: number[][];
        delay: number;
        repeat: number;
        transparent: boolean;
        transparentIndex: number;
        dispose: number;
      },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  };
}
const { GIFEncoder } = gifenc as unknown as Gifenc;

export interface Frame {
  raster: Raster;
  /** A line under the picture, as in `epoch 3 · test −ELBO 165.2`. */
  caption?: string;
}

/** The same frames in two formats. */
export interface Animation {
  gif: Uint8Array;
  /** An animated PNG, for the places that show no GIF. */
  png: Uint8Array;
  /** In CSS pixels. */
  width: number;
}

const animationSchema = z.strictObject({
  /** How long each frame stays; GIF counts in hundredths of a second. */
  milliseconds: z.number().min(20).max(60_000).default(400),
  firstMilliseconds: z.number().min(20).max(60_000).optional(),
  /** The last frame is held, so that the result can be looked at. */
  lastMilliseconds: z.number().min(20).max(60_000).default(2500),
});

/**
 * Makes an animation that repeats forever.
 *
 * All frames share one palette: exact where every picture is grey, or where there are no more than
 * 256 colours in all.
 *
 * @throws OptionError where there are no frames, or one differs from the first in size
 */
export function encodeAnimation(
  frames: readonly Frame[],
  options: z.input<typeof animationSchema> = {},
): Animation {
  requireArguments("encodeAnimation", { frames: [listOf(aFrame), frames] });
  const { milliseconds, firstMilliseconds = milliseconds, lastMilliseconds } = parseOptions(
    animationSchema,
    options,
    "encodeAnimation",
  );
  if (frames.length === 0) {
    throw new OptionError("encodeAnimation: frames: expected one or more, got none");
  }
  const rasters = withCaptions(frames);
  const { width, height } = rasters[0];
  rasters.forEach((raster, i) => {
    if (raster.width !== width || raster.height !== height) {
      throw new OptionError(
        `encodeAnimation: frames: expected ${width}×${height}, as the first, got ` +
          `${raster.width}×${raster.height} (frame ${i})`,
      );
    }
  });

  const indexed = indexColors(rasters);
  const { palette, indices, transparent } = changesOnly(indexed);
  const durations = rasters.map((_, i) =>
    i === rasters.length - 1 ? lastMilliseconds : i === 0 ? firstMilliseconds : milliseconds
  );
  const encoder = GIFEncoder();
  indices.forEach((frame, i) =>
    encoder.writeFrame(frame, width, height, {
      palette: i === 0 ? palette : undefined,
      delay: durations[i],
      repeat: 0,
      transparent: i > 0 && transparent !== null,
      transparentIndex: transparent ?? 0,
      dispose: keepFrame,
    })
  );
  encoder.finish();
  return {
    gif: encoder.bytes(),
    png: encodeAnimatedPng(
      indices.map((frame, i) => ({ indices: frame, milliseconds: durations[i] })),
      { width, height, palette, transparent, still: indexed.indices.at(-1)! },
    ),
    width: shownWidth(rasters[0]),
  };
}

/** GIF's disposal method 1: the next frame is drawn over this one. */
const keepFrame = 1;
const captionHeight = 28;
const captionSize = 14;

/** Puts each caption on a white strip under its picture; the strip is there for all or for none. */
function withCaptions(frames: readonly Frame[]): Raster[] {
  if (frames.every(({ caption }) => !caption)) return frames.map(({ raster }) => raster);
  return frames.map(({ raster, caption = "" }) => {
    const density = raster.density ?? 1;
    const wide = raster.width / density;
    const size = Math.min(captionSize, captionSize * (wide - 8) / textWidth(caption, captionSize));
    const strip = textSheet(wide, captionHeight, [
      { text: caption, x: wide / 2, y: captionHeight / 2, anchor: "middle", size },
    ], { density });
    const whole = blankRaster(raster.width, raster.height + strip.height, {
      channels: raster.channels,
      density,
    });
    paste(whole, raster, 0, 0);
    paste(whole, strip, 0, raster.height);
    return whole;
  });
}
