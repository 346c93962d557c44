/** The inside of a training worker: builds its own copy of the model, then answers requests. */
import { useBackend } from "../compute/backend.ts";
import type { EngineName } from "../compute/engines.ts";
import { Abandoned, Barrier } from "../compute/workers.ts";
import type { ImageSet } from "../data/image_set.ts";
import { Model } from "../models/model.ts";
import type { ModelConfig } from "../models/model_config.ts";
import { networkFrom, type Topology } from "../models/topology.ts";
import type { TrainingSettings } from "../models/training_settings.ts";
import { type EpochEnd, epochLoop, type EpochPlan, type Member } from "./epoch_loop.ts";
import { evaluate } from "./evaluation.ts";
import type { Job } from "./executor.ts";
import { type RunBuffers, RunMemory } from "./run_memory.ts";
import { Stepper } from "./stepper.ts";

/** The first message a worker gets. */
export interface Start {
  kind: "start";
  id: number;
  config: ModelConfig;
  topologies: Record<"encoder" | "decoder", Topology>;
  training: TrainingSettings;
  train: ImageSet;
  test: ImageSet;
  buffers: RunBuffers;
  engine: EngineName;
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

let member: Member & Job & { barrier: Barrier } | null = null;

async function start(message: Start): Promise<Answer> {
  await useBackend({ engine: message.engine, threads: 1 });
  const networks = {
    encoder: networkFrom(message.topologies.encoder),
    decoder: networkFrom(message.topologies.decoder),
  };
  // Its weights are those of the run's memory.
  const model = new Model(message.config, networks, { keepWeights: true });
  const barrier = new Barrier(message.buffers.barrier, message.buffers.workers);
  member = {
    id: message.id,
    model,
    training: message.training,
    stepper: new Stepper(model, message.training),
    train: message.train,
    test: message.test,
    memory: new RunMemory(message.buffers),
    barrier,
    meet: () => barrier.wait(),
  };
  return { kind: "ready" };
}

function trainEpoch(plan: EpochPlan): Answer {
  const loop = epochLoop(member!, plan);
  for (;;) {
    const step = loop.next();
    if (step.done) return { kind: "epoch", end: step.value };
  }
}

async function evaluateShare(): Promise<Answer> {
  const { id, stepper, memory } = member!;
  stepper.follow(memory.weights);
  await evaluate(member!, { first: id, stride: memory.buffers.workers, pause: () => {} });
  stepper.release();
  return { kind: "evaluated" };
}

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") scope.postMessage(await start(data));
    else if (data.kind === "epoch") scope.postMessage(trainEpoch(data.plan));
    else scope.postMessage(await evaluateShare());
  } catch (error) {
    if (error instanceof Abandoned) return;
    scope.postMessage({
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
    });
    member?.barrier.abandon();
  }
};
