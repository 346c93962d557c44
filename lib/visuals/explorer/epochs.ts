/** A run in the explorer: the weights of each epoch, and a slider to choose among them. */
import { z } from "zod";
import type { Codes } from "../../data/codes.ts";
import { anEpochOfModel, listOf, requireArguments } from "../../kinds.ts";
import type { PlainModel } from "../../latent/model_export.ts";
import { planeOf } from "../../latent/plane.ts";
import { OptionError, parseOptions } from "../../options.ts";
import { checkParts, contentsOf, explorerSchema, planeRange } from "./explorer.ts";
import { Packer } from "./pack.ts";
import { packEarlier } from "./pack_epochs.ts";
import { explorerStill } from "./still.ts";
import { selfContained, type SelfContainedHtml } from "./self_contained.ts";

/** A model as an epoch left it, with its codes of the images that are shown. */
export interface ModelOfEpoch {
  /** 0 before training. */
  epoch: number;
  /** The encoder of the last one alone is needed. */
  model: PlainModel;
  codes: Codes;
}

const epochsSchema = explorerSchema.omit({ codes: true });

/** The explorer's options without the codes, of which each epoch has its own. */
export type EpochsOptions = z.input<typeof epochsSchema>;

/**
 * An explorer of a run: a slider goes through its epochs, and the plane of codes, the decoded image and the
 * reconstruction become those of the epoch that is chosen. Where one draws an image, it goes to the last epoch,
 * whose encoder comes along.
 *
 * Earlier decoders are kept as rounded changes: their pixels are right to a few hundredths. Ten epochs of the dense
 * VAE with 1,000 digits are 1.4 MB.
 *
 * @param epochs in their order; the last is the trained model
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { loadMnist, take } from "../../data/mod.ts";
 * import { encodeAll, exportModel } from "../../latent/mod.ts";
 * import { preset } from "../../models/mod.ts";
 * import { train } from "../../training/mod.ts";
 * import { epochsHtml, show } from "../mod.ts";
 *
 * const data = await loadMnist();
 * const originals = take(data.test, 1_000);
 * const { build, training } = preset("dense-vae", { epochs: 10 });
 * const model = build();
 * const epochs = [];
 * for await (const { epoch } of train(model, data, training)) {
 *   const codes = await encodeAll(model, originals);
 *   epochs.push({ epoch, model: await exportModel(model), codes });
 * }
 * await show(epochsHtml(epochs, { originals }));
 * ```
 */
export function epochsHtml(
  epochs: readonly ModelOfEpoch[],
  options: EpochsOptions = {},
): SelfContainedHtml {
  const parsed = parseOptions(epochsSchema, options, "epochsHtml");
  requireArguments("epochsHtml", { epochs: [listOf(anEpochOfModel), epochs] });
  if (epochs.length < 2) {
    throw new OptionError(`epochsHtml: epochs: expected two or more, got ${epochs.length}`);
  }
  const { model, codes } = epochs.at(-1)!;
  const plane = parsed.plane ?? planeOf(codes);
  const all = { ...parsed, plane, codes };
  checkParts("epochsHtml", model, all);
  checkAlike(epochs);
  const packer = new Packer();
  const contents = contentsOf(packer, model, all);
  const earlier = epochs.slice(0, -1).map(({ model, codes }) => ({ ...model, codes }));
  const last = epochs.length - 1;
  const sides = [...new Set([0, 1, last >> 1, last])].map((place) => {
    const { epoch, model, codes } = epochs[place];
    const drawn = place === 1 || place === last;
    return { name: `epoch ${epoch}`, model, codes, plane: drawn ? plane : undefined };
  });
  return selfContained(
    {
      ...contents,
      planeRange: Math.max(...epochs.map(({ codes }) => planeRange(plane, codes))),
      epochs: epochs.map(({ epoch }) => epoch),
      earlier: packEarlier(packer, contents.decoder, earlier),
    },
    packer,
    explorerStill(parsed.title, sides, parsed.originals),
  );
}

/** All epochs are of one network and of the same images, in the order of training. */
function checkAlike(epochs: readonly ModelOfEpoch[]): void {
  const shapesOf = ({ model }: ModelOfEpoch) =>
    model.decoder.map((layer) => "kernel" in layer ? layer.kernel.shape.join("×") : layer.kind)
      .join(", ");
  const last = epochs.at(-1)!;
  epochs.forEach((one, i) => {
    const wrong = (field: string, wanted: unknown, got: unknown): never => {
      throw new OptionError(`epochsHtml: epochs.${i}.${field}: expected ${wanted}, got ${got}`);
    };
    if (i > 0 && one.epoch <= epochs[i - 1].epoch) {
      wrong("epoch", `a number above ${epochs[i - 1].epoch}`, one.epoch);
    }
    if (shapesOf(one) !== shapesOf(last)) {
      wrong("model", `layers of ${shapesOf(last)}, as the last epoch's`, shapesOf(one));
    }
    if (one.codes.count !== last.codes.count || one.codes.latentDim !== last.codes.latentDim) {
      const sizeOf = ({ codes: { count, latentDim } }: ModelOfEpoch) => `[${count}, ${latentDim}]`;
      wrong("codes", `${sizeOf(last)}, as the last epoch's`, sizeOf(one));
    }
  });
}
