/** SVG to pixels with resvg, the same on every machine: its own fonts, no system's. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import resvgWasm from "@resvg/resvg-wasm/index_bg.wasm" with { type: "bytes" };
import { fontFamily, fontFiles } from "./font.ts";
import type { Raster } from "../raster/raster.ts";

await initWasm(resvgWasm);

export interface RenderOptions {
  /** Bitmap pixels per SVG unit. */
  density?: number;
  /** A CSS colour under the drawing; see-through where null. */
  background?: string | null;
}

/** Draws an SVG document as RGBA. */
export function svgToRaster(
  svg: string,
  { density = 2, background = "white" }: RenderOptions = {},
): Raster {
  const resvg = new Resvg(svg, {
    background: background ?? undefined,
    fitTo: { mode: "zoom", value: density },
    font: { fontBuffers: fontFiles, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
  });
  const image = resvg.render();
  try {
    const { width, height } = image;
    return { width, height, data: new Uint8Array(image.pixels), channels: 4, density };
  } finally {
    image.free();
    resvg.free();
  }
}
