/** Steps on the CPU, in flat memory: those of `epochLoop`, taken as `deviceSteps` takes them. */
import type { TakeSteps } from "../training/device_steps.ts";
import { epochLoop, type EpochPlan, type Member } from "../training/epoch_loop.ts";
import type { Sums } from "../training/run_memory.ts";

/** The steps of an epoch by a single thread; the model has its weights after the last step that was asked for. */
export function flatSteps(member: Member, plan: EpochPlan): TakeSteps {
  const { memory, stepper } = member;
  const loop = epochLoop(member, plan);
  return (most) => {
    const sums: Sums[] = [];
    let end = null;
    while (sums.length < most && !end) {
      const before = memory.epochSums[2];
      const { value, done } = loop.next();
      if (done) {
        end = value;
      } else {
        const [reconstruction, kl] = memory.batchSums;
        sums.push({ reconstruction, kl, count: memory.epochSums[2] - before });
      }
    }
    stepper.toModel();
    return Promise.resolve({ sums, end });
  };
}
