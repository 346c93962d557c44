/** A trained model as plain values: what the explorer's page needs to run it. */
import { z } from "zod";
import type { Model } from "../models/model.ts";
import type { ModelConfig } from "../models/model_config.ts";
import { aModel, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { exportLayers, type LayerSpec } from "./layer_export.ts";

/** A model's networks, layer by layer, with what must be known to use them. */
export interface PlainModel
  extends Pick<ModelConfig, "kind" | "likelihood" | "latentDim" | "inputShape" | "treatment"> {
  /** log of the likelihood's learned scale, [1] or [channels]; null where it learns none. */
  logScale: readonly number[] | null;
  /** From a code to pixel means: its last layer is the likelihood's mean. */
  decoder: LayerSpec[];
  /** Null where it was left out. */
  encoder: LayerSpec[] | null;
}

const exportSchema = z.strictObject({
  /** Whether the encoder comes along: to encode in the page, as to draw one's own digit. */
  encoder: z.boolean().default(true),
});

/**
 * Reads both networks of a model; the model stays as it is.
 *
 * @throws OptionError, or TypeError naming the layer that has no plain form
 */
export async function exportModel(
  model: Pick<Model, "config" | "encoder" | "decoder" | "likelihood" | "logScale">,
  options: z.input<typeof exportSchema> = {},
): Promise<PlainModel> {
  requireArguments("exportModel", { model: [aModel, model] });
  const { encoder } = parseOptions(exportSchema, options, "exportModel");
  const { kind, likelihood, latentDim, inputShape, treatment, classes } = model.config;
  if (classes) {
    throw new OptionError(
      "exportModel: expected networks of one input each, got a conditional model's",
    );
  }
  const pixels: LayerSpec = {
    kind: "activation",
    name: "pixel means",
    activation: model.likelihood.meanActivation,
    outputShape: inputShape,
  };
  return {
    kind,
    likelihood,
    logScale: model.logScale && [...await model.logScale.data()],
    latentDim,
    inputShape,
    treatment,
    decoder: [...await exportLayers(model.decoder), pixels],
    encoder: encoder ? await exportLayers(model.encoder) : null,
  };
}
