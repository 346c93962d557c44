/** Where an exported file's weights come from: the same texts in every format. */
import { z } from "zod";
import { differencesApartFromData, identityApartFromData } from "../models/identity.ts";
import type { Model } from "../models/model.ts";
import { describeNetwork } from "../models/topology.ts";
import { aModel, requireArguments } from "../kinds.ts";
import { OptionError, parseOptions } from "../options.ts";
import { readPackage } from "../project.ts";
import { runSchema } from "../training/records.ts";

const exportSchema = z.strictObject({
  /** The record of the run that the weights come from: the file then says its settings, images and epochs too. */
  run: runSchema.optional(),
});
/** Options of the functions that export. */
export type ExportOptions = z.input<typeof exportSchema>;

/**
 * Texts by name: `producer`, `model` (seed, likelihood, latentDim, …), `networks`, and `logScale` where the
 * likelihood has learned one; where the run is known also `start`, `training`, `data` (source and fingerprints), `changes` and `epoch`. All but the first are
 * JSON.
 *
 * @param where the function that exports, named in messages
 * @throws OptionError naming an option that cannot be used, and in what the run is another model's
 */
export async function originOf(
  model: Model,
  options: ExportOptions,
  where: string,
): Promise<Record<string, string>> {
  const { run } = parseOptions(exportSchema, options, where);
  requireArguments(where, { model: [aModel, model] });
  const { config, encoder, decoder } = model;
  const logScale = model.logScale && Array.from(await model.logScale.data());
  const networks = { encoder: describeNetwork(encoder), decoder: describeNetwork(decoder) };
  const known = {
    model: config,
    networks,
    ...logScale && { logScale },
    ...run && trained(model, run, where),
  };
  const texts = Object.entries(known).map(([key, value]) => [key, JSON.stringify(value)]);
  const { name, version } = await readPackage();
  return { producer: `${name} ${version}`, ...Object.fromEntries(texts) };
}

function trained(model: Model, run: z.output<typeof runSchema>, where: string) {
  const { start, training, data, changes, history } = run;
  const mine = { ...identityApartFromData(model, training), start };
  const differ = differencesApartFromData(run, mine).map(({ words }) => words);
  if (differ.length > 0) {
    const other = differ.join("; ").replaceAll("asked for", "the model");
    throw new OptionError(`${where}: run: expected the model's own, got one of another: ${other}`);
  }
  return { start, training, data, changes, epoch: history.at(-1)?.epoch ?? 0 };
}
