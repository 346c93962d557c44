import assert from "node:assert/strict";
import { redirectOutputs } from "../../lib/visuals/show/display.ts";
import { duration, progressBar } from "../../lib/visuals/show/progress_bar.ts";

/** A clock set by hand. */
function clock() {
  const time = { ms: 0, now: () => time.ms };
  return time;
}

Deno.test("progressBar() writes lines of text outside a notebook, one every two seconds", async () => {
  const lines: string[] = [];
  const time = clock();
  const bar = progressBar("encoding", {
    unit: "images",
    now: time.now,
    write: (line) => lines.push(line),
  });
  for (let done = 500; done <= 10_000; done += 500) {
    time.ms += 500;
    bar(done, 10_000);
  }
  await bar.finish("10,000 codes");
  assert.deepEqual(lines, [
    "encoding · 5 % · 1,000 images/s · 10 s left",
    "encoding · 25 % · 1,000 images/s · 8 s left",
    "encoding · 45 % · 1,000 images/s · 6 s left",
    "encoding · 65 % · 1,000 images/s · 3 s left",
    "encoding · 85 % · 1,000 images/s · 2 s left",
    "encoding · 100 % · 1,000 images/s · 10 s · 10,000 codes",
  ]);
});

Deno.test("progressBar() is silent outside a notebook by default", async () => {
  const bar = progressBar("encoding");
  bar.update({ done: 1, total: 2 });
  await bar.finish();
});

interface Content {
  data: Record<string, string>;
  transient: { display_id: string };
}

/** Messages sent while `run` reports to a bar whose clock it moves. */
async function messages(run: (time: { ms: number; now: () => number }) => Promise<void>) {
  const sent: { type: string; content: Content }[] = [];
  const before = redirectOutputs((type, content) => {
    sent.push({ type, content: content as unknown as Content });
    return Promise.resolve();
  });
  try {
    await run(clock());
  } finally {
    redirectOutputs(before);
  }
  return sent;
}

Deno.test("progressBar() redraws one output at most five times a second, and its last state", async () => {
  const sent = await messages(async (time) => {
    const bar = progressBar("training", { now: time.now });
    for (let done = 1; done <= 100; done++) {
      time.ms += 10;
      bar({ done, total: 100, epoch: 2, epochs: 4, loss: 200 - done, imagesPerSecond: 1960 });
    }
    await bar.finish();
  });
  assert.equal(sent.length, 6); // 1 s: at 10, 210, 410, 610 and 810 ms, and at the end
  assert.deepEqual(sent.map(({ type }) => type), [
    "display_data",
    ...Array(5).fill("update_display_data"),
  ]);
  assert.equal(new Set(sent.map(({ content }) => content.transient.display_id)).size, 1);
  const last = sent.at(-1)!.content.data;
  assert.equal(
    last["text/plain"],
    "training · epoch 2 of 4 · 50 % · 1,960 images/s · loss 100.0 · 1 s",
  );
  assert.match(last["text/html"], /aria-valuenow="50.0"/);
  assert.match(last["text/html"], /running loss from 199.000 to 100.000/);
});

Deno.test("progressBar() counts a training's epochs equally, and evaluation at an epoch's end", async () => {
  const sent = await messages(async (time) => {
    const bar = progressBar("training", { now: time.now });
    for (
      const [phase, epoch, done] of [["evaluation", 0, 5], ["training", 1, 50], [
        "evaluation",
        1,
        50,
      ]]
    ) {
      time.ms += 1000;
      bar({
        phase: phase as string,
        epoch: epoch as number,
        epochs: 4,
        done: done as number,
        total: 100,
      });
    }
    await bar.finish("stopped in epoch 1");
  });
  const widths = sent.map(({ content }) =>
    content.data["text/html"].match(/aria-valuenow="([^"]+)"/)![1]
  );
  assert.deepEqual(widths, ["0.0", "12.5", "25.0", "25.0"]);
  assert.equal(
    sent.at(-1)!.content.data["text/plain"],
    "training · epoch 1 of 4 · 25 % · 3 s · stopped in epoch 1",
  );
});

Deno.test("progressBar() leaves a loss that is no number out of line and curve", async () => {
  const sent = await messages(async (time) => {
    const bar = progressBar("training", { now: time.now });
    bar({ done: 1, total: 2, loss: NaN });
    bar({ done: 2, total: 2, loss: null });
    await bar.finish();
  });
  const { data } = sent.at(-1)!.content;
  assert.doesNotMatch(data["text/html"], /svg|NaN/);
});

Deno.test("progressBar() escapes its label in HTML", async () => {
  const sent = await messages((time) => {
    const bar = progressBar("a<b", { now: time.now });
    bar(1, 2);
    return bar.finish();
  });
  assert.match(sent[0].content.data["text/html"], /a&lt;b/);
});

Deno.test("progressBar() names what is going on, and its label alone at the end", async () => {
  const sent = await messages(async (time) => {
    const bar = progressBar("training", { now: time.now });
    bar({ phase: "training", epoch: 1, epochs: 2, done: 1, total: 2 });
    time.ms += 1000;
    bar({ phase: "evaluation", epoch: 1, epochs: 2, done: 1, total: 2 });
    await bar.finish();
  });
  assert.deepEqual(sent.map(({ content }) => content.data["text/plain"]), [
    "training · epoch 1 of 2 · 25 %",
    "training · epoch 1 of 2 · evaluation · 50 % · 1 s left",
    "training · epoch 1 of 2 · 50 % · 1 s",
  ]);
});

Deno.test("duration() says seconds, minutes and hours", () => {
  assert.deepEqual([0.42, 8.4, 59.7, 125, 4800].map(duration), [
    "0.4 s",
    "8 s",
    "1 min 00 s",
    "2 min 05 s",
    "1 h 20 min",
  ]);
});

Deno.test("progressBar() shows nothing where there was nothing to report", async () => {
  const sent = await messages(async ({ now }) => {
    await progressBar("loading", { now }).finish();
  });
  assert.equal(sent.length, 0);
});
