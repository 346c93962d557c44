/** One thread or a crew: decides where a run is computed, and lays out its memory. */
import { currentBackend, onGpu, trainingKernels } from "../compute/backend.ts";
import { startCrew } from "./crew.ts";
import { onDevice } from "./gpu_executor.ts";
import { type Executor, inThisThread, type Job } from "./executor.ts";
import { RunMemory } from "./run_memory.ts";
import { Stepper } from "./stepper.ts";

/** A worker's part of a batch is at least so many images: below, meeting may cost what it brings. */
const smallestShare = 4;

/** How many workers share batches of a size where nobody says: at most the engine's threads. */
export function defaultWorkers(batchSize: number): number {
  const most = Math.max(1, Math.floor(batchSize / smallestShare));
  return trainingKernels() ? Math.min(currentBackend()?.threads ?? 1, most) : 1;
}

/**
 * An executor whose memory holds the model's weights. With an engine on the CPU each of its threads
 * gets a worker; where a batch is too small to share, or the backend is another, this thread computes.
 *
 * @param workers a wish; 1 keeps everything in this thread
 */
export async function chooseExecutor(
  job: Omit<Job, "memory"> & { evaluationBatches: number },
  workers?: number,
): Promise<{ executor: Executor; memory: RunMemory }> {
  const kernels = trainingKernels();
  const count = kernels ? workers ?? defaultWorkers(job.training.batchSize) : 1;
  const stepper = new Stepper(job.model, job.training);
  const memory = RunMemory.allocate({
    workers: count,
    parameterCount: stepper.parameterCount,
    images: job.train.count,
    evaluationBatches: job.evaluationBatches,
  });
  await stepper.readWeights(memory.weights);
  const complete = { ...job, memory };
  const engine = currentBackend()?.engine;
  const executor = engine && kernels && count > 1
    ? startCrew(complete, count, engine)
    : onGpu()
    ? onDevice(complete)
    : inThisThread(complete);
  return { executor, memory };
}
