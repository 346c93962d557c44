/** The ten colours; a press on one shows that digit's codes alone. */
import { element } from "./dom.ts";

/** A button per colour; `chosen` hears the one digit to show, or null for all. */
export function createLegend(
  colors: readonly string[],
  chosen: (digit: number | null) => void,
): HTMLDivElement {
  let only: number | null = null;
  const buttons = colors.map((color, digit) =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": "false",
        "aria-label": `Only the codes of ${digit}`,
        onclick: () => {
          only = only === digit ? null : digit;
          buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === only)));
          chosen(only);
        },
      },
      element("i", { style: `background:${color}` }),
      String(digit),
    )
  );
  return element("div", { class: "legend", role: "group", "aria-label": "Legend" }, ...buttons);
}
