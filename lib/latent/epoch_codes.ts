/** Where the same digits lie in the latent space after each epoch: small files in the run's folder. */

/** The codes of one epoch. */
export interface EpochCodes {
  epoch: number;
  /** E[z|x], [count · latentDim]: of the test set's first `count` images. */
  codes: Float32Array;
}

/** `<folder>/codes/codes_at_epoch_0007.bin`: 32-bit floats, little-endian, one image after the other. */
export function epochCodesPath(folder: string, epoch: number): string {
  return `${folder}/codes/codes_at_epoch_${String(epoch).padStart(4, "0")}.bin`;
}

/** Writes the codes of one epoch. */
export async function saveEpochCodes(
  folder: string,
  epoch: number,
  codes: Float32Array,
): Promise<void> {
  const view = new DataView(new ArrayBuffer(4 * codes.length));
  codes.forEach((value, i) => view.setFloat32(4 * i, value, true));
  await Deno.mkdir(`${folder}/codes`, { recursive: true });
  await Deno.writeFile(epochCodesPath(folder, epoch), new Uint8Array(view.buffer));
}

/** All epochs a run has codes of, in order; empty where it has none. */
export async function readEpochCodes(folder: string): Promise<EpochCodes[]> {
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
    const codes = Float32Array.from(
      { length: view.byteLength / 4 },
      (_, i) => view.getFloat32(4 * i, true),
    );
    return { epoch, codes };
  }));
}
