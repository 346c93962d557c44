/** An engine in a process of its own, asked line by line. */
import { textLines } from "../../lib/workbench/text_lines.ts";
import type { Answer, BenchEngine, Greeting, Request, Row } from "./works.ts";

/** How an engine's process is started. */
export interface Launch {
  engine: BenchEngine;
  program: string;
  args: string[];
}

/** The engine is not on this machine; the message says why. */
export class EngineMissing extends Error {
  override name = "EngineMissing";
}

const running = new Set<EngineProcess>();

/** Ends every process that is still there: for whoever interrupts the bench. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((process) => process.kill()));
}

/** A started engine. It also ends by itself when this process is gone: its stdin ends then. */
export class EngineProcess {
  readonly engine: BenchEngine;
  /** As the engine names itself, with device and threads. */
  title = "";
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncGenerator<string>;
  readonly #lastWords: Promise<string>;

  private constructor({ engine, program, args }: Launch) {
    this.engine = engine;
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    running.add(this);
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = textLines(this.#child.stdout);
    this.#lastWords = new Response(this.#child.stderr).text();
  }

  /** @throws EngineMissing where it cannot start */
  static async start(launch: Launch): Promise<EngineProcess> {
    let process: EngineProcess | null = null;
    try {
      process = new EngineProcess(launch);
      process.title = (await process.#answer() as Greeting).title;
      return process;
    } catch (error) {
      await process?.kill();
      throw new EngineMissing((error as Error).message);
    }
  }

  /** Measures once; the first request of a kind includes a warm-up that is not measured. */
  async measure(request: Request): Promise<Row> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    return await this.#answer() as Row;
  }

  async #answer(): Promise<Greeting | Row> {
    const { value, done } = await this.#lines.next();
    if (done) {
      const words = (await this.#lastWords).trim().split("\n").at(-1) ?? "";
      throw new Error(words || `the process of ${this.engine} ended without a word`);
    }
    const answer: Answer | Greeting = JSON.parse(value);
    if ("error" in answer) throw new Error(answer.error);
    return answer;
  }

  async kill(): Promise<void> {
    running.delete(this);
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#writer.abort().catch(() => {});
    await this.#end();
  }

  /** Lets it end by itself: its stdin ends. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#end();
    running.delete(this);
  }

  async #end(): Promise<void> {
    for (;;) if ((await this.#lines.next()).done) break;
    await this.#child.status;
    await this.#lastWords;
  }
}
