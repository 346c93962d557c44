import assert from "node:assert/strict";
import { firstRunCard } from "../../lib/visuals/show/first_run_card.ts";

const facts = {
  engineLine: "Portable kernels on a <CPU>, 2 threads",
  dataNote: "MNIST: 60,000 training and 10,000 test digits.",
  source: "mnist",
  minutes: 12.3,
  imagesPerSecond: 1234.5,
} as const;

Deno.test("firstRunCard() names engine, data and the measured time", () => {
  const { html, text } = firstRunCard(facts);
  assert.equal(
    text,
    "Engine: Portable kernels on a <CPU>, 2 threads\n" +
      "Data: MNIST: 60,000 training and 10,000 test digits.\n" +
      "Time here: about 13 minutes for all cells (measured just now: training sees 1,235 images/s)",
  );
  assert.match(html, /a &lt;CPU&gt;, 2 threads/);
  assert.doesNotMatch(html, /<strong>/);
});

Deno.test("firstRunCard() warns first of digits that are not MNIST's, and of quick mode", () => {
  const { html, text } = firstRunCard({ ...facts, source: "synthetic", quick: true });
  assert.match(
    text.split("\n")[0],
    /^No MNIST on this machine: .*no number below can stand beside/,
  );
  assert.match(text.split("\n")[1], /^QUICK=1/);
  assert.equal(html.match(/<strong>/g)?.length, 2);
  assert.ok(html.indexOf("No MNIST") < html.indexOf("<table"));
});

Deno.test("firstRunCard() warns of shapes that stand in for other images", () => {
  const { text } = firstRunCard({ ...facts, source: "synthetic-shapes" });
  assert.match(text, /^The images asked for are not on this machine: these shapes were drawn/);
  assert.doesNotMatch(firstRunCard({ ...facts, source: "my photos" }).html, /<strong>/);
});

Deno.test("firstRunCard() says short times in words", () => {
  const time = (minutes: number) =>
    firstRunCard({ ...facts, minutes, imagesPerSecond: undefined }).text.split("\n")[2];
  assert.equal(time(0.4), "Time here: less than a minute for all cells");
  assert.equal(time(1), "Time here: about 1 minute for all cells");
});
