/**
 * The one file that sends to Jupyter: how outputs of a cell are shown. `lib/rich.ts` says how values
 * look, `lib/stop.ts` hears Stop.
 *
 * Outside the Deno kernel nothing is shown and nothing fails. Nothing here returns a value: the last
 * line of a cell is displayed, and an output must not bring a second one with it.
 */

/** Representations of one output by media type; a front end shows the richest it knows. */
export type MimeBundle = Record<string, string | object>;

/** Sends one message on the kernel's output channel, as `Deno.jupyter.broadcast` does. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/** An output that is written again in place: pass the same slot to several calls of `show`. */
export interface Slot {
  readonly id: string;
  shown: boolean;
}

export interface OutputOptions {
  /** By media type, as in `{ "image/png": { width: 448 } }`. */
  metadata?: Record<string, unknown>;
  /** Where to show: a new output of its own by default. */
  slot?: Slot;
}

/**
 * Milliseconds that `output` waits after sending, in Deno's kernel as it stands: it loses a message still under
 * way as the cell ends, or shows it in the next cell. The project's own, `lib/workbench/kernel.py`, does not.
 */
const settleMilliseconds = Deno.env.get("KERNEL_FLUSHES") ? 0 : 50;

let broadcast = kernelBroadcast();

/** `Deno.jupyter` is a getter that throws outside `deno jupyter`. */
function kernelBroadcast(): Broadcast | null {
  try {
    return Deno.jupyter.broadcast;
  } catch {
    return null;
  }
}

/** Whether this runs in a Jupyter kernel, so that outputs are seen. */
export function inNotebook(): boolean {
  return broadcast !== null;
}

/** Sends outputs elsewhere (a test's list, or null for nowhere) and returns where they went before. */
export function redirectOutputs(to: Broadcast | null): Broadcast | null {
  const before = broadcast;
  broadcast = to;
  return before;
}

/** A new place for an output that changes, as a grid redrawn after each epoch. */
export function displaySlot(): Slot {
  return { id: crypto.randomUUID(), shown: false };
}

/** Sends an output and returns when it is handed over; for bars, which are sent again soon anyway. */
export async function send(
  bundle: MimeBundle,
  { metadata = {}, slot }: OutputOptions = {},
): Promise<void> {
  if (!broadcast) return;
  const update = slot?.shown ?? false;
  if (slot) slot.shown = true;
  await broadcast(update ? "update_display_data" : "display_data", {
    data: bundle,
    metadata,
    transient: slot ? { display_id: slot.id } : {},
  });
}

/** Waits until what was sent has arrived, so that the end of the cell cannot overtake it. */
export async function settle(): Promise<void> {
  if (!broadcast || settleMilliseconds === 0) return;
  await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
}

/** Sends a bundle of representations as one output, and waits until it has arrived. */
export async function output(bundle: MimeBundle, options: OutputOptions = {}): Promise<void> {
  await send(bundle, options);
  await settle();
}

/** Writes lines of text, as `console.log` does. */
export async function printLines(text: string): Promise<void> {
  if (!broadcast) return;
  await broadcast("stream", { name: "stdout", text: `${text}\n` });
  await settle();
}
