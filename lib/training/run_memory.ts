/** The memory of a run: parameters, moments, gradients, sums. Shared, so that workers can be many. */
import { adoptMemory, type FlatMemory, flatMemory } from "../compute/flat/flat_memory.ts";
import { sharedMemory } from "../host.ts";

/** What goes to a worker: the buffers behind a `RunMemory`. */
export interface RunBuffers {
  workers: number;
  parameterCount: number;
  barrier: ArrayBufferLike;
  control: ArrayBufferLike;
  sums: ArrayBufferLike;
  /** Weights, both moments, and each worker's gradient. */
  parameters: FlatMemory;
  order: ArrayBufferLike;
  evaluation: ArrayBufferLike;
}

const fields = {
  stopRequested: 0,
  stopAgreed: 1,
  batchesDone: 2,
  evaluated: 3,
  gradientFailed: 4,
} as const;

/** Sums over images: of the reconstruction term, of the KL term, and how many images. */
export interface Sums {
  reconstruction: number;
  kl: number;
  count: number;
}

/** Numbers from the beginning of one array of parameters to that of the next: each begins a cache line. */
const stride = (parameterCount: number) => Math.ceil(parameterCount / 16) * 16;

/** Typed views of one run's memory; every thread makes its own over the same buffers. */
export class RunMemory {
  readonly buffers: RunBuffers;
  readonly weights: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** One gradient per worker, all of the mean loss over the whole batch: their sum is the batch's. */
  readonly gradients: Float32Array[];
  /** The epoch's order of images. */
  readonly order: Uint32Array;
  /** [reconstruction, kl] sums of each worker's part of the current batch. */
  readonly batchSums: Float64Array;
  /** [reconstruction, kl, images] since the epoch began. */
  readonly epochSums: Float64Array;
  /** [reconstruction, kl] sums of each evaluation batch. */
  readonly evaluation: Float64Array;
  readonly #control: Int32Array;

  constructor(buffers: RunBuffers) {
    const { workers, parameterCount: size } = buffers;
    this.buffers = buffers;
    this.#control = new Int32Array(buffers.control);
    this.batchSums = new Float64Array(buffers.sums, 0, 2 * workers);
    this.epochSums = new Float64Array(buffers.sums, 16 * workers, 3);
    const { memory, start } = buffers.parameters;
    adoptMemory(memory);
    const [weights, m, v, ...gradients] = Array.from(
      { length: 3 + workers },
      (_, i) => new Float32Array(memory.buffer, start + 4 * stride(size) * i, size),
    );
    [this.weights, this.m, this.v] = [weights, m, v];
    this.gradients = gradients;
    this.order = new Uint32Array(buffers.order);
    this.evaluation = new Float64Array(buffers.evaluation);
  }

  static allocate(
    sizes: { workers: number; parameterCount: number; images: number; evaluationBatches: number },
  ): RunMemory {
    const { workers, parameterCount, images, evaluationBatches } = sizes;
    return new RunMemory({
      workers,
      parameterCount,
      barrier: sharedMemory(64),
      control: sharedMemory(64),
      sums: sharedMemory(16 * workers + 24),
      parameters: flatMemory(4 * stride(parameterCount) * (3 + workers)),
      order: sharedMemory(4 * images),
      evaluation: sharedMemory(16 * evaluationBatches),
    });
  }

  #get(field: keyof typeof fields): number {
    return Atomics.load(this.#control, fields[field]);
  }

  #set(field: keyof typeof fields, value: number): void {
    Atomics.store(this.#control, fields[field], value);
  }

  /** Set by whoever wants the run to end after the current batch. */
  get stopRequested(): boolean {
    return this.#get("stopRequested") === 1;
  }
  set stopRequested(value: boolean) {
    this.#set("stopRequested", Number(value));
  }

  /** Set by worker 0 between two meetings, so that all workers end at the same batch. */
  get stopAgreed(): boolean {
    return this.#get("stopAgreed") === 1;
  }
  set stopAgreed(value: boolean) {
    this.#set("stopAgreed", Number(value));
  }

  /** Set by a worker that finds a gradient that is not finite. */
  get gradientFailed(): boolean {
    return this.#get("gradientFailed") === 1;
  }
  set gradientFailed(value: boolean) {
    this.#set("gradientFailed", Number(value));
  }

  /** Batches of this epoch whose update is done. */
  get batchesDone(): number {
    return this.#get("batchesDone");
  }
  set batchesDone(value: number) {
    this.#set("batchesDone", value);
  }

  /** Evaluation batches done, by all workers. */
  get evaluated(): number {
    return this.#get("evaluated");
  }
  set evaluated(value: number) {
    this.#set("evaluated", value);
  }
  countEvaluated(): void {
    Atomics.add(this.#control, fields.evaluated, 1);
  }
}
