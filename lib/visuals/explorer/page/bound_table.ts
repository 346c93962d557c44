/** The terms of the bound as a table: at the mean of q(z|x), at the point, and over draws. */
import { element, write } from "./dom.ts";
import { bounds, draws, negativeBound, spreadOf } from "./score.ts";

/** What is known of one image so far, in nats. */
export interface Terms {
  kl: number;
  /** −log p(x|z) at the mean code. */
  atMean: number;
  /** −log p(x|z) at the point; null where that is the mean. */
  here: number | null;
  /** Of each draw so far: −log p(x|z), and log p(x, z) − log q(z|x). */
  sample: { reconstructions: number[]; logWeights: number[] } | null;
}

const empty = "–";
const nats = (value: number | null) => value === null ? empty : write([value], 1);

/** The columns of the table, top to bottom: reconstruction, KL, −ELBO, then a bound for each larger k. */
export function columnsOf({ kl, atMean, here, sample }: Terms): string[][] {
  const blank = bounds.slice(1).map(() => "");
  const whole = sample?.reconstructions.length === draws ? sample : null;
  const { mean, deviation } = spreadOf(whole?.reconstructions ?? []);
  return [
    [nats(atMean), nats(kl), nats(atMean + kl), ...blank],
    [nats(here), "", "", ...blank],
    whole
      ? [
        `${nats(mean)} ± ${nats(deviation)}`,
        nats(negativeBound(whole.logWeights, 1) - mean),
        ...bounds.map((k) => nats(negativeBound(whole.logWeights, k))),
      ]
      : [empty, empty, ...bounds.map(() => empty)],
  ];
}

/** The table's element, and a way to fill it. */
export function createBoundTable() {
  const names = [
    "reconstruction",
    "KL(q(z|x) ‖ p(z))",
    "sum: −ELBO",
    ...bounds.slice(1).map((k) => `IWAE bound, k = ${k}`),
  ];
  const cells = names.map(() => [0, 1, 2].map(() => element("td", {}, empty)));
  const caption = element("caption");
  const head = ["nats", "z at the mean", "z here", `${draws} draws`];
  const node = element(
    "table",
    {},
    caption,
    element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name))),
    ...names.map((name, row) =>
      element("tr", {}, element("th", { scope: "row" }, name), ...cells[row])
    ),
  );
  return {
    node,
    show(name: string, terms: Terms | null) {
      caption.textContent = name;
      const columns = terms && columnsOf(terms);
      cells.forEach((row, i) =>
        row.forEach((cell, k) => {
          cell.textContent = columns ? columns[k][i] : k === 1 || i > 2 ? "" : empty;
        })
      );
    },
  };
}
