/** Puts the page together: commands go to the worker, its reports become pictures. */
import { digitNames } from "../../data/labels.ts";
import { classColor } from "../../visuals/charts/palette.ts";
import { element } from "../../visuals/explorer/page/dom.ts";
import { createLegend } from "../../visuals/explorer/page/legend.ts";
import type { Command, LiveSettings, Report, ReportOf, Status } from "../contents.ts";
import { createCodesView } from "./codes_view.ts";
import { createCurves } from "./curves.ts";
import { createGrid, inPairs } from "./image_views.ts";
import { createLogPanel } from "./log_panel.ts";
import { createSettings } from "./settings_form.ts";
import { createStepPanel } from "./step_panel.ts";
import style from "./style.css" with { type: "text" };
import { fitFrame, followNotebook } from "./theme.ts";
import { digitsWords, nats, whole } from "./words.ts";
import { readDigits, startWorker } from "./worker_link.ts";

/** The classes of the digits that the page comes with. */
const classes = digitNames.map((name, label) => ({ label, name, color: classColor(label) }));

const firstSettings: LiveSettings = {
  network: "dense-256",
  kind: "vae",
  latentDim: 2,
  beta: 1,
  learningRate: 1e-3,
  seed: 1,
};

function build(): void {
  // First: it unpacks and starts while the page is built.
  const starting = startWorker(firstSettings, (report) => receive(report));
  const digits = readDigits();
  const { shape } = digits;
  const size: [number, number] = [shape[0], shape[1]];
  let send: (command: Command) => void = () => {};
  let status: Status | null = null;
  let begun: ReportOf<"begun"> | null = null;
  let lastCodes = 0;
  /** Whether the training that begins next goes on at once. */
  let goOn = false;

  // The parts --------------------------------------------------------------------------------------
  const button = (words: string, onclick: () => void, more = {}) =>
    element("button", { type: "button", disabled: true, onclick, ...more }, words);
  const play = button("Play", () => send({ kind: status?.playing ? "pause" : "play" }), {
    class: "play",
  });
  const step = button("One step", () => send({ kind: "step" }));
  const slow = button("Slow motion", () => setSlow(!status?.slow), { "aria-pressed": "false" });
  const again = button("Start again", () => {
    if (begun?.log.settings !== null) return begin(settings.current());
    goOn = status?.playing ?? false;
    send({ kind: "again" });
  });
  const where = element("p", { class: "where" }, "Starting …");
  const engine = element("p", { class: "engine", role: "status" });
  const [images, footer] = [element("p", {}), element("p", {})];
  const live = element("p", { class: "unseen", "aria-live": "polite" });
  const trouble = element("p", { class: "trouble", role: "alert", hidden: true });
  const codes = createCodesView(classes);
  const legend = createLegend(classes, codes.highlight);
  const manifold = createGrid({ label: "The manifold", size, gap: 0 });
  const pairs = createGrid({ label: "Test digits over their reconstructions", size, gap: 2 });
  const draws = createGrid({ label: "Digits decoded from draws of the prior", size, gap: 2 });
  const curves = createCurves();
  const numbers = createStepPanel(shape);
  const log = createLogPanel((command) => {
    goOn = false;
    send(command);
  }, () => begun?.title ?? "");
  const settings = createSettings(firstSettings, {
    begin,
    change: (changed) => send({ kind: "change", changed }),
    engine(wish) {
      goOn = status?.playing ?? false;
      send({ kind: "engine", wish });
    },
  });
  const [codesWords, manifoldWords] = [element("figcaption", {}), element("figcaption", {})];

  function begin(chosen: LiveSettings) {
    goOn = status?.playing ?? false;
    send({ kind: "begin", settings: chosen });
  }
  function setSlow(on: boolean) {
    send({ kind: "slow", on });
    if (on && !status?.playing) send({ kind: "play" });
    if (!on) numbers.hide();
  }

  const part = (name: string, title: string, ...children: (Node | string)[]) =>
    element("section", { class: name }, element("h2", {}, title), ...children);
  document.head.append(element("style", {}, style));
  document.body.append(
    element(
      "main",
      {},
      element(
        "header",
        {},
        element("h1", {}, "Watch a VAE learn"),
        element(
          "p",
          {},
          "An encoder makes a few numbers of a digit, a decoder makes a digit of them again. " +
            "Everything is computed here, in this page, while you look.",
        ),
      ),
      element(
        "div",
        { class: "bar" },
        element("div", { class: "row" }, play, step, slow, again),
        where,
      ),
      engine,
      live,
      trouble,
      numbers.node,
      element(
        "div",
        { class: "parts" },
        part("codes", "Codes", element("figure", {}, codes.node, legend.node, codesWords)),
        part("manifold", "Manifold", element("figure", {}, manifold.canvas, manifoldWords)),
        element("div", { class: "side" }, settings.node, curves.node),
        part(
          "pairs",
          "Reconstructions",
          element(
            "figure",
            {},
            pairs.canvas,
            element("figcaption", {}, "Test digits, and under each what comes back."),
          ),
        ),
        part(
          "draws",
          "Draws",
          element(
            "figure",
            {},
            draws.canvas,
            element("figcaption", {}, "The same 32 codes z ~ N(0, I), decoded as it learns."),
          ),
        ),
      ),
      log.node,
      element("footer", {}, images, footer),
    ),
  );
  const wide = matchMedia("(min-width: 1080px)");
  const fold = () => settings.node.open = wide.matches;
  wide.addEventListener("change", fold);
  fold();

  // Reports ----------------------------------------------------------------------------------------
  const receivers: { [Kind in Report["kind"]]: (report: ReportOf<Kind>) => void } = {
    begun(report) {
      begun = report;
      numbers.hide();
      trouble.hidden = true;
      curves.begin(report.variational);
      for (const record of report.history) curves.addEpoch(record, 0);
      const { latentDim, training: { beta, learningRate } } = report;
      const kind = report.variational ? "vae" : "ae";
      settings.show(report.log.settings ?? { latentDim, kind, beta, learningRate }, {
        fromFile: report.log.settings === null,
      });
      manifoldWords.textContent = report.variational
        ? "What each place of the plane decodes to: fifteen quantiles of N(0, 1) each way."
        : "What each place of the plane decodes to, where the codes lie.";
      images.textContent = digitsWords(digits, report.treatment);
      codesWords.textContent = `${whole(Math.min(1000, digits.test.count))} test digits` +
        (latentDim > 2
          ? ", along the two directions in which their codes differ most."
          : report.variational && latentDim === 2
          ? "; dashed: one and two standard deviations of the prior; the square: the manifold’s."
          : ".");
      curves.draw();
      if (goOn) send({ kind: "play" });
      goOn = false;
    },
    engine(report) {
      hook.engine = report;
      engine.textContent = `Engine: ${report.words}`;
      footer.textContent = provenance[report.engine];
    },
    status(report) {
      status = report.status;
      const { playing, slow: isSlow, replaying, epoch, batch, batches, steps } = report.status;
      play.textContent = playing ? "Pause" : "Play";
      slow.setAttribute("aria-pressed", String(isSlow));
      for (const control of [play, step, slow, again]) control.disabled = false;
      const rate = report.status.imagesPerSecond;
      where.textContent = `${replaying ? "Replaying · " : ""}Epoch ${epoch} · batch ${batch} of ` +
        `${batches} · step ${whole(steps)}${rate > 0 ? ` · ${whole(rate)} images/s` : ""}`;
      curves.draw();
      log.showSteps(steps, playing);
    },
    batches: ({ steps }) => curves.addBatches(steps),
    epoch({ record }) {
      curves.addEpoch(record, record.epoch * (status?.batches ?? 1));
      announce(`Epoch ${record.epoch}: ${nats(record.test.loss)} nats`);
    },
    codes(report) {
      const now = performance.now();
      const since = lastCodes ? now - lastCodes : 0;
      codes.show(
        report.codes,
        begun?.variational === true && begun.latentDim === 2,
        status?.playing ? Math.min(700, since) : 0,
      );
      if (!lastCodes) hook.firstPicture = now;
      lastCodes = now;
    },
    manifold({ grid: { pixels, rows, columns, xs, ys } }) {
      manifold.paint(pixels, rows, columns);
      codes.frame(xs, ys);
    },
    reconstructions({ originals, reconstructions }) {
      const { cells, rows } = inPairs(originals, reconstructions, size[0] * size[1], 8);
      pairs.paint(cells, rows, 8);
    },
    draws: ({ pixels }) => draws.paint(pixels, 4, 8),
    numbers: (report) => numbers.show(report.numbers),
    log: (report) => {
      hook.log = report;
      if (report.log.steps === 0) log.clearVerdict();
      log.show(report.log, report.hash);
    },
    replayed: (report) => log.showVerdict(report),
    saved: (report) => log.save(report),
    failed({ message, fatal }) {
      trouble.hidden = false;
      trouble.textContent = fatal ? `This page cannot train here: ${message}` : message;
      if (fatal) where.textContent = "";
    },
  };
  const receive = (report: Report) => (receivers[report.kind] as (report: Report) => void)(report);

  // A screen reader hears an epoch every few seconds, not every one.
  let heard = -Infinity;
  function announce(words: string) {
    if (performance.now() - heard < 5000) return;
    heard = performance.now();
    live.textContent = words;
  }

  /** For whoever scripts the page, and for the tests. */
  const hook = {
    send: (command: Command) => send(command),
    batches: curves.batches,
    tests: curves.tests,
    status: () => status,
    firstPicture: null as number | null,
    log: null as ReportOf<"log"> | null,
    engine: null as ReportOf<"engine"> | null,
  };
  Object.assign(self, { livePage: hook });

  followNotebook();
  fitFrame();
  new ResizeObserver(codes.redraw).observe(codes.node);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", codes.redraw);
  starting.then(
    (sender) => send = sender,
    (error) => receive({ kind: "failed", message: String(error), fatal: true }),
  );
}

const sent = "Nothing is sent anywhere.";
const provenance = {
  portable:
    `The same program as the notebooks’, with the portable engine on one thread: the same seed and ` +
    `the same changes give the same losses there, bit for bit. ${sent}`,
  webgpu:
    `The same program as the notebooks’, on the GPU: the same seed and the same changes give ` +
    `the same losses there but for rounding; to the bit they are the same on WebAssembly. ${sent}`,
};

document.addEventListener("DOMContentLoaded", build);
