/** One bar in place for work of more than two seconds: rate, time left, loss and its curve so far. */
import { formatNumber } from "../../numbers.ts";
import { z } from "zod";
import { aText, requireArguments } from "../../kinds.ts";
import { parseOptions } from "../../options.ts";
import { displaySlot, inNotebook, type MimeBundle, send, settle } from "./display.ts";
import { lossCurve, type LossPoint } from "../charts/loss_curve.ts";
import { escapeHtml } from "../../html.ts";

/** How far some work is; the reports of `train`, `loadMnist` and `encodeAll` all fit. */
export interface ProgressReport {
  /** Of `total`, in this epoch where there are epochs. */
  done: number;
  total: number;
  /** What `done` counts: the bar's own unit by default. */
  unit?: string;
  /** What is going on, as in `evaluation`. */
  phase?: string;
  epoch?: number;
  epochs?: number;
  /** Running loss in nats per image (or mean squared error); drawn as a curve. */
  loss?: number | null;
  /** Units per second; measured by the bar itself where missing. */
  imagesPerSecond?: number;
  secondsLeft?: number;
  /** Where it began, where that is not the beginning. */
  origin?: string;
  note?: string;
}

/** A bar is itself a progress callback: `train(model, data, { progress: bar })`. */
export interface ProgressBar {
  (report: ProgressReport): void;
  (done: number, total: number): void;
  update(report: ProgressReport): void;
  /** Shows the final state, with `text` as a last remark; nothing where there was no report. */
  finish(text?: string): Promise<void>;
}

const aFunction = "expected a function";
const barSchema = z.strictObject({
  /** What is counted, as in `bytes`. */
  unit: z.string().optional(),
  /** Takes lines of text outside a notebook, one every two seconds; silent by default. */
  write: z.custom<(line: string) => void>((f) => typeof f === "function", aFunction).optional(),
  /** Milliseconds now; a test's own clock. */
  now: z.custom<() => number>((f) => typeof f === "function", aFunction)
    .default(() => () => performance.now()),
});
export type ProgressBarOptions = z.input<typeof barSchema>;

/** Least milliseconds between two updates: five a second can be read, and flood no channel. */
const interval = { notebook: 200, text: 2000 };

/**
 * A bar, shown at its first report.
 *
 * @throws OptionError
 */
export function progressBar(label: string, options: ProgressBarOptions = {}): ProgressBar {
  requireArguments("progressBar", { label: [aText, label] });
  const { unit, write, now } = parseOptions(barSchema, options, "progressBar");
  const slot = displaySlot();
  const points: LossPoint[] = [];
  const start = now();
  let state = describe(label, { done: 0, total: 0 }, 0, unit);
  let sentAt = -Infinity;
  let reported = false;
  let sending = Promise.resolve();

  const emit = () => {
    sentAt = now();
    if (!inNotebook()) return write?.(state.text);
    const drawn = bundle(state, points);
    sending = sending.then(() => send(drawn, { slot }));
  };

  function update(report: ProgressReport): void {
    reported = true;
    state = describe(label, report, (now() - start) / 1000, unit);
    const { loss } = report;
    // At the same place only the newest counts: evaluation repeats the epoch's end.
    if (Number.isFinite(loss) && state.fraction > (points.at(-1)?.at ?? -1)) {
      points.push({ at: state.fraction, loss: loss as number });
    }
    if (now() - sentAt >= (inNotebook() ? interval.notebook : interval.text)) emit();
  }

  async function finish(text?: string): Promise<void> {
    // Nothing to wait for, as where all was in a cache: nothing to show.
    if (!reported && !text) return;
    const seconds = (now() - start) / 1000;
    state = {
      ...state,
      text: [state.finalText, duration(seconds), text].filter(Boolean).join(" · "),
    };
    emit();
    await sending;
    await settle();
  }

  const bar = (report: ProgressReport | number, total?: number) =>
    update(typeof report === "number" ? { done: report, total: total ?? report } : report);
  return Object.assign(bar, { update, finish });
}

interface State {
  /** Of the entire work, 0 to 1. */
  fraction: number;
  /** One line while it runs. */
  text: string;
  /** The line's part that stays true once it is over. */
  finalText: string;
}

function describe(label: string, report: ProgressReport, seconds: number, unit?: string): State {
  const { done, total, epoch, epochs, loss, origin, note } = report;
  const part = total > 0 ? Math.min(1, done / total) : 0;
  const fraction = fractionOf(report, part);
  const rate = report.imagesPerSecond ?? (seconds > 0 && !epochs ? done / seconds : undefined);
  const left = report.secondsLeft ??
    (seconds > 0 && fraction > 0 && fraction < 1 ? seconds * (1 / fraction - 1) : undefined);
  const place = epochs ? `epoch ${epoch} of ${epochs}` : "";
  const phase = report.phase !== label ? report.phase : "";
  const percent = `${Math.floor(100 * fraction)} %`;
  const units = report.unit ?? unit ?? (report.imagesPerSecond === undefined ? "" : "images");
  const tail = [
    rate && Number.isFinite(rate) ? `${rateText(rate, units)}/s` : "",
    Number.isFinite(loss) ? `loss ${significant(loss as number)}` : "",
  ];
  const leftText = left !== undefined && Number.isFinite(left) && fraction < 1
    ? `${duration(left)} left`
    : "";
  const join = (parts: (string | undefined)[]) => parts.filter(Boolean).join(" · ");
  return {
    fraction,
    text: join([label, origin, place, phase, percent, ...tail, leftText, note]),
    finalText: join([label, origin, place, percent, ...tail, note]),
  };
}

/** Epochs count equally; epoch 0, the untrained model's evaluation, counts nothing. */
function fractionOf({ epoch, epochs, phase }: ProgressReport, part: number): number {
  if (!epochs || epoch === undefined) return part;
  const before = phase === "evaluation" ? epoch : epoch - 1 + part;
  return Math.min(1, Math.max(0, before / epochs));
}

const significant = (value: number) => value >= 1 ? value.toFixed(1) : value.toPrecision(3);

function rateText(rate: number, unit: string): string {
  if (unit === "bytes") return `${(rate / 1e6).toFixed(1)} MB`;
  const number = rate >= 10 ? formatNumber(Math.round(rate)) : rate.toFixed(1);
  return unit ? `${number} ${unit}` : number;
}

/** Seconds as a reader would say them: `8 s`, `2 min 05 s`, `1 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 1) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole % 3600 / 60))} min`;
}

/** Where styles are stripped the text remains; where HTML is, `text/plain` does. */
function bundle({ fraction, text }: State, points: readonly LossPoint[]): MimeBundle {
  const percent = (100 * fraction).toFixed(1);
  const track = "background:var(--jp-border-color2,rgba(128,128,128,.3));border-radius:3px";
  const fill = `width:${percent}%;height:6px;border-radius:3px;` +
    "background:var(--jp-brand-color1,#1976d2)";
  const html = `<div style="max-width:640px;font-variant-numeric:tabular-nums">` +
    `<div>${escapeHtml(text)}</div>` +
    `<div role="progressbar" aria-label="${
      escapeHtml(text)
    }" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percent}" ` +
    `style="${track};margin:4px 0"><div style="${fill}"></div></div>` +
    `${lossCurve(points)}</div>`;
  return { "text/html": html, "text/plain": text };
}
