/** A computation as a list of kernel calls on fixed memory: no tape, no graph, nothing allocated. */
import * as tf from "@tensorflow/tfjs";
import { OutsideData, WasmHeap } from "../wasm_heap.ts";
import { type Allocation, forget, ownAllocation, withAllocation } from "./allocation.ts";
import { layOut, type Lifetime } from "./layout.ts";
import type { Call, Calls } from "./recorder.ts";

/** What calls read or make: all the infos that stand for it, and whether no call needs it on the heap. */
interface Seen {
  infos: tf.TensorInfo[];
  outside: boolean;
}

/** What calls make. */
interface Value extends Seen, Lifetime {
  shape: number[];
  dtype: tf.DataType;
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
  readonly #given: Seen[];
  readonly #outputs: tf.TensorInfo[];
  /** What each output is, where a call made it. */
  readonly #made: (Value | undefined)[];
  readonly #values: Value[];
  /** The values that have no place outside, as tensors over one block of the heap, while there is one. */
  #block: { offset: number; dataIds: object[] } | null = null;

  /**
   * @param given the data that calls were recorded with, in the order in which `play` will get others
   * @param outputs what the computation returned
   */
  constructor(recorded: Calls, given: readonly tf.TensorInfo[], outputs: readonly tf.TensorInfo[]) {
    const calls = needed(recorded.calls, outputs);
    this.#calls = { ...recorded, calls };
    this.#played = new Played(calls);
    this.#outputs = outputs.map(({ dataId, shape, dtype }) => ({ dataId, shape, dtype }));
    const values = new Map<object, Value>();
    calls.forEach(({ makes, outside }, i) => {
      for (const { dataId, shape, dtype } of makes) {
        const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
        values.set(dataId, { shape, dtype, bytes, first: i, last: i, infos: [], outside });
      }
    });
    const others = new Map<object, Seen>();
    for (const { dataId } of given) others.set(dataId, { infos: [], outside: true });
    const see = (info: tf.TensorInfo, call: number, outside: boolean) => {
      const value = values.get(info.dataId), seen = value ?? others.get(info.dataId);
      if (value) value.last = Math.max(value.last, call);
      seen?.infos.push(info);
      if (seen) seen.outside &&= outside;
    };
    calls.forEach(({ reads, makes, outside }, i) => {
      for (const info of [...reads, ...makes]) see(info, i, outside);
    });
    for (const info of this.#outputs) see(info, calls.length, true);
    this.#given = given.map(({ dataId }) => others.get(dataId)!);
    this.#made = outputs.map(({ dataId }) => values.get(dataId));
    this.#values = [...values.values()];
  }

  /** Whether `play` may be given this datum outside of the heap. */
  readsOutside(given: number): boolean {
    return this.#given[given].outside;
  }

  /**
   * What the computation gives for other data. On the heap it holds until the next `play` or `release`.
   *
   * @param given of the shapes that were recorded
   * @param places where outputs are wished for outside of the heap: the same ones at every call
   * @returns the outputs, at their places where kernels can write there
   * @throws Error where the heap has no room for what lies between
   */
  play(
    given: readonly tf.TensorInfo[],
    places: readonly (OutsideData | null)[] = [],
  ): tf.TensorInfo[] {
    this.#take(places);
    given.forEach(({ dataId }, i) => stand(this.#given[i], dataId));
    places.forEach((place, i) => {
      const value = this.#made[i];
      if (place && value?.outside) stand(value, place);
    });
    this.#played.begin();
    withAllocation(this.#played, () => {
      for (const { kernel, operands } of this.#calls.calls) kernel(...operands);
    });
    return this.#outputs;
  }

  #take(places: readonly (OutsideData | null)[]): void {
    if (this.#block) return;
    const placed = new Set(this.#made.filter((value, i) => value?.outside && places[i]));
    const inside = this.#values.filter((value) => !placed.has(value));
    const { offsets, bytes } = layOut(inside);
    const offset = this.#heap.reserve(bytes + 64), start = Math.ceil(offset / 64) * 64;
    const dataIds = inside.map((value, i) => {
      const { dataId } = ownAllocation().makeOutput(value.shape, value.dtype, start + offsets[i]);
      stand(value, dataId);
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

/** From now on this data is meant. */
function stand({ infos }: Seen, dataId: object): void {
  for (const info of infos) info.dataId = dataId;
}

/** The calls without those that make nothing, or what nobody reads. */
function needed(calls: readonly Call[], outputs: readonly tf.TensorInfo[]): Call[] {
  const read = new Set(outputs.map(({ dataId }) => dataId));
  return calls.toReversed().filter(({ makes, reads }) => {
    if (!makes.some(({ dataId }) => read.has(dataId))) return false;
    for (const { dataId } of reads) read.add(dataId);
    return true;
  }).reverse();
}
