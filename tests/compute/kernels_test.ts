/** Every engine's kernels, in one file: what they are held to is computed once for all of them. */
import { createOnednnKernels } from "../../lib/compute/onednn/onednn.ts";
import { findOnednn } from "../../lib/compute/onednn/library.ts";
import { createPortableKernels } from "../../lib/compute/portable/portable.ts";
import { guarded } from "./guarded.ts";
import { testKernels } from "./kernel_cases.ts";

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
