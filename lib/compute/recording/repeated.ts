/** A computation that is run many times on tensors of the same shapes, and is soon free of what tfjs adds to it. */
import * as tf from "@tensorflow/tfjs";
import { trainingKernels } from "../backend.ts";
import type { TrainingKernels } from "../kernels.ts";
import { type OutsideData, WasmHeap } from "../wasm_heap.ts";
import { record } from "./recorder.ts";
import { Recording } from "./recording.ts";

/** So many runs are both played and computed as they stand. A second finds kernels that keep numbers of the first. */
const trials = 2;

/** Memory outside of tensors that a run may use in their place, where the engine reaches it. */
export interface Flat {
  /** The variables' values, in their order, one for each; null where the variables have them. */
  variables: readonly OutsideData[] | null;
  /** Where outputs are wished for; null for those that are read from tensors. */
  outputs: readonly (OutsideData | null)[];
}

/**
 * The first run is recorded. At the next two the recording is played and the computation run as it stands, and
 * where both give the same bits, all others play. Where they do not, or a kernel cannot be followed, or no
 * engine is there to record, every run is as it stands.
 */
export class Repeated<Given extends { [Name in keyof Given]: tf.Tensor | undefined }> {
  readonly #variables: readonly tf.Variable[];
  readonly #compute: (given: Given) => tf.Tensor[];
  #recording: Recording | null = null;
  /** Trials that have given the same bits; null after one that has not, or where there is nothing to play. */
  #equal: number | null = 0;
  #engine: TrainingKernels | null = null;

  /** @param compute of the variables and of what it is given, and of nothing else that changes */
  constructor(variables: readonly tf.Variable[], compute: (given: Given) => tf.Tensor[]) {
    this.#variables = variables;
    this.#compute = compute;
  }

  /** Whether runs are played. */
  get played(): boolean {
    return this.#equal === trials;
  }

  /**
   * What `compute` gives for these tensors, to be read at once: the next run, and the caller's tidy, take it.
   *
   * @param given of the same shapes at every run, and the same tensor under two names always or never
   * @param flat the same memory at every run
   * @param load brings the variables up to `flat`; called where they are read
   * @returns the outputs, those at their wished-for places that could be written there
   */
  run(given: Given, flat: Flat | null = null, load: () => void = () => {}): tf.TensorInfo[] {
    const engine = trainingKernels();
    if (engine !== this.#engine) this.dispose();
    this.#engine = engine;
    if (engine && this.played && this.#recording) {
      const { tensors, loaded } = this.#bound(given, flat);
      if (loaded) load();
      return this.#recording.play(tensors, flat?.outputs);
    }
    load();
    if (!engine || this.#equal === null) return this.#compute(given);
    if (!this.#recording) return this.#record(given);
    return this.#try(given, flat) ?? this.#compute(given);
  }

  /** What a recording gets: of variables that kernels reach outside, the flat values. */
  #bound(given: Given, flat: Flat | null) {
    const tensors: tf.TensorInfo[] = Object.values(given) as tf.Tensor[];
    let loaded = false;
    this.#variables.forEach((variable, i) => {
      const outside = this.#recording!.readsOutside(tensors.length) && flat?.variables?.[i];
      loaded ||= !outside;
      const { shape, dtype } = variable;
      tensors.push(outside ? { dataId: outside, shape, dtype } : variable);
    });
    return { tensors, loaded };
  }

  #record(given: Given): tf.TensorInfo[] {
    const tensors = [...Object.values(given) as tf.Tensor[], ...this.#variables];
    const { result, recorded } = record(tensors, () => this.#compute(given));
    if (recorded) this.#recording = new Recording(recorded, tensors, result);
    else this.#equal = null;
    return result;
  }

  /** Both, one after the other: together they would take twice the memory. Null where they differ. */
  #try(given: Given, flat: Flat | null): tf.TensorInfo[] | null {
    this.release();
    const heap = new WasmHeap();
    const asItStands: Float32Array[] = [];
    tf.tidy(() => {
      for (const info of this.#compute(given)) asItStands.push(heap.view(info).slice());
    });
    const played = this.#play(given, flat);
    if (played && sameBits(asItStands, played.map((info) => heap.view(info)))) {
      this.#equal!++;
      return played;
    }
    this.dispose();
    this.#equal = null;
    return null;
  }

  /** Null where there is no room for it. */
  #play(given: Given, flat: Flat | null): tf.TensorInfo[] | null {
    try {
      return this.#recording!.play(this.#bound(given, flat).tensors, flat?.outputs);
    } catch {
      return null;
    }
  }

  /** Gives the recording's memory back until the next run. */
  release(): void {
    this.#recording?.release();
  }

  /** Forgets the recording. */
  dispose(): void {
    this.#recording?.dispose();
    this.#recording = null;
    this.#equal = 0;
  }
}

const bits = ({ buffer, byteOffset, length }: Float32Array) =>
  new Uint32Array(buffer, byteOffset, length);

function sameBits(wanted: Float32Array[], got: Float32Array[]): boolean {
  return wanted.every((values, i) => {
    const [a, b] = [bits(values), bits(got[i])];
    return a.length === b.length && a.every((value, k) => value === b[k]);
  });
}
