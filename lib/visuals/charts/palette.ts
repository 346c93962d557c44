/** The colours of every picture, on white. */

/**
 * Ten colours that stay apart for colour-blind readers
 * (M. A. Petroff, Accessible color sequences for data visualization, 2021, arXiv 2107.02270).
 */
const petroff = [
  "#3f90da",
  "#ffa90e",
  "#bd1f01",
  "#94a4a2",
  "#832db6",
  "#a96b59",
  "#e76300",
  "#b9ac70",
  "#717581",
  "#92dadd",
] as const;

/**
 * A colour for each of ten classes. Digits that a latent space mixes get colours that lie far apart: 3, 5 and 8
 * blue, red and yellow; 4, 7 and 9 cyan, purple and brown. The ones, mostly alone, are grey.
 */
export const classColors: readonly string[] = [7, 3, 6, 0, 9, 2, 8, 4, 1, 5].map((i) => petroff[i]);

/** The colour of a class; every ten classes they begin again, and shapes tell them apart. */
export const classColor = (label: number): string => classColors[label % classColors.length];

/** Lines of runs and series, in this order, the strongest first. */
export const seriesColors: readonly string[] = [0, 2, 1, 4, 8, 6, 5, 7, 3, 9].map((i) =>
  petroff[i]
);

/** Text, lines and surfaces. */
export const ink = "#1f2328";
export const softInk = "#59636e";
export const rule = "#d5dae0";
export const surface = "#f4f6f8";

/** Dark to light, readable in grey and by the colour-blind (cividis: Nuñez, Anderton & Renslow 2018). */
const cividis = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];

/** Shades of the ramp: few enough that a figure's palette holds each exactly. */
export const rampSteps = 64;

/** The colour of a place on the dark-to-light ramp, 0 to 1. */
export function ramp(place: number): string {
  const step = Math.round(Math.min(1, Math.max(0, place)) * (rampSteps - 1));
  const at = step / (rampSteps - 1) * (cividis.length - 1);
  const low = Math.min(cividis.length - 2, Math.floor(at));
  const channel = (color: string, c: number) => parseInt(color.slice(1 + 2 * c, 3 + 2 * c), 16);
  const mixed = [0, 1, 2].map((c) => {
    const from = channel(cividis[low], c), to = channel(cividis[low + 1], c);
    return Math.round(from + (to - from) * (at - low)).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}
