/** How the test images' losses are spread, as bars that can be pointed at, with marks above them. */
import { element, write } from "./dom.ts";

/** Bars, beside the one that holds all that is beyond them. */
const bars = 30;

/** Edges of equal steps from the least loss to the 99th percentile; the last bar is open. */
export function binsOf(scores: readonly number[]): { from: number; step: number } {
  const sorted = [...scores].sort((a, b) => a - b);
  const from = sorted[0], to = sorted[Math.floor(0.99 * (sorted.length - 1))];
  return { from, step: (to - from) / bars || 1 };
}

/** One mark: what it is called, and its loss. */
export interface Mark {
  name: string;
  value: number;
}

interface HistogramOptions {
  noun: string;
  count: number;
  /** Hears the images of the bar that is pointed at, and what that bar is; null where there is none. */
  pointed: (indices: number[] | null, words: string) => void;
  /** A bar was pressed. */
  chosen: (index: number) => void;
}

/** The histogram's element, and the ways to fill it. By keyboard, arrows walk the bars, enter chooses. */
export function createHistogram({ noun, count, pointed, chosen }: HistogramOptions) {
  const columns = Array.from({ length: bars + 1 }, () => element("i"));
  const marks = element("div", { class: "marks", "aria-hidden": true });
  const [left, right] = [element("span"), element("span")];
  const chart = element(
    "div",
    {
      class: "bars",
      tabindex: 0,
      role: "slider",
      "aria-label": `−ELBO of the test ${noun}s, bar by bar`,
      "aria-valuemin": 0,
      "aria-valuemax": bars,
      "aria-valuenow": 0,
    },
    ...columns,
  );
  const node = element(
    "div",
    { class: "histogram" },
    element("b", {}, `${count.toLocaleString("en-US")} test ${noun}s by −ELBO at the mean code`),
    marks,
    chart,
    element("p", {}, left, right),
  );
  let [scores, members, bins, at]: [
    readonly number[],
    number[][],
    ReturnType<typeof binsOf>,
    number,
  ] = [[], [], { from: 0, step: 1 }, 0];
  const barOf = (value: number) =>
    Math.max(0, Math.min(bars, Math.floor((value - bins.from) / bins.step)));
  const edge = (bar: number) => write([bins.from + bar * bins.step], 0);

  function point(bar: number | null) {
    columns.forEach((column, i) => column.classList.toggle("at", i === bar));
    if (bar === null || !members.length) return pointed(null, "");
    at = bar;
    const { length } = members[bar];
    const range = bar === bars
      ? `${edge(bar)} nats and more`
      : `${edge(bar)} to ${edge(bar + 1)} nats`;
    const words = `${length} test ${noun}${length === 1 ? "" : "s"} of ${range}`;
    chart.setAttribute("aria-valuenow", String(bar));
    chart.setAttribute("aria-valuetext", words);
    pointed(members[bar], words);
  }
  /** The image in the middle of a bar. */
  const choose = () => {
    const inside = [...members[at] ?? []].sort((a, b) => scores[a] - scores[b]);
    if (inside.length) chosen(inside[inside.length >> 1]);
  };
  const atPointer = ({ clientX }: PointerEvent) => {
    const box = chart.getBoundingClientRect();
    point(Math.max(0, Math.min(bars, Math.floor((clientX - box.left) / box.width * (bars + 1)))));
  };
  chart.addEventListener("pointermove", atPointer);
  chart.addEventListener("pointerdown", atPointer);
  chart.addEventListener("click", choose);
  chart.addEventListener("pointerleave", () => point(null));
  chart.addEventListener("blur", () => point(null));
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1 }[event.key];
    if (step) point(Math.max(0, Math.min(bars, at + step)));
    else if (event.key === "Enter") choose();
    else return;
    event.preventDefault();
  });

  return {
    node,
    /** @param values of the images in their order, as many as are known */
    fill(values: readonly number[]) {
      scores = values;
      bins = binsOf(values.length ? values : [0]);
      members = Array.from({ length: bars + 1 }, () => []);
      values.forEach((value, i) => members[barOf(value)].push(i));
      const most = Math.max(...members.map(({ length }) => length));
      columns.forEach((column, i) =>
        column.style.height = `${100 * members[i].length / (most || 1)}%`
      );
      left.textContent = values.length ? edge(0) : "";
      right.textContent = values.length ? `${edge(bars)} nats and more` : "";
    },
    /** Arrows above the bars, each with its name. */
    mark(list: readonly Mark[]) {
      marks.replaceChildren(...(scores.length ? list : []).map(({ name, value }) => {
        const place = (barOf(value) + 0.5) / (bars + 1);
        const side = place > 0.5 ? "right" : "left";
        const distance = 100 * (side === "right" ? 1 - place : place);
        return element("span", { class: side, style: `${side}:${distance}%` }, name);
      }));
    },
  };
}
