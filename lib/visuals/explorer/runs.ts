/** Models side by side in the explorer: one pointer, and what each makes of the same images. */
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { anExplored, requireArguments, someOptions } from "../../kinds.ts";
import type { PlainModel } from "../../latent/model_export.ts";
import { planeOf } from "../../latent/plane.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { type ExplorerContents, explorerParts } from "./contents.ts";
import { checkParts, contentsOf, explorerSchema, planeRange } from "./explorer.ts";
import { Packer } from "./pack.ts";
import { selfContained, type SelfContainedHtml } from "./self_contained.ts";
import { explorerStill } from "./still.ts";

/** A model, and its codes of the images that are shown. */
export interface ExploredModel {
  model: PlainModel;
  codes: Codes;
}

const parts = explorerParts.filter((part) => part !== "interpolate");

const runsSchema = explorerSchema.pick({ title: true, originals: true, precision: true }).extend({
  /** By default the planes and the sliders alone: encoders are not packed then. */
  parts: z.array(z.enum(parts)).default(["plane", "sliders"]),
});

/** Options of explorers side by side. */
export type RunsOptions = z.input<typeof runsSchema>;

/**
 * Two models or more beside each other, and one pointer for all: a place on one's plane is the same place on the
 * others', a slider moves the same dimension, and an image that is chosen in one goes to its own code in each. Of up to
 * two dimensions the plane is z itself; of more each model has its own principal plane, in standard deviations.
 *
 * @param runs by name; of one latentDim, image size and treatment, with codes of the same images
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { loadMnist, take } from "../../data/mod.ts";
 * import { encodeAll, exportModel } from "../../latent/mod.ts";
 * import type { Model } from "../../models/mod.ts";
 * import { runsHtml, show } from "../mod.ts";
 *
 * async function compare(a: Model, b: Model) {
 *   const originals = take((await loadMnist()).test, 500);
 *   const of = async (model: Model) => ({
 *     model: await exportModel(model),
 *     codes: await encodeAll(model, originals),
 *   });
 *   await show(runsHtml({ "β = 1": await of(a), "β = 4": await of(b) }, { originals }));
 * }
 * ```
 */
export function runsHtml(
  runs: Record<string, ExploredModel>,
  options: RunsOptions = {},
): SelfContainedHtml {
  const { title, ...parsed } = parseOptions(runsSchema, options, "runsHtml");
  requireArguments("runsHtml", { runs: [someOptions, runs] });
  const named = Object.entries(runs);
  for (const [name, run] of named) {
    requireArguments("runsHtml", { [`runs."${name}"`]: [anExplored, run] });
  }
  if (named.length < 2) {
    throw new OptionError(`runsHtml: runs: expected two or more, got ${named.length}`);
  }
  checkAlike(named);
  const packer = new Packer();
  const sides = named.map(([name, { model, codes }]) => {
    const encoder = ["draw", "bound"].some((part) => parsed.parts.includes(part as "draw"))
      ? model.encoder
      : null;
    return { name, model: { ...model, encoder }, codes, plane: planeOf(codes) };
  });
  const range = Math.max(...sides.map(({ plane, codes }) => planeRange(plane, codes)));
  const contents = sides.map(({ name, model, codes, plane }, i): ExplorerContents => {
    const all = { ...parsed, title: name, codes, plane };
    checkParts(`runsHtml: runs."${name}"`, model, all);
    const one = contentsOf(packer, model, all);
    return { ...one, parts: partsOf(one, i, sides.length), planeRange: range };
  });
  const still = explorerStill(title, sides, parsed.originals);
  return selfContained({ title, runs: contents }, packer, still);
}

/** One set of sliders moves all models, and one pad draws for all: the first has those, the last has this. */
function partsOf(
  { parts }: ExplorerContents,
  place: number,
  of: number,
): ExplorerContents["parts"] {
  return parts.filter((part) =>
    part === "sliders" ? place === 0 : part === "draw" ? place === of - 1 : true
  );
}

/** What one pointer asks of models. */
function checkAlike(named: [name: string, run: ExploredModel][]): void {
  const asked: Record<string, (run: ExploredModel) => string> = {
    latentDim: ({ model }) => `${model.latentDim}`,
    inputShape: ({ model }) => model.inputShape.join("×"),
    treatment: ({ model }) => model.treatment,
    "codes.count": ({ codes }) => `${codes.count}`,
  };
  const [first, firstRun] = named[0];
  for (const [name, run] of named.slice(1)) {
    for (const [field, of] of Object.entries(asked)) {
      if (of(run) === of(firstRun)) continue;
      throw new OptionError(
        `runsHtml: runs."${name}".${field}: expected ${of(firstRun)}, as of "${first}", got ${
          of(run)
        }`,
      );
    }
  }
}
