/** Pictures, figures and animations, and how a notebook shows them. */
export { comparisonTable } from "./comparison_table.ts";
export { stretchContrast } from "./contrast.ts";
export { autoencoderDiagram, reparameterizationDiagram, vaeDiagram } from "./diagrams.ts";
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
} from "./display.ts";
export {
  type EpochImageKind,
  readEpochImage,
  savedEpochs,
  saveEpochAnimation,
  saveEpochImages,
} from "./epoch_images.ts";
export { decoderHtml, explorerHtml, slidersHtml } from "./explorer.ts";
export { type Figure, figureRaster } from "./figure.ts";
export { film, findOrFilm } from "./film.ts";
export { showFirstRunCard } from "./first_run_card.ts";
export { encodeAnimation } from "./gif.ts";
export { gridImage } from "./grid_image.ts";
export { imageGrid } from "./image_grid.ts";
export { imageRows } from "./image_rows.ts";
export { layerDiagram } from "./layer_diagram.ts";
export { barChart } from "./plots_bars.ts";
export { axisName, codesFigure, codesFrames } from "./plots_codes.ts";
export { curves, elboCurve } from "./plots_curves.ts";
export { planeMaps } from "./plots_planes.ts";
export { encodePng } from "./png.ts";
export { type ProgressBar, progressBar } from "./progress_bar.ts";
export { crop, fewerGreys, type Raster } from "./raster.ts";
export { sideBySide } from "./side_by_side.ts";
export { smallMultiples } from "./small_multiples.ts";
export { overlaps, upsamplingDiagram } from "./upsampling_diagram.ts";
