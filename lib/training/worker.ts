/** The inside of a training worker: builds its own copy of the model, then answers requests. */
import { useBackend } from "../compute/backend.ts";
import { Abandoned, Barrier } from "../compute/workers.ts";
import type { ImageSet } from "../data/dataset.ts";
import { createModel } from "../models/model.ts";
import type { ModelConfig } from "../models/presets.ts";
import { type EpochEnd, epochLoop, type EpochPlan, type Member } from "./epoch_loop.ts";
import { evaluationBatches } from "./executor.ts";
import { type RunBuffers, RunMemory } from "./run_memory.ts";
import { Stepper } from "./stepper.ts";

/** The first message a worker gets. */
export interface Start {
  kind: "start";
  id: number;
  config: ModelConfig;
  train: ImageSet;
  test: ImageSet;
  buffers: RunBuffers;
  engine: "onednn" | "portable";
}
export type Request = { kind: "epoch"; plan: EpochPlan } | { kind: "evaluate" };
export type Answer =
  | { kind: "ready" }
  | { kind: "epoch"; end: EpochEnd }
  | { kind: "evaluated" }
  | { kind: "failed"; message: string };

/** What a worker's global scope is, as far as it is used; the DOM's types know only windows. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Start | Request>) => void) | null;
  postMessage(answer: Answer): void;
};

let member: Member & { test: ImageSet; barrier: Barrier } | null = null;

async function start(message: Start): Promise<Answer> {
  await useBackend({ engine: message.engine, threads: 1 });
  const barrier = new Barrier(message.buffers.barrier, message.buffers.workers);
  member = {
    id: message.id,
    stepper: new Stepper(createModel(message.config)),
    train: message.train,
    test: message.test,
    memory: new RunMemory(message.buffers),
    barrier,
    meet: () => barrier.wait(),
  };
  return { kind: "ready" };
}

function trainEpoch(plan: EpochPlan): Answer {
  member!.stepper.loadWeights(member!.memory.weights);
  const loop = epochLoop(member!, plan);
  for (;;) {
    const step = loop.next();
    if (step.done) return { kind: "epoch", end: step.value };
  }
}

async function evaluate(): Promise<Answer> {
  const { id, stepper, test, memory } = member!;
  stepper.loadWeights(memory.weights);
  const parts = evaluationBatches(test.count);
  for (let batch = id; batch < parts.length; batch += memory.buffers.workers) {
    const sums = await stepper.evaluate(test, parts[batch], batch);
    memory.evaluation.set([sums.reconstruction, sums.kl], 2 * batch);
    memory.countEvaluated();
    if (memory.stopRequested) break;
  }
  return { kind: "evaluated" };
}

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") scope.postMessage(await start(data));
    else if (data.kind === "epoch") scope.postMessage(trainEpoch(data.plan));
    else scope.postMessage(await evaluate());
  } catch (error) {
    if (error instanceof Abandoned) return;
    scope.postMessage({
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
    });
    member?.barrier.abandon();
  }
};
