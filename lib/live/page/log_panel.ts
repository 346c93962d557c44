/** The log of a training, which is all that its weights depend on; and models as files. */
import { element } from "../../visuals/explorer/page/dom.ts";
import { engineTitles } from "../../compute/page_engines.ts";
import type { Change, Command, Log, ReportOf } from "../contents.ts";
import { settingsWords, whole } from "./words.ts";

const names: Record<string, string> = { beta: "β", learningRate: "learning rate" };

function changeWords({ step, ...changed }: Change): string {
  const what = Object.entries(changed).map(([name, value]) => `${names[name]} ${value}`);
  return `after step ${whole(step)}: ${what.join(", ")}`;
}

const stepsWords = (steps: number, hash: string | null) =>
  `${whole(steps)} step${steps === 1 ? "" : "s"}${hash ? `; weights ${hash}` : ""}`;

export function createLogPanel(send: (command: Command) => void, title: () => string) {
  const began = element("p", {});
  const changes = element("ol", {});
  const state = element("p", { class: "hash" });
  const verdict = element("p", { class: "verdict", role: "status" });
  const file = element("input", { type: "file", accept: ".zip,application/zip", hidden: true });
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    send({ kind: "open", name: chosen.name, bytes });
    file.value = "";
  });
  const button = (words: string, onclick: () => void) =>
    element("button", { type: "button", onclick }, words);
  const replay = button("Replay", () => send({ kind: "replay" }));
  const node = element(
    "section",
    { class: "log", "aria-label": "Log and files" },
    element(
      "div",
      {},
      element("h2", {}, "Log"),
      began,
      changes,
      state,
      element("div", { class: "row" }, replay),
      verdict,
    ),
    element(
      "div",
      {},
      element("h2", {}, "Model"),
      element(
        "p",
        {},
        "Save the trained model and open it in a notebook with ",
        element("code", {}, "await loadRunFile(path)"),
        ", or open one that a notebook saved with ",
        element("code", {}, "saveRunFile"),
        ".",
      ),
      element(
        "div",
        { class: "row" },
        button("Save the model", () => send({ kind: "save" })),
        button("Open a model", () => file.click()),
        file,
      ),
    ),
  );
  return {
    node,
    show(log: Log, hash: string) {
      const what = log.settings ? settingsWords(log.settings) : title();
      began.textContent = `${what}; on ${engineTitles[log.engine]}`;
      changes.replaceChildren(
        ...log.changes.map((change) => element("li", {}, changeWords(change))),
      );
      state.textContent = stepsWords(log.steps, hash);
    },
    /** While training goes on nobody asks for the weights' hash. */
    showSteps(steps: number, playing: boolean) {
      if (playing) state.textContent = stepsWords(steps, null);
      replay.toggleAttribute("disabled", steps === 0);
    },
    showVerdict({ same, hash, was, steps }: ReportOf<"replayed">) {
      verdict.textContent = same
        ? `Replayed: ${whole(steps)} steps gave the same weights, to the last bit (${hash}).`
        : `Replayed: ${whole(steps)} steps gave other weights, ${hash} instead of ${was}.`;
    },
    clearVerdict: () => verdict.textContent = "",
    save({ name, bytes }: ReportOf<"saved">) {
      const href = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
      element("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
      verdict.textContent = `Saved as ${name}.`;
    },
  };
}
