/** Runs whole epochs on a backend whose numbers can only be read later (WebGPU). */
import * as tf from "@tensorflow/tfjs";
import { batchesPerFetch, deviceSteps, momentsOf } from "./device_steps.ts";
import type { EpochEnd, EpochPlan } from "./epoch_loop.ts";
import { evaluate, evaluationSums } from "./evaluation.ts";
import { type Executor, type Job, macrotask } from "./executor.ts";
import type { Moments } from "./step.ts";
import { Stepper } from "./stepper.ts";

/** Runs a job on the current backend with asynchronous reads only. */
export function onDevice(job: Job): Executor {
  const { model, training, test, memory } = job;
  const stepper = new Stepper(model, training);

  async function toMemory(moments: Moments[]): Promise<void> {
    await stepper.readWeights(memory.weights);
    let offset = 0;
    for (const { m, v } of moments) {
      memory.m.set(await m.data(), offset);
      memory.v.set(await v.data(), offset);
      offset += m.size;
    }
  }

  async function epoch(plan: EpochPlan): Promise<EpochEnd> {
    const moments = momentsOf(model, memory);
    const take = deviceSteps(job, moments, plan);
    try {
      for (;;) {
        const { end } = await take(batchesPerFetch);
        if (end) return end;
        if (memory.stopRequested) return { reason: "stopped" };
        await macrotask();
      }
    } finally {
      await toMemory(moments);
      tf.dispose(moments as unknown as tf.TensorContainer);
    }
  }

  return {
    workers: 1,
    epoch,
    async evaluate() {
      memory.evaluated = 0;
      await evaluate({ ...job, stepper });
      return evaluationSums(memory, test.count);
    },
    toModel: () => {},
    close() {},
  };
}
