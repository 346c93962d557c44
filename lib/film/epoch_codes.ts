/** Where the same images lie in the latent space after each epoch: small files in the run's folder. */

import { crc32 } from "node:zlib";
import { z } from "zod";
import { asCodes, Codes } from "../data/codes.ts";
import type { Labelled } from "../data/labels.ts";
import { writeAtomically } from "../files.ts";
import { aCount, aFolder, requireArguments } from "../kinds.ts";
import { parseOptions } from "../options.ts";
import { DamagedError } from "../checksums.ts";

/** The codes of one epoch. */
export interface EpochCodes {
  epoch: number;
  /** E[z|x] of the test set's first images. */
  codes: Codes;
}

/** After the codes their CRC-32, so that a changed or cut file is noticed. */
const checkBytes = 4;

/**
 * `<folder>/codes/codes_at_epoch_0007.bin`: 32-bit floats, little-endian, one image after the other, and the
 * CRC-32 of all that.
 */
export function epochCodesPath(folder: string, epoch: number): string {
  return `${folder}/codes/codes_at_epoch_${String(epoch).padStart(4, "0")}.bin`;
}

/** Writes the codes of one epoch. */
export async function saveEpochCodes(
  folder: string,
  epoch: number,
  codes: Codes,
): Promise<void> {
  requireArguments("saveEpochCodes", { folder: [aFolder, folder], epoch: [aCount, epoch] });
  const { values } = asCodes("saveEpochCodes", codes);
  const view = new DataView(new ArrayBuffer(4 * values.length + checkBytes));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  const bytes = new Uint8Array(view.buffer);
  view.setUint32(4 * values.length, crc32(bytes.subarray(0, 4 * values.length)), true);
  await writeAtomically(epochCodesPath(folder, epoch), bytes);
}

/** The files hold bare numbers. */
const codesSchema = z.strictObject({
  /** How many numbers make a code. */
  latentDim: z.int().min(1),
  /** The images that were encoded: their labels. */
  set: z.custom<Labelled>((value) => typeof value === "object" && value !== null, {
    error: "expected an ImageSet",
  }),
});

/**
 * All epochs a run has codes of, in order; empty where it has none.
 *
 * @throws OptionError
 * @throws DamagedError naming a file that is not what was written
 */
export async function readEpochCodes(
  folder: string,
  options: z.input<typeof codesSchema>,
): Promise<EpochCodes[]> {
  requireArguments("readEpochCodes", { folder: [aFolder, folder] });
  const { latentDim, set } = parseOptions(codesSchema, options, "readEpochCodes");
  const epochs: number[] = [];
  try {
    for await (const { name } of Deno.readDir(`${folder}/codes`)) {
      const match = name.match(/^codes_at_epoch_(\d{4,})\.bin$/);
      if (match) epochs.push(Number(match[1]));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  epochs.sort((a, b) => a - b);
  return await Promise.all(epochs.map(async (epoch) => {
    const path = epochCodesPath(folder, epoch);
    const bytes = await Deno.readFile(path), view = new DataView(bytes.buffer);
    const length = (bytes.length - checkBytes) / 4;
    const whole = length > 0 && length % latentDim === 0 &&
      view.getUint32(4 * length, true) === crc32(bytes.subarray(0, 4 * length));
    if (!whole) throw new DamagedError(`"${path}" is damaged: it is not what was written`);
    const values = Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
    const codes = new Codes(values, latentDim, {
      labels: set.labels && set.labels.slice(0, values.length / latentDim),
      classNames: set.classNames,
    });
    return { epoch, codes };
  }));
}
