/** Where the same digits lie in the latent space after each epoch: small files in the run's folder. */

import { z } from "zod";
import { Codes } from "../data/codes.ts";
import { parseOptions } from "../options.ts";

/** The codes of one epoch. */
export interface EpochCodes {
  epoch: number;
  /** E[z|x] of the test set's first images. */
  codes: Codes;
}

/** `<folder>/codes/codes_at_epoch_0007.bin`: 32-bit floats, little-endian, one image after the other. */
export function epochCodesPath(folder: string, epoch: number): string {
  return `${folder}/codes/codes_at_epoch_${String(epoch).padStart(4, "0")}.bin`;
}

/** Writes the codes of one epoch. */
export async function saveEpochCodes(
  folder: string,
  epoch: number,
  { values }: Codes,
): Promise<void> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  await Deno.mkdir(`${folder}/codes`, { recursive: true });
  await Deno.writeFile(epochCodesPath(folder, epoch), new Uint8Array(view.buffer));
}

/** The files hold bare numbers. */
const codesSchema = z.strictObject({
  /** How many numbers make a code. */
  latentDim: z.int().min(1),
  /** The classes of the test set's images. */
  labels: z.custom<Uint8Array>((value) => value instanceof Uint8Array, "expected a Uint8Array"),
});

/**
 * All epochs a run has codes of, in order; empty where it has none.
 *
 * @throws OptionError
 */
export async function readEpochCodes(
  folder: string,
  options: z.input<typeof codesSchema>,
): Promise<EpochCodes[]> {
  const { latentDim, labels } = parseOptions(codesSchema, options, "readEpochCodes");
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
    const { buffer } = await Deno.readFile(epochCodesPath(folder, epoch));
    const view = new DataView(buffer);
    const values = Float32Array.from(
      { length: view.byteLength / 4 },
      (_, i) => view.getFloat32(4 * i, true),
    );
    const codes = new Codes(values, latentDim, {
      labels: labels.slice(0, values.length / latentDim),
    });
    return { epoch, codes };
  }));
}
