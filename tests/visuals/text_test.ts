import assert from "node:assert/strict";
import { textSheet, textWidth } from "../../lib/visuals/text/text.ts";

/** The dark columns' first and last place. */
function inkSpan(text: string, background = 255): [number, number] {
  const { data, width } = textSheet(400, 20, [{ text, x: 10, y: 10 }], { background });
  const columns = [...data.keys()].filter((i) => Math.abs(data[i] - background) > 128)
    .map((i) => i % width);
  return [Math.min(...columns), Math.max(...columns)];
}

Deno.test("textWidth() agrees with what is drawn", () => {
  for (const text of ["epoch 3 · test −ELBO 165.2", "reconstruction", "μ σ ε β → ½ ‖ √"]) {
    const [from, to] = inkSpan(text);
    assert.ok(Math.abs(from - 10) <= 2, `${text} begins at ${from}`);
    assert.ok(Math.abs(to - 10 - textWidth(text)) <= 4, `${text}: ${to - 10}, ${textWidth(text)}`);
  }
});

Deno.test("textWidth() grows with the size, and is 0 of nothing", () => {
  assert.equal(textWidth("digits", 26), 2 * textWidth("digits", 13));
  assert.equal(textWidth(""), 0);
});

Deno.test("textSheet() writes light text on a dark ground", () => {
  const [from, to] = inkSpan("reconstruction", 0);
  assert.ok(to - from > 60);
});
