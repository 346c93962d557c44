/**
 * Synchronous data-parallel training: Deno workers, each with its own wasm heap and a one-thread
 * engine, take a part of every batch; gradients meet in shared memory. The caller's thread computes
 * nothing meanwhile, so that a kernel stays free for progress and Stop.
 */
import type { EngineName } from "../compute/engines.ts";
import { Barrier } from "../compute/workers.ts";
import { topologyOf } from "../models/topology.ts";
import { onStop } from "../stop.ts";
import type { EpochEnd, EpochPlan } from "./epoch_loop.ts";
import { evaluationSums } from "./evaluation.ts";
import type { Executor, Job } from "./executor.ts";
import { Stepper } from "./stepper.ts";
import type { Answer, Request, Start } from "./worker.ts";

/**
 * The web's Worker, as it was when this file was loaded: packages that were made for Node by Emscripten, such as
 * onnxruntime-web, put Node's in its place, which has no `onmessage`, and training would wait for ever.
 */
const WebWorker = globalThis.Worker;

/** A worker's failure is the training's, with the worker's message. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

class CrewWorker {
  readonly #worker: Worker;
  #answered: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

  constructor(start: Start) {
    this.#worker = new WebWorker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "failed") this.#fail(`${data.message}`);
      else this.#answered?.resolve(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    this.#worker.postMessage(start);
  }

  #fail(message: string) {
    this.#answered?.reject(new WorkerError(`A training worker failed: ${message}`));
  }

  answer(): Promise<Answer> {
    return new Promise((resolve, reject) => this.#answered = { resolve, reject });
  }

  ask(request: Request): Promise<Answer> {
    const answer = this.answer();
    this.#worker.postMessage(request);
    return answer;
  }

  end() {
    this.#worker.terminate();
  }
}

/**
 * Starts `workers` workers on a job. The first epoch or evaluation waits until all are ready, which takes
 * seconds on a busy machine, or until Stop; it throws a WorkerError where one cannot start.
 */
export function startCrew(job: Job, workers: number, engine: EngineName): Executor {
  const { model, training, train, test, memory } = job;
  const topologies = { encoder: topologyOf(model.encoder), decoder: topologyOf(model.decoder) };
  const barrier = new Barrier(memory.buffers.barrier, workers);
  const members = Array.from({ length: workers }, (_, id) =>
    new CrewWorker({
      kind: "start",
      id,
      config: model.config,
      topologies,
      training,
      train,
      test,
      buffers: memory.buffers,
      engine,
    }));
  const close = () => {
    barrier.abandon();
    for (const member of members) member.end();
  };
  const all = async (answers: Promise<Answer>[]) => {
    try {
      return await Promise.all(answers);
    } catch (error) {
      close();
      for (const answer of answers) answer.catch(() => {});
      throw error;
    }
  };
  const ready = all(members.map((member) => member.answer())).then(() => true);
  // Whoever awaits it hears of a failure.
  ready.catch(() => {});
  const readyBeforeStop = async () => {
    let unsubscribe = () => {};
    const stopped = new Promise<false>((resolve) => unsubscribe = onStop(() => resolve(false)));
    try {
      return !memory.stopRequested && await Promise.race([ready, stopped]);
    } finally {
      unsubscribe();
    }
  };
  const stepper = new Stepper(model, training);
  return {
    workers,
    async epoch(plan: EpochPlan): Promise<EpochEnd> {
      if (!await readyBeforeStop()) return { reason: "stopped" };
      const answers = await all(members.map((member) => member.ask({ kind: "epoch", plan })));
      return (answers[0] as Answer & { kind: "epoch" }).end;
    },
    async evaluate() {
      memory.evaluated = 0;
      if (!await readyBeforeStop()) return null;
      await all(members.map((member) => member.ask({ kind: "evaluate" })));
      return evaluationSums(memory, test.count);
    },
    toModel() {
      stepper.follow(memory.weights);
      stepper.toModel();
    },
    close,
  };
}
