/** What each pixel costs, as a picture with its legend in nats. */
import { ramp, rampSteps } from "../../charts/palette.ts";
import { element } from "./dom.ts";

const colors = Array.from({ length: rampSteps }, (_, step) => {
  const color = parseInt(ramp(step / (rampSteps - 1)).slice(1), 16);
  return [color >> 16, (color >> 8) & 255, color & 255];
});

/** One digit times a power of ten, not below the value: so the legend does not change at every move. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / power * (1 - 1e-9)) * power;
}

const said = (round: number) => String(Number(round.toPrecision(1))).replace("-", "−");

/** A canvas of one number a pixel, dark where it is low, and the legend under it. */
export function createLossPicture([height, width]: readonly number[], factor: number) {
  const canvas = element("canvas", {
    class: "digit",
    width,
    height,
    style: `--columns:${width};--rows:${height};--factor:${factor}`,
  });
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  const [low, high] = [element("span"), element("span")];
  const colorsOfRamp = Array.from({ length: 10 }, (_, i) => ramp(i / 9)).join();
  const legend = element(
    "div",
    { class: "ramp", style: `--ramp:linear-gradient(to right,${colorsOfRamp})` },
    low,
    element("i"),
    high,
  );
  return {
    canvas,
    legend,
    /** @param losses [height · width], in nats; null clears */
    paint(losses: ArrayLike<number> | null) {
      legend.style.visibility = losses ? "visible" : "hidden";
      if (!losses) return context.clearRect(0, 0, width, height);
      let [least, most] = [0, 0];
      for (let i = 0; i < losses.length; i++) {
        least = Math.min(least, losses[i]);
        most = Math.max(most, losses[i]);
      }
      const [from, to] = [-roundUp(-least), roundUp(most) || 1];
      for (let i = 0; i < losses.length; i++) {
        const [r, g, b] = colors[Math.round((losses[i] - from) / (to - from) * (rampSteps - 1))];
        image.data.set([r, g, b, 255], 4 * i);
      }
      context.putImageData(image, 0, 0);
      low.textContent = said(from);
      high.textContent = `${said(to)} nats`;
    },
  };
}
