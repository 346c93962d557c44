/** A disk that fails: from the n-th operation on every one throws, and what is being written stays half. */

type Operation = "open" | "rename" | "remove" | "mkdir";
const operations: Operation[] = ["open", "rename", "remove", "mkdir"];

/** How an operation of a disk may fail. */
export type Fault = () => Error;
export const crash: Fault = () => new Error("the machine stopped here");
export const diskFull: Fault = () => new Error("No space left on device (os error 28)");

/**
 * Runs `body` on a disk whose operations fail from the n-th on, counted from 0.
 *
 * @returns how many operations there were, or would have been up to the failure
 */
export async function onFailingDisk(
  failFrom: number,
  fault: Fault,
  body: () => Promise<unknown>,
): Promise<{ operations: number; error: unknown }> {
  const real = Object.fromEntries(operations.map((name) => [name, Deno[name]]));
  const write = Deno.FsFile.prototype.write;
  let count = 0, error: unknown = null;
  const next = () => {
    if (count++ >= failFrom) throw fault();
  };
  for (const name of operations) {
    // deno-lint-ignore no-explicit-any
    (Deno as any)[name] = async (...args: unknown[]) => {
      next();
      // deno-lint-ignore no-explicit-any
      return await (real[name] as any)(...args);
    };
  }
  Deno.FsFile.prototype.write = async function (bytes) {
    if (count < failFrom) {
      count++;
      return await write.call(this, bytes);
    }
    count++;
    await write.call(this, bytes.subarray(0, Math.floor(bytes.length / 2)));
    throw fault();
  };
  try {
    await body();
  } catch (thrown) {
    error = thrown;
  } finally {
    Object.assign(Deno, real);
    Deno.FsFile.prototype.write = write;
  }
  return { operations: count, error };
}
