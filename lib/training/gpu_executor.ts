/** Training on a backend whose numbers can only be read later (WebGPU): everything stays tensors. */
import * as tf from "@tensorflow/tfjs";
import { type EpochEnd, type EpochPlan, plannedBatches } from "./epoch_loop.ts";
import { evaluate, evaluationSums } from "./evaluation.ts";
import { type Executor, type Job, macrotask } from "./executor.ts";
import { type Moments, trainingStep } from "./step.ts";
import { Stepper } from "./stepper.ts";

/** Sums are fetched every so many batches: each fetch waits for the device. */
const batchesPerFetch = 20;

/** Runs a job on the current backend with asynchronous reads only. */
export function onDevice(job: Job): Executor {
  const { model, training, train, test, memory } = job;
  const stepper = new Stepper(model, training);
  const variables = model.variables();

  const upload = (flat: Float32Array, offset: number, like: tf.Tensor) =>
    tf.tensor(flat.slice(offset, offset + like.size), like.shape);

  function momentsFromMemory(): Moments[] {
    let offset = 0;
    return variables.map((variable) => {
      const pair = {
        m: upload(memory.m, offset, variable),
        v: upload(memory.v, offset, variable),
      };
      offset += variable.size;
      return pair;
    });
  }

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
    const moments = momentsFromMemory();
    const pending: { sums: tf.Tensor1D; images: number }[] = [];
    try {
      for (const planned of plannedBatches(plan, memory.order)) {
        const { batch, indices } = planned;
        const sums = trainingStep(model, training, train, planned, moments);
        pending.push({ sums, images: indices.length });
        const last = batch + 1 === plan.batches;
        if (pending.length < batchesPerFetch && !last && !memory.stopRequested) continue;
        const first = batch + 1 - pending.length;
        const bad = await fetchSums(pending, first);
        memory.batchesDone = batch + 1;
        if (bad) return bad;
        if (memory.stopRequested) return { reason: "stopped" };
        await macrotask();
      }
      return { reason: "complete" };
    } finally {
      await toMemory(moments);
      tf.dispose([moments, pending.map(({ sums }) => sums)] as unknown as tf.TensorContainer);
    }
  }

  async function fetchSums(
    pending: { sums: tf.Tensor1D; images: number }[],
    first: number,
  ): Promise<EpochEnd | null> {
    for (const [i, { sums, images }] of pending.splice(0).entries()) {
      const [reconstruction, kl] = await sums.data();
      sums.dispose();
      if (!Number.isFinite(reconstruction) || !Number.isFinite(kl)) {
        const term = Number.isFinite(reconstruction) ? "KL" : "reconstruction";
        return { reason: "not finite", term, batch: first + i };
      }
      memory.epochSums[0] += reconstruction;
      memory.epochSums[1] += kl;
      memory.epochSums[2] += images;
    }
    return null;
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
