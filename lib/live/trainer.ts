/** What the worker does: takes commands in turn, trains between them, and reports. */
import { DamagedError } from "../checksums.ts";
import { useBackend } from "../compute/backend.ts";
import { type Chosen, PageEngineChoice } from "../compute/page_engine_choice.ts";
import {
  engineTitles,
  type EngineWish,
  type PageEngine,
  pageEngines,
} from "../compute/page_engines.ts";
import type { LossTerms } from "../objective.ts";
import { OptionError } from "../options.ts";
import { packRun } from "../training/run_file.ts";
import type { Command, Log, Report } from "./contents.ts";
import { beginOn, rateOn } from "./on_engine.ts";
import { modelOf, type Origin } from "./origin.ts";
import { Pictures } from "./pictures.ts";
import { follow } from "./replay.ts";
import type { Images, Session } from "./session.ts";
import { advanceInNumbers } from "./step_numbers.ts";

/** Between two turns for commands it trains so long, in milliseconds. */
const turn = 40;
/** Between two steps of slow motion. */
const slowPause = 2500;
/** The file in a saved model that holds the log of its training. */
const logFile = "log.json";

/** One training at a time. `report` sends. */
export class Trainer {
  readonly #images: Images;
  readonly #report: (report: Report) => void;
  readonly #engines: PageEngineChoice;
  #wish: EngineWish = { engine: "fastest", softwareToo: false };
  #origin!: Origin;
  #session!: Session;
  #pictures!: Pictures;
  #playing = false;
  #slow = false;
  /** The log that is followed, and the weights that it led to before. */
  #replay: { log: Log; hash: string } | null = null;
  #batches: number[] = [];

  constructor(
    images: Images,
    report: (report: Report) => void,
    engines = new PageEngineChoice(),
  ) {
    this.#images = images;
    this.#report = report;
    this.#engines = engines;
  }

  /** Whether there is something to do before the next command. */
  get busy(): boolean {
    return this.#playing;
  }

  /** Carries out a command. What a user did wrong is reported, and all stays as it was. */
  async obey(command: Exclude<Command, { kind: "start" }>): Promise<void> {
    try {
      await this.#obey(command);
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #obey(command: Exclude<Command, { kind: "start" }>): Promise<void> {
    switch (command.kind) {
      case "begin":
        return await this.#begin({ settings: command.settings });
      case "open":
        return await this.#begin({ name: command.name, bytes: command.bytes });
      case "again":
        return await this.#begin(this.#origin);
      case "engine":
        this.#wish = command.wish;
        return await this.#begin(this.#origin);
      case "play":
        this.#playing = true;
        this.#pictures.hurry();
        return this.#tellStatus();
      case "pause":
        this.#playing = false;
        return await this.#tellAll();
      case "step":
        this.#playing = false;
        this.#replay = null;
        await this.#step("in numbers");
        return await this.#tellAll();
      case "slow":
        this.#slow = command.on;
        return this.#tellStatus();
      case "change":
        this.#replay = null;
        this.#session.change(command.changed);
        return await this.#tellLog();
      case "replay":
        return await this.#startReplay();
      case "save":
        return await this.#save();
    }
  }

  /** Trains until others should have their turn; in slow motion one step. @returns milliseconds to wait */
  async work(): Promise<number> {
    try {
      if (this.#slow) {
        await this.#step("in numbers");
        await this.#tellAll();
        return slowPause;
      }
      const start = performance.now();
      for (let left = turn; this.#playing && left > 0; left = turn - (performance.now() - start)) {
        await this.#step(this.#session.stepsIn(left));
      }
      await this.#look();
    } catch (error) {
      this.#playing = false;
      await this.#fail(error);
    }
    return 0;
  }

  // Beginning --------------------------------------------------------------------------------------

  /** On the engine that is wished for. Where only a trial can tell which, there is something to see before it. */
  async #begin(origin: Origin): Promise<void> {
    const network = "settings" in origin ? origin.settings.network : origin.name;
    const wish = this.#wish;
    // The first picture waits for no answer about a GPU.
    const known = this.#session ? await this.#engines.known(wish, network) : null;
    if (known) return await this.#beginOn(known, origin);
    const words = "WebAssembly (WebGPU is being tried …)";
    await this.#beginOn({ engine: pageEngines.cpu, words }, origin);
    const chosen = await this.#engines.known(wish, network) ??
      await this.#engines.tried(wish, network, (engine) => rateOn(engine, origin, this.#images));
    if (chosen.engine !== this.#session.engine) await this.#beginOn(chosen, origin);
    else this.#report({ kind: "engine", ...chosen });
  }

  async #beginOn(chosen: Chosen, origin: Origin): Promise<void> {
    // What cannot be made is refused before anything changes; tensors do not move between engines.
    if (this.#session) (await modelOf(origin, this.#images)).model.dispose();
    this.#session?.dispose();
    if (chosen.engine === pageEngines.gpu) {
      this.#report({ kind: "engine", engine: pageEngines.gpu, words: "WebGPU is made ready …" });
    }
    this.#session = await beginOn(chosen.engine, origin, this.#images).catch(async (error) => {
      if (chosen.engine === pageEngines.cpu) throw error;
      chosen = { engine: pageEngines.cpu, words: this.#engines.fail(error) };
      return await beginOn(pageEngines.cpu, origin, this.#images);
    });
    this.#origin = origin;
    this.#pictures = new Pictures(this.#session);
    this.#playing = false;
    this.#replay = null;
    this.#batches = [];
    const { model: { config, parameterCount }, training } = this.#session;
    this.#report({ kind: "engine", ...chosen });
    this.#report({
      kind: "begun",
      log: this.#log(),
      title: "name" in origin ? `a model from ${origin.name}` : "",
      variational: config.kind === "vae",
      treatment: config.treatment,
      latentDim: config.latentDim,
      parameters: parameterCount,
      batchSize: training.batchSize,
      training,
      history: this.#session.history,
    });
    await this.#tellAll();
  }

  /** @param most so many steps at most; or one, whose numbers are told too */
  async #step(most: number | "in numbers"): Promise<void> {
    const session = this.#session;
    const known = session.history.length;
    const taken = this.#replay
      ? await this.#followLog(most === "in numbers" ? 1 : most)
      : most === "in numbers"
      ? [await this.#stepInNumbers()]
      : await session.advance(most);
    const first = session.steps - taken.length + 1;
    for (const [i, { loss, reconstruction, kl }] of taken.entries()) {
      this.#batches.push(first + i, loss, reconstruction, kl);
    }
    for (const record of session.history.slice(known)) this.#report({ kind: "epoch", record });
  }

  async #stepInNumbers(): Promise<LossTerms> {
    const numbers = await advanceInNumbers(this.#session);
    this.#report({ kind: "numbers", numbers });
    return numbers.batch;
  }

  // Replay -----------------------------------------------------------------------------------------

  async #startReplay(): Promise<void> {
    const [log, hash] = [this.#log(), await this.#session.weightsHash()];
    const words = `${engineTitles[log.engine]} (as the first time)`;
    await this.#beginOn({ engine: log.engine, words }, this.#origin);
    this.#replay = { log, hash };
    this.#playing = true;
    this.#tellStatus();
  }

  async #followLog(most: number): Promise<LossTerms[]> {
    const { log, hash: was } = this.#replay!;
    const taken = await follow(this.#session, log, most);
    if (taken.length > 0) return taken;
    const hash = await this.#session.weightsHash();
    this.#replay = null;
    this.#playing = false;
    await this.#tellAll();
    // Last: whoever reads the verdict finds the log and the pictures that it is about.
    this.#report({ kind: "replayed", same: hash === was, hash, was, steps: log.steps });
    return [];
  }

  #log(): Log {
    const { changes, steps, engine } = this.#session;
    const settings = "settings" in this.#origin ? this.#origin.settings : null;
    return { settings, engine: engine as PageEngine, changes: [...changes], steps };
  }

  async #save(): Promise<void> {
    const { model, steps } = this.#session;
    const log = new TextEncoder().encode(JSON.stringify(this.#log(), null, 1));
    const bytes = await packRun(model, this.#session.record(), new Map([[logFile, log]]));
    const name = `${model.config.name}-z${model.config.latentDim}-step${steps}.run.zip`;
    this.#report({ kind: "saved", name, bytes });
  }

  // Reports ----------------------------------------------------------------------------------------

  /** One picture, where it is time for one. */
  async #look(): Promise<void> {
    if (!this.#pictures.due) return;
    this.#tellStatus();
    this.#report(await this.#pictures.next());
  }

  /** Everything there is to see. */
  async #tellAll(): Promise<void> {
    this.#tellStatus();
    for await (const picture of this.#pictures.all()) this.#report(picture);
    await this.#tellLog();
  }

  async #tellLog(): Promise<void> {
    this.#report({ kind: "log", log: this.#log(), hash: await this.#session.weightsHash() });
  }

  #tellStatus(): void {
    const { steps, position, imagesPerSecond } = this.#session;
    const status = {
      playing: this.#playing,
      slow: this.#slow,
      replaying: this.#replay !== null,
      steps,
      ...position,
      imagesPerSecond,
    };
    if (this.#batches.length > 0) {
      this.#report({ kind: "batches", steps: Float64Array.from(this.#batches) });
    }
    this.#batches = [];
    this.#report({ kind: "status", status });
  }

  /** Tells what went wrong; where a GPU did, the training begins again without it. */
  async #fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const expected = error instanceof OptionError || error instanceof DamagedError ||
      (error instanceof Error && error.name === "NotFiniteError");
    if (!expected && this.#session?.engine === pageEngines.gpu) {
      this.#engines.fail(error);
      await useBackend({ engine: pageEngines.cpu, threads: 1 });
      await this.#begin(this.#origin);
      const lost = `${engineTitles.webgpu} failed, and the training began again: ${message}`;
      return this.#report({ kind: "failed", message: lost, fatal: false });
    }
    this.#report({ kind: "failed", message, fatal: !expected && !this.#session });
    if (this.#session) await this.#tellAll();
  }
}
