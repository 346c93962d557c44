/** How tfjs's `wasm` backend makes and frees tensors, open to a stand-in while kernels are recorded or played. */
import * as tf from "@tensorflow/tfjs";

/** The methods of the backend by which its kernels get memory and give it back. */
export interface Allocation {
  /** @param offset of memory that is already there, in bytes; none is taken then */
  makeOutput(
    shape: number[],
    dtype: tf.DataType,
    offset?: number | null,
    values?: tf.backend_util.BackendValues,
  ): tf.TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
}

/** What else is used of the backend, whose types are not exported whole. */
interface WasmBackend extends Allocation {
  wasm: { tfjs: { disposeData(id: number): void } };
  dataIdMap: { get(dataId: object): { id: number }; delete(dataId: object): boolean };
}

let standIn: Allocation | null = null;
const opened = new WeakMap<WasmBackend, Allocation>();

/** The backend's own methods. From the first call on they can be stood in for. */
export function ownAllocation(): Allocation {
  const backend = wasmBackend();
  let own = opened.get(backend);
  if (!own) {
    const makeOutput = backend.makeOutput.bind(backend);
    const disposeData = backend.disposeData.bind(backend);
    const incRef = backend.incRef.bind(backend);
    opened.set(backend, own = { makeOutput, disposeData, incRef });
    backend.makeOutput = (...given) => (standIn ?? own!).makeOutput(...given);
    backend.disposeData = (...given) => (standIn ?? own!).disposeData(...given);
    backend.incRef = (dataId) => (standIn ?? own!).incRef(dataId);
  }
  return own;
}

/** Calls `run` with others in the place of the backend's methods. */
export function withAllocation<Result>(others: Allocation, run: () => Result): Result {
  const before = standIn;
  standIn = others;
  try {
    return run();
  } finally {
    standIn = before;
  }
}

/** Forgets a tensor that was made over memory which somebody else frees. */
export function forget(dataId: object): void {
  const { wasm, dataIdMap } = wasmBackend();
  wasm.tfjs.disposeData(dataIdMap.get(dataId).id);
  dataIdMap.delete(dataId);
}

const wasmBackend = () => tf.findBackend("wasm") as unknown as WasmBackend;
