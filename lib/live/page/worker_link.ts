/** The page's end of the line to its worker. */
import { inflate } from "../../visuals/explorer/page/unpack.ts";
import type { Command, DigitsContents, LiveSettings, Report } from "../contents.ts";

/** The text of a script element that holds data. */
const dataOf = (id: string) => document.getElementById(id)!.textContent!;

const unpacked = async (id: string) => await inflate(dataOf(id)) as Uint8Array<ArrayBuffer>;

/** What kinds of images lie in the page. */
export const readDigits = (): DigitsContents => JSON.parse(dataOf("digits-contents"));

/**
 * Starts the worker, whose program and data lie in the page, with a first training.
 *
 * @returns how to send it commands
 */
export async function startWorker(
  settings: LiveSettings,
  receive: (report: Report) => void,
): Promise<(command: Command) => void> {
  // The worker reads its program while the rest is unpacked.
  const program = await unpacked("worker");
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = ({ message }) =>
    receive({ kind: "failed", message: message || "its worker could not start", fatal: true });
  const [wasm, bytes] = await Promise.all([unpacked("wasm"), unpacked("digits")]);
  const first: Command = { kind: "start", wasm, digits: readDigits(), bytes, settings };
  worker.postMessage(first, [wasm.buffer, bytes.buffer]);
  return (command) => worker.postMessage(command);
}
