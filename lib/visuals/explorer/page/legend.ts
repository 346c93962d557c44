/** The classes with their colours and shapes; a press on one shows the codes of that class alone. */
import { cornersOf } from "../../charts/symbols.ts";
import type { PageClass } from "../contents.ts";
import { element } from "./dom.ts";

/** A class's mark as it stands among the codes: a coloured box, cut out. */
function markOf({ label, color }: PageClass): HTMLElement {
  const percent = (corner: number) => `${(50 + 60 * corner).toFixed(1)}%`;
  const corners = cornersOf(label).map((corner) => corner.map(percent).join(" "));
  return element("i", { style: `background:${color};clip-path:polygon(${corners})` });
}

/** A button per class; `chosen` hears the place of the one class to show, or null for all. */
export function createLegend(
  classes: readonly PageClass[],
  chosen: (place: number | null) => void,
) {
  let only: number | null = null;
  const choose = (place: number | null) => {
    only = place;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === only)));
  };
  const buttons = classes.map((one, place) =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": "false",
        "aria-label": `Only the codes of ${one.name}`,
        onclick: () => {
          choose(only === place ? null : place);
          chosen(only);
        },
      },
      markOf(one),
      one.name,
    )
  );
  const node = element(
    "div",
    { class: "legend", role: "group", "aria-label": "Legend" },
    ...buttons,
  );
  return { node, choose };
}
