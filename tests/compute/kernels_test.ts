/** Every engine's kernels, in one file: what they are held to is computed once for all of them. */
import { createOnednnKernels } from "../../lib/compute/onednn/onednn.ts";
import { findOnednn } from "../../lib/compute/onednn/library.ts";
import { createPortableKernels } from "../../lib/compute/portable/portable.ts";
import { startWasm } from "../../lib/compute/wasm_backend.ts";
import { guarded } from "./guarded.ts";
import { testKernels } from "./kernel_cases.ts";
import { readyThread } from "./ready_thread.ts";

// For the engine of several threads; the others' kernels have to go on it, too.
await startWasm({ shared: true });

const found = findOnednn();
testKernels({
  name: "onednn",
  open: guarded(() => createOnednnKernels({ threads: 1 })),
  skip: typeof found === "string" ? found : null,
});
testKernels({ name: "portable", open: guarded(createPortableKernels), skip: null });
testKernels({
  name: "portable without relaxed SIMD",
  open: guarded(() => createPortableKernels({ relaxed: false })),
  skip: null,
});
testKernels({
  name: "portable on three threads",
  open: guarded(() =>
    createPortableKernels({ team: { threads: 3, startThread: readyThread, partFrom: 1e-3 } })
  ),
  skip: null,
});
