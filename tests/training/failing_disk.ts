/** A disk that fails: from the n-th operation on every one throws, and what is being written stays half. */

type Operation = "open" | "rename" | "remove" | "mkdir";
const operations: Operation[] = ["open", "rename", "remove", "mkdir"];

/** How a disk may fail. */
export interface Fault {
  message: string;
  /** Whether nothing at all is done any more, or only nothing new is written. */
  everything: boolean;
}
export const crash: Fault = { message: "the machine stopped here", everything: true };
export const diskFull: Fault = {
  message: "No space left on device (os error 28)",
  everything: false,
};

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
  const next = (name: Operation) => {
    const fails = fault.everything || name === "open" || name === "mkdir";
    if (count++ >= failFrom && fails) throw new Error(fault.message);
  };
  for (const name of operations) {
    // deno-lint-ignore no-explicit-any
    (Deno as any)[name] = async (...args: unknown[]) => {
      next(name);
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
    throw new Error(fault.message);
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
