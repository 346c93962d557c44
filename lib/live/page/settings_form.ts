/** What can be chosen before training, and what can be turned while it runs. */
import { element } from "../../visuals/explorer/page/dom.ts";
import { engineTitles, type EngineWish } from "../../compute/page_engines.ts";
import { type Change, type LiveSettings, networkNames } from "../contents.ts";
import { networkWords } from "./words.ts";

const betas = [0, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];
const rates = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2];

/** A slider over a list of values; `settled` when it is let go. */
function slider(
  name: string,
  values: readonly number[],
  settled: (value: number) => void,
) {
  const shown = element("output", {});
  const input = element("input", { type: "range", min: 0, max: values.length - 1, step: 1 });
  const here = () => values[Number(input.value)];
  const say = () => {
    shown.textContent = String(here());
    input.setAttribute("aria-valuetext", String(here()));
  };
  input.addEventListener("input", say);
  input.addEventListener("change", () => settled(here()));
  return {
    node: element("label", { class: "setting" }, element("span", {}, name), input, shown),
    /** Shows the value, or its nearest neighbour on the list, without telling anybody. */
    set(value: number) {
      const distance = (other: number) => Math.abs(other - value);
      input.value = String(values.indexOf(
        values.reduce((best, other) => distance(other) < distance(best) ? other : best),
      ));
      say();
      shown.textContent = String(value);
    },
    input,
  };
}

export function createSettings(
  first: LiveSettings,
  told: {
    begin: (settings: LiveSettings) => void;
    change: (changed: Omit<Change, "step">) => void;
    engine: (wish: EngineWish) => void;
  },
) {
  const settings = { ...first };
  const begin = (changed: Partial<LiveSettings>) => {
    Object.assign(settings, changed);
    told.begin({ ...settings });
  };
  const network = element(
    "select",
    {},
    element("option", { value: "", hidden: true }, "From the file"),
    ...(["Dense", "Convolutional"] as const).map((group) =>
      element(
        "optgroup",
        { label: group },
        ...networkNames.filter((name) => networkWords[name].startsWith(group)).map((name) =>
          element("option", { value: name }, networkWords[name])
        ),
      )
    ),
  );
  network.addEventListener(
    "change",
    () => begin({ network: network.value as LiveSettings["network"] }),
  );
  const kinds = ([["vae", "VAE"], ["ae", "Autoencoder"]] as const).map(([kind, words]) => {
    const input = element("input", { type: "radio", name: "kind", value: kind });
    input.addEventListener("change", () => begin({ kind }));
    return { kind, input, node: element("label", {}, input, words) };
  });
  const latents = slider(
    "Latent dimensions",
    Array.from({ length: 10 }, (_, i) => i + 1),
    (latentDim) => begin({ latentDim }),
  );
  const seed = element("input", { type: "number", min: 0, step: 1, inputmode: "numeric" });
  seed.addEventListener("change", () => begin({ seed: Math.trunc(Number(seed.value)) || 0 }));
  const engine = element(
    "select",
    {},
    ...Object.entries({ fastest: "Fastest", ...engineTitles }).map(([value, words]) =>
      element("option", { value }, words)
    ),
  );
  engine.addEventListener(
    "change",
    () => told.engine({ engine: engine.value as EngineWish["engine"], softwareToo: false }),
  );
  const change = (changed: Omit<Change, "step">) => {
    Object.assign(settings, changed);
    told.change(changed);
  };
  const beta = slider("β, weight of KL", betas, (value) => change({ beta: value }));
  const rate = slider("Learning rate", rates, (value) => change({ learningRate: value }));

  const show = () => {
    network.value = settings.network;
    for (const { kind, input } of kinds) input.checked = kind === settings.kind;
    latents.set(settings.latentDim);
    seed.value = String(settings.seed);
    beta.set(settings.beta);
    rate.set(settings.learningRate);
    beta.input.disabled = settings.kind === "ae";
  };
  show();
  const node = element(
    "details",
    { class: "settings" },
    element("summary", {}, element("h2", {}, "Settings")),
    element(
      "fieldset",
      {},
      element("legend", {}, "While it trains"),
      beta.node,
      rate.node,
    ),
    element(
      "fieldset",
      {},
      element("legend", {}, "Begins a new training"),
      element(
        "div",
        { class: "kinds", role: "radiogroup", "aria-label": "Kind" },
        ...kinds.map(
          ({ node }) => node,
        ),
      ),
      element("label", { class: "setting" }, element("span", {}, "Network"), network),
      latents.node,
      element("label", { class: "setting" }, element("span", {}, "Seed"), seed),
      element("label", { class: "setting" }, element("span", {}, "Engine"), engine),
    ),
  );
  return {
    node,
    current: () => ({ ...settings }),
    /** What trains now, as where a log was replayed or a file opened. */
    show(now: Partial<LiveSettings>, { fromFile }: { fromFile: boolean }) {
      Object.assign(settings, now);
      show();
      if (fromFile) network.value = "";
    },
  };
}
