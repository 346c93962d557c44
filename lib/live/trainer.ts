/** What the worker does: takes commands in turn, trains between them, and reports. */
import { DamagedError } from "../checksums.ts";
import type { LossTerms } from "../objective.ts";
import { OptionError } from "../options.ts";
import { packRun } from "../training/run_file.ts";
import type { Command, Log, Report } from "./contents.ts";
import { modelOf, type Origin } from "./origin.ts";
import { Pictures } from "./pictures.ts";
import { follow } from "./replay.ts";
import { type Images, Session } from "./session.ts";
import { advanceInNumbers } from "./step_numbers.ts";

/** Between two turns for commands it trains so long, in milliseconds. */
const turn = 40;
/** Between two steps of slow motion. */
const slowPause = 2500;
/** Pictures get at most so much of the time that training gets. */
const shareOfPictures = 0.3;
/** And come at most so often, in milliseconds. */
const frame = 220;

/** The file in a saved model that holds the log of its training. */
const logFile = "log.json";

/** One training at a time. `report` sends; `pause` lets commands in. */
export class Trainer {
  readonly #images: Images;
  readonly #report: (report: Report) => void;
  #origin!: Origin;
  #session!: Session;
  #pictures!: Pictures;
  /** Which picture comes next, and when. */
  #turnOf = 0;
  #notBefore = 0;
  #playing = false;
  #slow = false;
  /** The log that is followed, and the weights that it led to before. */
  #replay: { log: Log; hash: string } | null = null;
  #batches: number[] = [];

  constructor(images: Images, report: (report: Report) => void) {
    this.#images = images;
    this.#report = report;
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
      this.#fail(error);
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
      case "play":
        this.#playing = true;
        this.#notBefore = 0;
        return this.#tellStatus();
      case "pause":
        this.#playing = false;
        return await this.#tellAll();
      case "step":
        this.#playing = false;
        this.#replay = null;
        await this.#step(true);
        return await this.#tellAll();
      case "slow":
        this.#slow = command.on;
        return this.#tellStatus();
      case "change":
        this.#replay = null;
        this.#session.change(command.changed);
        return this.#tellLog();
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
        await this.#step(true);
        await this.#tellAll();
        return slowPause;
      }
      const start = performance.now();
      while (this.#playing && performance.now() - start < turn) await this.#step(false);
      await this.#look();
    } catch (error) {
      this.#playing = false;
      this.#fail(error);
      await this.#tellAll();
    }
    return 0;
  }

  async #begin(origin: Origin): Promise<void> {
    const { model, training } = await modelOf(origin, this.#images);
    this.#session?.dispose();
    this.#origin = origin;
    this.#session = await Session.begin(model, training, this.#images);
    this.#pictures = new Pictures(this.#session);
    this.#playing = false;
    this.#replay = null;
    this.#batches = [];
    const { config, parameterCount } = model;
    this.#report({
      kind: "begun",
      log: this.#log(),
      title: "name" in origin ? `a model from ${origin.name}` : "",
      variational: config.kind === "vae",
      latentDim: config.latentDim,
      parameters: parameterCount,
      batchSize: training.batchSize,
      training,
      history: this.#session.history,
    });
    await this.#tellAll();
  }

  /** @param inNumbers whether its numbers are told too */
  async #step(inNumbers: boolean): Promise<void> {
    const session = this.#session;
    const known = session.history.length;
    const terms = this.#replay
      ? await this.#followLog()
      : inNumbers
      ? await this.#stepInNumbers()
      : await session.advance();
    if (terms) this.#note(terms);
    for (const record of session.history.slice(known)) this.#report({ kind: "epoch", record });
  }

  async #stepInNumbers(): Promise<LossTerms> {
    const numbers = await advanceInNumbers(this.#session);
    this.#report({ kind: "numbers", numbers });
    return numbers.batch;
  }

  #note({ loss, reconstruction, kl }: LossTerms): void {
    this.#batches.push(this.#session.steps, loss, reconstruction, kl);
  }

  // Replay -----------------------------------------------------------------------------------------

  async #startReplay(): Promise<void> {
    const [log, hash] = [this.#log(), this.#session.weightsHash()];
    await this.#begin(this.#origin);
    this.#replay = { log, hash };
    this.#playing = true;
    this.#tellStatus();
  }

  async #followLog(): Promise<LossTerms | null> {
    const { log, hash: was } = this.#replay!;
    const terms = await follow(this.#session, log);
    if (terms) return terms;
    const hash = this.#session.weightsHash();
    this.#replay = null;
    this.#playing = false;
    await this.#tellAll();
    // Last: whoever reads the verdict finds the log and the pictures that it is about.
    this.#report({ kind: "replayed", same: hash === was, hash, was, steps: log.steps });
    return null;
  }

  #log(): Log {
    const { changes, steps } = this.#session;
    const settings = "settings" in this.#origin ? this.#origin.settings : null;
    return { settings, changes: [...changes], steps };
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
    if (performance.now() < this.#notBefore) return;
    const start = performance.now();
    this.#tellStatus();
    const pictures = this.#pictures;
    // The codes move, so they come every other time.
    const order = [
      () => pictures.codes(),
      () => pictures.manifold(),
      () => pictures.codes(),
      () => pictures.reconstructions(),
      () => pictures.codes(),
      () => pictures.draws(),
    ];
    this.#report(await order[this.#turnOf++ % order.length]());
    const spent = performance.now() - start;
    this.#notBefore = performance.now() + Math.max(frame - spent, spent / shareOfPictures);
  }

  /** Everything there is to see. */
  async #tellAll(): Promise<void> {
    this.#tellStatus();
    this.#report(await this.#pictures.codes());
    this.#report(await this.#pictures.manifold());
    this.#report(await this.#pictures.reconstructions());
    this.#report(await this.#pictures.draws());
    this.#tellLog();
  }

  #tellLog(): void {
    this.#report({ kind: "log", log: this.#log(), hash: this.#session.weightsHash() });
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

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const expected = error instanceof OptionError || error instanceof DamagedError ||
      (error instanceof Error && error.name === "NotFiniteError");
    this.#report({ kind: "failed", message, fatal: !expected && !this.#session });
  }
}
