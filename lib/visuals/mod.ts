/** Pictures, figures and animations, and how a notebook shows them. */
export { comparisonTable } from "./text/comparison_table.ts";
export { stretchContrast } from "./raster/contrast.ts";
export { autoencoderDiagram, reparameterizationDiagram, vaeDiagram } from "./charts/diagrams.ts";
export {
  displaySlot,
  showFigure,
  showFiles,
  showGif,
  showHtml,
  showMarkdown,
  showRaster,
  showTable,
  showText,
  showValue,
} from "./show/display.ts";
export {
  type EpochImageKind,
  readEpochImage,
  readEpochPixels,
  savedEpochs,
  saveEpochAnimation,
  saveEpochImages,
} from "./raster/epoch_images.ts";
export { decoderHtml, explorerHtml, slidersHtml } from "./explorer/explorer.ts";
export { type Figure, figureRaster } from "./charts/figure.ts";
export { film, findOrFilm } from "./raster/film.ts";
export { showFirstRunCard } from "./show/first_run_card.ts";
export { encodeAnimation } from "./raster/gif.ts";
export { gridImage } from "./raster/grid_image.ts";
export { imageGrid } from "./raster/image_grid.ts";
export { imageRows } from "./raster/image_rows.ts";
export { layerDiagram } from "./charts/layer_diagram.ts";
export { barChart } from "./charts/plots_bars.ts";
export { axisName, codesFigure, codesFrames } from "./charts/plots_codes.ts";
export { curves, elboCurve } from "./charts/plots_curves.ts";
export { planeMaps } from "./charts/plots_planes.ts";
export { encodePng } from "./raster/png.ts";
export { type ProgressBar, progressBar } from "./show/progress_bar.ts";
export { crop, fewerGreys, type Raster } from "./raster/raster.ts";
export { sideBySide } from "./raster/side_by_side.ts";
export { smallMultiples } from "./charts/small_multiples.ts";
export { overlaps, upsamplingDiagram } from "./charts/upsampling_diagram.ts";
