import assert from "node:assert/strict";
import { decode } from "fast-png";
import {
  beside,
  figure,
  figurePng,
  figureRaster,
  stack,
  wrap,
} from "../../lib/visuals/charts/figure.ts";
import { textWidth } from "../../lib/visuals/text/text.ts";
import { texts } from "./svg.ts";

const square = (color: string) => ({
  svg: `<rect width="40" height="40" fill="${color}"/>`,
  width: 40,
  height: 40,
});

Deno.test("figure() puts its body on a white card with a margin, drawn at 2×", () => {
  const drawn = figure({ body: square("#ff0000"), alt: "a red square" });
  assert.deepEqual([drawn.width, drawn.height], [72, 72]);
  const { width, data } = figureRaster(drawn);
  assert.equal(width, 144);
  const at = (
    x: number,
    y: number,
  ) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  assert.deepEqual(at(0, 0), [255, 255, 255, 255]);
  assert.deepEqual(at(31, 31), [255, 255, 255, 255]);
  assert.deepEqual(at(32, 32), [255, 0, 0, 255]);
  assert.deepEqual(at(111, 111), [255, 0, 0, 255]);
  assert.deepEqual(at(112, 112), [255, 255, 255, 255]);
});

Deno.test("figurePng() keeps white paper and full colours exact", () => {
  const image = decode(figurePng(figure({ body: square("#832db6"), title: "x", alt: "" })));
  const color = (index: number) => image.palette![image.data[index]].slice(0, 3);
  assert.deepEqual(color(0), [255, 255, 255]);
  assert.deepEqual(color(image.width * (image.height - 60) + 60), [0x83, 0x2d, 0xb6]);
});

Deno.test("figure() escapes title, note and alternative text", () => {
  const drawn = figure({ body: square("red"), title: "a < b", note: 'c & "d"', alt: '<"&>' });
  assert.match(drawn.svg, /aria-label="&lt;&quot;&amp;&gt;"/);
  assert.deepEqual(texts(drawn.svg).join(" "), 'a < b c & "d"');
});

Deno.test("beside() and stack() place panels one after another", () => {
  const row = beside([square("red"), square("blue")], 10);
  assert.deepEqual([row.width, row.height], [90, 40]);
  assert.match(row.svg, /translate\(50,0\)/);
  const column = stack([square("red"), square("blue")], 10);
  assert.deepEqual([column.width, column.height], [40, 90]);
  assert.match(column.svg, /translate\(0,50\)/);
});

Deno.test("wrap() breaks at spaces, no line wider than asked, no word lost", () => {
  const text = "Uneven clusters, and an overlap of fours and nines in the middle of the plane";
  const lines = wrap(text, 160);
  assert.ok(lines.length > 2);
  assert.equal(lines.join(" "), text);
  assert.ok(lines.every((line) => textWidth(line, 12.5) <= 160));
});
