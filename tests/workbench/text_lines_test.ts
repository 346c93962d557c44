import assert from "node:assert/strict";
import { textLines } from "../../lib/workbench/text_lines.ts";

Deno.test("textLines() cuts a stream at its line ends, wherever its pieces are cut", async () => {
  const bytes = new TextEncoder().encode("one\r\n\n−two\nthree");
  // Cut within the end of a line and within the minus sign.
  const pieces = [bytes.slice(0, 4), bytes.slice(4, 7), bytes.slice(7)];
  assert.deepEqual(await Array.fromAsync(textLines(ReadableStream.from(pieces))), [
    "one",
    "−two",
    "three",
  ]);
});
