/** Training on a backend whose numbers can only be read later (WebGPU): everything stays tensors. */
import * as tf from "@tensorflow/tfjs";
import {
  evaluationBatches,
  evaluationSums,
  type Executor,
  type Job,
  macrotask,
} from "./executor.ts";
import type { EpochEnd, EpochPlan } from "./epoch_loop.ts";
import { optimizerDefaults } from "./optimizer.ts";
import { Stepper } from "./stepper.ts";

/** Sums are fetched every so many batches: each fetch waits for the device. */
const batchesPerFetch = 20;

/** Moments of one variable. */
interface Moments {
  m: tf.Tensor;
  v: tf.Tensor;
}

/** Runs a job on the current backend with asynchronous reads only. */
export function onDevice(job: Job): Executor {
  const { model, config, train, test, memory } = job;
  const stepper = new Stepper(model, config);
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
      for (let batch = plan.firstBatch; batch < plan.batches; batch++) {
        const start = batch * plan.batchSize;
        const indices = memory.order.subarray(start, Math.min(start + plan.batchSize, plan.images));
        const shard = { indices, from: 0, to: indices.length, epoch: plan.epoch, batch };
        const done = batch - plan.firstBatch;
        const klWeight = Math.min(plan.klWeightMax, plan.klWeight + done * plan.klWeightStep);
        const sums = tf.tidy(() => {
          const { sums, gradients } = stepper.tensors(train, shard, klWeight);
          variables.forEach((variable, i) =>
            tensorStep(plan, plan.step + done + 1, variable, gradients[i], moments[i], sums)
          );
          return sums;
        });
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
      for (const [batch, indices] of evaluationBatches(test.count).entries()) {
        const sums = await stepper.evaluate(test, indices, batch);
        memory.evaluation.set([sums.reconstruction, sums.kl], 2 * batch);
        memory.countEvaluated();
        if (memory.stopRequested) break;
      }
      return evaluationSums(memory, test.count);
    },
    toModel: () => {},
    close() {},
  };
}

/**
 * `optimizerStep` in tensors, on one variable. A batch whose sums are not finite changes nothing:
 * that is found out only later, and the weights are to stay the last good ones.
 */
export function tensorStep(
  plan: Pick<EpochPlan, "optimizer" | "learningRate">,
  step: number,
  variable: tf.Variable,
  gradient: tf.Tensor,
  moments: Moments,
  sums: tf.Tensor1D,
): void {
  const next = tf.tidy(() => {
    const finite = tf.all(tf.isFinite(sums));
    const keepUnlessFinite = (value: tf.Tensor, old: tf.Tensor) =>
      tf.keep(tf.where(finite, value, old));
    if (plan.optimizer === "rmsprop") {
      const { rho, epsilon } = optimizerDefaults.rmsprop;
      const v = moments.v.mul(rho).add(gradient.square().mul(1 - rho));
      const value = variable.sub(gradient.mul(plan.learningRate).div(v.add(epsilon).sqrt()));
      return {
        value: keepUnlessFinite(value, variable),
        m: tf.keep(moments.m.clone()),
        v: keepUnlessFinite(v, moments.v),
      };
    }
    const { beta1, beta2, epsilon } = optimizerDefaults.adam;
    const rate = plan.learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
    const m = moments.m.mul(beta1).add(gradient.mul(1 - beta1));
    const v = moments.v.mul(beta2).add(gradient.square().mul(1 - beta2));
    const value = variable.sub(m.mul(rate).div(v.sqrt().add(epsilon)));
    return {
      value: keepUnlessFinite(value, variable),
      m: keepUnlessFinite(m, moments.m),
      v: keepUnlessFinite(v, moments.v),
    };
  });
  variable.assign(next.value);
  tf.dispose([next.value, moments.m, moments.v]);
  moments.m = next.m;
  moments.v = next.v;
}
