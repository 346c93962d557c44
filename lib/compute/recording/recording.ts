/** A computation as a list of kernel calls on fixed memory: no tape, no graph, nothing allocated. */
import * as tf from "@tensorflow/tfjs";
import { WasmHeap } from "../wasm_heap.ts";
import { type Allocation, forget, ownAllocation, withAllocation } from "./allocation.ts";
import { layOut, type Lifetime } from "./layout.ts";
import type { Call, Calls } from "./recorder.ts";

/** A value that calls make and read: how large, how long it is needed, and all the infos that stand for it. */
interface Value extends Lifetime {
  shape: number[];
  dtype: tf.DataType;
  infos: tf.TensorInfo[];
}

/** While kernels are played: they make what was made for them, and nothing goes. */
class Played implements Allocation {
  readonly #makes: tf.TensorInfo[];
  #next = 0;

  constructor(calls: readonly Call[]) {
    this.#makes = calls.flatMap(({ makes }) => makes);
  }

  begin() {
    this.#next = 0;
  }
  makeOutput = () => this.#makes[this.#next++];
  disposeData = () => true;
  incRef = () => {};
}

/** Plays recorded calls again, on other data of the same shapes. */
export class Recording {
  readonly #calls: Calls;
  readonly #played: Played;
  readonly #heap = new WasmHeap();
  readonly #given: tf.TensorInfo[][];
  readonly #outputs: tf.TensorInfo[];
  readonly #values: Value[];
  readonly #layout: { offsets: number[]; bytes: number };
  /** The values as tensors over one block of the heap, while there is one. */
  #block: { offset: number; dataIds: object[] } | null = null;

  /**
   * @param given the data that calls were recorded with, in the order in which `play` will get others
   * @param outputs what the computation returned
   */
  constructor(recorded: Calls, given: readonly tf.TensorInfo[], outputs: readonly tf.TensorInfo[]) {
    const { calls } = this.#calls = recorded;
    this.#played = new Played(calls);
    this.#outputs = outputs.map(({ dataId, shape, dtype }) => ({ dataId, shape, dtype }));
    const values = new Map<object, Value>();
    calls.forEach(({ makes }, i) => {
      for (const { dataId, shape, dtype } of makes) {
        const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
        values.set(dataId, { shape, dtype, bytes, first: i, last: i, infos: [] });
      }
    });
    const others = new Map<object, tf.TensorInfo[]>(given.map(({ dataId }) => [dataId, []]));
    const stand = (info: tf.TensorInfo, call: number) => {
      const value = values.get(info.dataId);
      if (value) value.last = Math.max(value.last, call);
      (value?.infos ?? others.get(info.dataId))?.push(info);
    };
    calls.forEach(({ reads, makes }, i) => [...reads, ...makes].forEach((info) => stand(info, i)));
    for (const info of this.#outputs) stand(info, calls.length);
    this.#given = given.map(({ dataId }) => others.get(dataId)!);
    this.#values = [...values.values()];
    this.#layout = layOut(this.#values);
  }

  /** Bytes that the values between input and output take. */
  get bytes(): number {
    return this.#layout.bytes;
  }

  /**
   * What the computation gives for other data. It lies in memory that holds until the next `play` or `release`.
   *
   * @param given of the shapes that were recorded
   * @throws Error where the heap has no room for the values
   */
  play(given: readonly tf.TensorInfo[]): tf.TensorInfo[] {
    this.#take();
    given.forEach(({ dataId }, i) => {
      for (const info of this.#given[i]) info.dataId = dataId;
    });
    this.#played.begin();
    withAllocation(this.#played, () => {
      for (const { kernel, operands } of this.#calls.calls) kernel(...operands);
    });
    return this.#outputs;
  }

  #take(): void {
    if (this.#block) return;
    const { offsets, bytes } = this.#layout;
    const offset = this.#heap.reserve(bytes + 64), start = Math.ceil(offset / 64) * 64;
    const dataIds = this.#values.map(({ shape, dtype, infos }, i) => {
      const { dataId } = ownAllocation().makeOutput(shape, dtype, start + offsets[i]);
      for (const info of infos) info.dataId = dataId;
      return dataId;
    });
    this.#block = { offset, dataIds };
  }

  /** Gives the memory back until the next `play`. */
  release(): void {
    if (!this.#block) return;
    for (const dataId of this.#block.dataIds) forget(dataId);
    this.#heap.free(this.#block.offset);
    this.#block = null;
  }

  dispose(): void {
    this.release();
    for (const dataId of this.#calls.constants) ownAllocation().disposeData(dataId);
    this.#calls.constants.length = 0;
  }
}
