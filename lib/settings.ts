/** What the environment may change in a notebook without editing it: `QUICK` and `LATENT_DIM`. */
import { z } from "zod";
import { environment } from "./host.ts";
import { requireArguments, someOptions } from "./kinds.ts";
import { OptionError, parseOptions } from "./options.ts";

const settingsSchema = z.strictObject({
  /** Dimensions of the latent space. */
  latentDim: z.int().min(1),
});

/** What a notebook's settings cell starts from. */
export interface NotebookSettings {
  /** Less data and fewer epochs, so that all of the notebook runs in a minute: `QUICK=1`. */
  quick: boolean;
  /** `LATENT_DIM`, else the notebook's own. */
  latentDim: number;
}

/**
 * A notebook's settings: the defaults it is written for, unless `QUICK=1` or `LATENT_DIM=10` stand in
 * the environment, as `deno task run --quick` and the tests set them.
 *
 * @throws OptionError where a setting cannot be used, as `LATENT_DIM=0` or `QUICK=maybe`
 */
export function notebookSettings(
  defaults: { latentDim: number },
  environment: Record<string, string | undefined> = readEnvironment(),
): NotebookSettings {
  requireArguments("notebookSettings", { environment: [someOptions, environment] });
  const { latentDim } = parseOptions(settingsSchema, defaults, "notebookSettings");
  return {
    quick: flag("QUICK", environment.QUICK),
    latentDim: wholeNumber("LATENT_DIM", environment.LATENT_DIM) ?? latentDim,
  };
}

const readEnvironment = () => ({
  QUICK: environment("QUICK"),
  LATENT_DIM: environment("LATENT_DIM"),
});

function flag(name: string, text: string | undefined): boolean {
  if (!text || text === "0") return false;
  if (text === "1") return true;
  throw new OptionError(`${name}: expected 0, 1 or nothing, got "${text}"`);
}

/**
 * An environment variable's whole number; undefined where it is empty or not set.
 *
 * @throws OptionError for another text
 */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new OptionError(`${name}: expected an integer >= 1, got "${text}"`);
}
