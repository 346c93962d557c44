/** Which engine a page trains on: the reader's wish, or what a trial says of the chosen network. */
import type { EngineWish, PageEngine } from "./page_engines.ts";
import { type Adapter, findAdapter } from "./webgpu.ts";

/** So much faster WebGPU has to be: a trial is short, and the portable engine's numbers are Deno's to the bit. */
const clearly = 1.2;

/** An engine, and in a line why. */
export interface Chosen {
  engine: PageEngine;
  words: string;
}

/** Images per second. */
type Rates = Record<PageEngine, number>;

const whole = (rate: number) => Math.round(rate).toLocaleString("en-US");

/** Remembers what it found as long as the page is open. */
export class PageEngineChoice {
  readonly #find: typeof findAdapter;
  readonly #patience: number;
  /** By whether software will do. */
  readonly #found = new Map<boolean, Promise<Adapter>>();
  /** By network. */
  readonly #rates = new Map<string, Rates>();
  /** Why WebGPU will not do, though there is an adapter. */
  #failed: string | null = null;

  /**
   * @param find what of a GPU is there, and throws a clause that says why there is none; asked at once
   * @param patience so many milliseconds its answer is waited for
   */
  constructor(find = findAdapter, patience = 3000) {
    this.#find = find;
    this.#patience = patience;
    this.#gpu(false).catch(() => {});
  }

  #gpu(softwareToo: boolean): Promise<Adapter> {
    if (this.#failed) throw new Error(this.#failed);
    const found = this.#found.get(softwareToo) ?? this.#find(softwareToo);
    this.#found.set(softwareToo, found);
    return found;
  }

  /** WebGPU is not taken again. @returns in a line, why */
  fail(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const reason = message.split(". This machine has")[0].replace(/\.$/, "");
    this.#failed ??= `WebGPU failed: ${reason}`;
    return `WebAssembly (${this.#failed})`;
  }

  /**
   * What a wish comes to; null where only a trial can tell.
   *
   * @param network what rates are remembered by
   */
  async known({ engine, softwareToo }: EngineWish, network: string): Promise<Chosen | null> {
    if (engine === "portable") return { engine, words: "WebAssembly (chosen)" };
    let gpu: Adapter;
    try {
      gpu = await within(this.#patience, this.#gpu(engine === "webgpu" || softwareToo));
    } catch (error) {
      return { engine: "portable", words: `WebAssembly (${(error as Error).message})` };
    }
    if (engine === "fastest") {
      const rates = this.#rates.get(network);
      return rates ? faster(rates, gpu) : null;
    }
    const software = gpu.software
      ? "; a processor that acts as a GPU, slower than WebAssembly"
      : "";
    return { engine, words: `WebGPU on ${gpu.device} (chosen${software})` };
  }

  /**
   * Lets both engines train, WebAssembly last, which is in use afterwards as before.
   *
   * @param measure images per second that an engine trains the network at
   */
  async tried(
    wish: EngineWish,
    network: string,
    measure: (engine: PageEngine) => Promise<number>,
  ): Promise<Chosen> {
    try {
      const webgpu = await measure("webgpu");
      this.#rates.set(network, { webgpu, portable: await measure("portable") });
    } catch (error) {
      this.fail(error);
    }
    return (await this.known(wish, network))!;
  }
}

/** A graphics driver may never answer. */
async function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    const error = new Error("no word of a GPU for some seconds");
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function faster({ webgpu, portable }: Rates, { device }: Adapter): Chosen {
  const gpu = `WebGPU on ${device}`, trial = "images/s in a trial";
  return webgpu > clearly * portable
    ? {
      engine: "webgpu",
      words: `${gpu} (${whole(webgpu)} ${trial}, WebAssembly ${whole(portable)})`,
    }
    : {
      engine: "portable",
      words: `WebAssembly (${whole(portable)} ${trial}, ${gpu} ${whole(webgpu)})`,
    };
}
