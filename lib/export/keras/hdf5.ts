/** HDF5 files as maps from paths to numbers; h5wasm, the C library as WebAssembly, reads and writes them. */

/** An array of float32, row-major. */
export interface Numbers {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/** Loaded at the first use: 4 MB. */
async function library() {
  const hdf5 = await import("h5wasm");
  const { FS } = await hdf5.ready;
  return { File: hdf5.File, Dataset: hdf5.Dataset, files: FS };
}

/** The bytes that every HDF5 file begins with; without them the library prints a page of its own. */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
export const isHdf5 = (bytes: Uint8Array) => signature.every((byte, i) => bytes[i] === byte);

/**
 * The bytes of a file with these arrays, in groups along their paths; a path that ends in "/" is a group
 * without arrays.
 *
 * @param attributes texts of the whole file
 */
export async function writeHdf5(
  arrays: ReadonlyMap<string, Numbers | null>,
  attributes: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { File, files } = await library();
  const name = crypto.randomUUID(); // in the library's own memory, beside no other
  const file = new File(name, "w");
  try {
    const made = new Set([""]);
    for (const [path, numbers] of arrays) {
      const [leaf, ...above] = path.split("/").reverse();
      above.reverse().reduce((within, group) => {
        const path = within ? `${within}/${group}` : group;
        if (!made.has(path)) file.create_group(path);
        made.add(path);
        return path;
      }, "");
      if (numbers) file.create_dataset({ name: path, ...numbers, dtype: "<f" });
      else if (leaf !== "") throw new TypeError(`"${path}": expected an array, or a group's path`);
    }
    for (const [key, text] of Object.entries(attributes)) file.create_attribute(key, text);
    file.flush();
  } finally {
    file.close();
  }
  const bytes = new Uint8Array(files.readFile(name));
  files.unlink(name);
  return bytes;
}

/** All arrays of numbers in a file, by their paths. @throws TypeError where one is no array of numbers */
export async function readHdf5(bytes: Uint8Array): Promise<Map<string, Numbers>> {
  const { File, Dataset, files } = await library();
  const name = crypto.randomUUID();
  files.writeFile(name, bytes);
  const file = new File(name, "r");
  try {
    const arrays = new Map<string, Numbers>();
    for (const path of file.paths()) {
      const item = file.get(path);
      if (!(item instanceof Dataset)) continue;
      const { value } = item;
      if (!ArrayBuffer.isView(value)) continue; // a text or a whole number, as Keras keeps of optimizers
      const data = Float32Array.from(value as unknown as ArrayLike<number>, Number);
      arrays.set(path, { shape: item.shape ?? [], data });
    }
    return arrays;
  } finally {
    file.close();
    files.unlink(name);
  }
}
