/** What a notebook says before it begins: what computes here, on which digits, and how long it takes. */
import { formatNumber } from "../../numbers.ts";
import { z } from "zod";
import { escapeHtml } from "../../html.ts";
import { parseOptions } from "../../options.ts";
import type { Html } from "./markup.ts";

const factsSchema = z.strictObject({
  /** `BackendInfo.line` */
  engineLine: z.string(),
  /** `Dataset.note` */
  dataNote: z.string(),
  /** `Dataset.source` */
  source: z.string(),
  /** Of the entire notebook, from a measured rate. */
  minutes: z.number().min(0),
  /** The rate that was measured for it; missing where nothing is trained. */
  imagesPerSecond: z.number().optional(),
  /** From `notebookSettings`. */
  quick: z.boolean().optional(),
});
/** The facts of this machine and this run. */
export type FirstRunFacts = z.input<typeof factsSchema>;

/** What to expect of pictures that stand in for those of a public set, by `Dataset.source`. */
const syntheticWarnings: Record<string, string> = {
  synthetic: "No MNIST on this machine: these digits were drawn by the project. " +
    "Everything runs, but no number below can stand beside a published one, and the digits look " +
    "plainer. With a network connection, run the notebook again to use MNIST.",
  "synthetic-shapes": "The images asked for are not on this machine: these shapes were drawn by " +
    "the project. Everything runs, but nothing below says anything about those images.",
};

const quickWarning = "QUICK=1: few images and few epochs, to see that everything runs. " +
  "Curves end early, and digits stay blurred.";

/**
 * The card as HTML, light and dark, and as lines of text.
 *
 * @throws OptionError
 */
export function firstRunCard(what: FirstRunFacts): Html {
  const facts = parseOptions(factsSchema, what, "firstRunCard");
  const rows: [string, string][] = [
    ["Engine", facts.engineLine],
    ["Data", facts.dataNote],
    ["Time here", timeText(facts)],
  ];
  const warnings = [syntheticWarnings[facts.source], facts.quick ? quickWarning : undefined]
    .filter((text) => text !== undefined);
  const banner = "border-left:6px solid #d9822b;background:rgba(217,130,43,.16);" +
    "padding:8px 12px;margin:0 0 8px;max-width:720px";
  const left = "text-align:left;vertical-align:top;";
  const html =
    warnings.map((text) => `<p style="${banner}"><strong>${escapeHtml(text)}</strong></p>`)
      .join("") +
    `<table style="max-width:740px"><tbody>${
      rows.map(([name, value]) =>
        `<tr><th scope="row" style="${left}white-space:nowrap">${name}</th>` +
        `<td style="${left}">${escapeHtml(value)}</td></tr>`
      ).join("")
    }</tbody></table>`;
  const text = [...warnings, ...rows.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return { html, text };
}

function timeText({ minutes, imagesPerSecond }: FirstRunFacts): string {
  const whole = Math.ceil(minutes);
  const time = minutes < 1 ? "less than a minute" : `about ${whole} minute${whole > 1 ? "s" : ""}`;
  if (imagesPerSecond === undefined) return `${time} for all cells`;
  const rate = formatNumber(Math.round(imagesPerSecond));
  return `${time} for all cells (measured just now: training sees ${rate} images/s)`;
}
