/** Writes down which kernels a computation calls, with what, and what they make. */
import * as tf from "@tensorflow/tfjs";
import type { TrainingKernels } from "../kernels.ts";
import { ownAllocation, withAllocation } from "./allocation.ts";

/** A kernel call. */
export interface Call {
  kernel: (...operands: unknown[]) => unknown;
  /** As the kernel got them, each tensor as an info of its own. */
  operands: unknown[];
  /** The infos among the operands. */
  reads: tf.TensorInfo[];
  /** What the kernel made, in order; some of it for its own use. */
  makes: tf.TensorInfo[];
  /** Whether any of them may be `OutsideData`. */
  outside: boolean;
}

/** Everything that a computation called. */
export interface Calls {
  calls: Call[];
  /** What it read that no call made and that was not given: numbers written down in its code. Held; `disposeData` them. */
  constants: object[];
}

const called = [
  "conv2d",
  "conv2dBackpropInput",
  "conv2dBackpropFilter",
  "matMul",
  "reluGrad",
  "columnSum",
  "bernoulliNll",
  "bernoulliNllGrad",
  "upsample",
  "upsampleGrad",
] as const satisfies (keyof TrainingKernels)[];

let recorder: Recorder | null = null;

/** The same kernels, which a recorder hears of. */
export function recordable(kernels: TrainingKernels): TrainingKernels {
  const { name, replaces, outside } = kernels;
  const heard = called.map((name) => {
    const kernel = (kernels[name] as Call["kernel"]).bind(kernels);
    const call = (...operands: unknown[]) =>
      recorder ? recorder.call(kernel, operands, outside) : kernel(...operands);
    return [name, call];
  });
  return {
    name,
    replaces,
    outside,
    ...Object.fromEntries(heard) as Pick<TrainingKernels, typeof called[number]>,
    dispose: () => kernels.dispose(),
  };
}

/**
 * Runs `compute` on the `wasm` backend and writes down its kernel calls.
 *
 * @param given data that will be another at the next run
 * @returns what `compute` returned, and the calls; null for them where a kernel made what it returns in a way
 *   that cannot be followed
 */
export function record(
  given: readonly tf.TensorInfo[],
  compute: () => tf.Tensor[],
): { result: tf.Tensor[]; recorded: Calls | null } {
  const mine = recorder = new Recorder(given);
  // What wraps a kernel while it is recorded goes again: registered kernels are asked for at every call.
  const wrapped = (tf.getKernelsForBackend("wasm")).map((entry) => {
    const { kernelFunc } = entry;
    entry.kernelFunc = ({ inputs, attrs, backend }) => {
      const kernel = (inputs: unknown) => kernelFunc({ inputs: inputs as never, attrs, backend });
      return mine.call(kernel, [inputs], false) as tf.TensorInfo;
    };
    return { entry, kernelFunc };
  });
  try {
    const result = compute();
    return { result, recorded: mine.finish(result) };
  } catch (error) {
    mine.release();
    throw error;
  } finally {
    recorder = null;
    for (const { entry, kernelFunc } of wrapped) entry.kernelFunc = kernelFunc;
  }
}

class Recorder {
  readonly #calls: Call[] = [];
  readonly #constants: object[] = [];
  readonly #known: Set<object>;
  #followed = true;

  constructor(given: readonly tf.TensorInfo[]) {
    this.#known = new Set(given.map(({ dataId }) => dataId));
  }

  call(kernel: Call["kernel"], operands: unknown[], outside: boolean): unknown {
    const own = ownAllocation();
    const makes: tf.TensorInfo[] = [];
    const makeOutput: typeof own.makeOutput = (...given) => {
      const info = own.makeOutput(...given);
      makes.push({ ...info });
      return info;
    };
    const reads: tf.TensorInfo[] = [];
    const copied = operands.map((operand) => withInfos(operand, reads));
    for (const { dataId } of reads) this.#hold(dataId);
    const result = withAllocation({ ...own, makeOutput }, () => kernel(...operands));
    for (const { dataId } of makes) this.#known.add(dataId);
    const made: tf.TensorInfo[] = [];
    withInfos(result, made);
    this.#followed &&= made.every(({ dataId }) => this.#known.has(dataId));
    this.#calls.push({ kernel, operands: copied, reads, makes, outside });
    return result;
  }

  /** Whoever made it may dispose it after this run. */
  #hold(dataId: object): void {
    if (this.#known.has(dataId)) return;
    ownAllocation().incRef(dataId);
    this.#known.add(dataId);
    this.#constants.push(dataId);
  }

  finish(result: readonly tf.TensorInfo[]): Calls | null {
    for (const { dataId } of result) this.#hold(dataId);
    if (this.#followed) return { calls: this.#calls, constants: this.#constants };
    this.release();
    return null;
  }

  release(): void {
    for (const dataId of this.#constants) ownAllocation().disposeData(dataId);
  }
}

/** The value with each tensor in it replaced by a plain info, which `found` gets too. */
function withInfos(value: unknown, found: tf.TensorInfo[]): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if ("dataId" in value) {
    const { dataId, shape, dtype } = value as tf.TensorInfo;
    const info = { dataId, shape, dtype };
    found.push(info);
    return info;
  }
  const before = found.length;
  const copy = Array.isArray(value)
    ? value.map((item) => withInfos(item, found))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withInfos(item, found)]));
  // The same object where nothing is in it: kernels know geometries by their identity.
  return found.length > before ? copy : value;
}
