/** The page's worker, bundled with all that it imports: the trainer behind a queue of commands. */
import { PageEngineChoice } from "../compute/page_engine_choice.ts";
import { provideWasm } from "../compute/wasm_backend.ts";
import type { Command, Report } from "./contents.ts";
import { unpackDigits } from "./origin.ts";
import { Trainer } from "./trainer.ts";

/** What of a worker's own scope is used; the types of a page know none. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Command>) => void;
  postMessage(report: Report): void;
};

/** The browser takes a moment to say whether there is a GPU, and the rest to arrive. */
const engines = new PageEngineChoice();

const queue: Command[] = [];
let wake = () => {};

scope.onmessage = ({ data }) => {
  queue.push(data);
  wake();
};

/** Until a command comes, or so many milliseconds have passed. */
const rest = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    wake = resolve;
    if (milliseconds < Infinity) setTimeout(resolve, milliseconds);
  });

/** Lets messages in; a timer would wait 4 ms each time. */
const turns = new MessageChannel();
const turn = () =>
  new Promise<void>((resolve) => {
    turns.port1.onmessage = () => resolve();
    turns.port2.postMessage(null);
  });

async function start(first: Command): Promise<Trainer> {
  if (first.kind !== "start") throw new Error(`expected the command "start", got "${first.kind}"`);
  provideWasm(first.wasm);
  const trainer = new Trainer(
    unpackDigits(first.digits, first.bytes),
    (report) => scope.postMessage(report),
    engines,
  );
  await trainer.obey({ kind: "begin", settings: first.settings });
  return trainer;
}

async function serve(): Promise<void> {
  if (queue.length === 0) await rest(Infinity);
  const trainer = await start(queue.shift()!);
  for (;;) {
    const command = queue.shift();
    if (command) {
      if (command.kind !== "start") await trainer.obey(command);
      continue;
    }
    if (!trainer.busy) {
      await rest(Infinity);
      continue;
    }
    const wait = await trainer.work();
    if (wait > 0 && queue.length === 0) await rest(wait);
    else await turn();
  }
}

serve().catch((error) => {
  scope.postMessage({ kind: "failed", message: String(error?.message ?? error), fatal: true });
});
