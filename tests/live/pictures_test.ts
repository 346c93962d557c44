import assert from "node:assert/strict";
import { useBackend } from "../../lib/compute/backend.ts";
import { counts, facing, Pictures } from "../../lib/live/pictures.ts";
import { Session } from "../../lib/live/session.ts";
import { liveRecipe } from "../../lib/live/settings.ts";
import { smallData } from "../training/small_run.ts";

await useBackend({ engine: "portable", threads: 1 });

async function picturesOf(settings: Parameters<typeof liveRecipe>[0]) {
  const { model, training } = liveRecipe({ network: "dense-64", ...settings });
  return new Pictures(await Session.begin(model, training, smallData));
}

const plane = { latentDim: 3, origin: [0, 0, 0], names: ["a", "b"] };

Deno.test("facing() turns an axis as it was before", () => {
  const before = { ...plane, axes: [[1, 0, 0], [0, 1, 0]] };
  const { axes } = facing({ ...plane, axes: [[-0.9, 0.1, 0], [0.1, 0.9, 0]] }, before);
  assert.deepEqual(axes, [[0.9, -0.1, -0], [0.1, 0.9, 0]]);
  assert.deepEqual(facing(before, null).axes, before.axes);
});

for (const [latentDim, rows] of [[1, 1], [2, counts.side], [10, counts.side]]) {
  Deno.test(`Pictures have a form for latentDim ${latentDim}`, async () => {
    const pictures = await picturesOf({ latentDim });
    const { codes } = await pictures.codes();
    assert.equal(codes.points.length, 2 * smallData.test.count);
    assert.deepEqual(codes.labels, smallData.test.labels);
    assert.equal(codes.names.length, Math.min(2, latentDim));
    const manifold = await pictures.manifold();
    assert.ok(manifold.kind === "manifold");
    assert.equal(manifold.grid.pixels.length, rows * counts.side * 784);
    const draws = await pictures.draws();
    assert.ok(draws.kind === "draws");
    assert.equal(draws.pixels.length, counts.draws * 784);
  });
}

Deno.test("Pictures of an autoencoder cover where its codes lie", async () => {
  const pictures = await picturesOf({ kind: "ae" });
  const { codes: { points } } = await pictures.codes();
  const manifold = await pictures.manifold();
  assert.ok(manifold.kind === "manifold");
  const { xs, ys } = manifold.grid;
  const of = (k: number) => [...points].filter((_, i) => i % 2 === k).sort((a, b) => a - b);
  assert.ok(of(0)[0] <= xs[0] && xs.at(-1)! <= of(0).at(-1)! && xs[0] < xs.at(-1)!);
  assert.ok(ys[0] > ys.at(-1)!, "the second coordinate rises upward");
});

Deno.test("Pictures.next() shows the codes every other time, and not too often", async () => {
  const pictures = await picturesOf({});
  assert.ok(pictures.due);
  const kinds = [];
  for (let i = 0; i < 7; i++) kinds.push((await pictures.next()).kind);
  assert.deepEqual(
    kinds,
    ["codes", "manifold", "codes", "reconstructions", "codes", "draws", "codes"],
  );
  assert.ok(!pictures.due);
  pictures.hurry();
  assert.ok(pictures.due);
});

Deno.test("Pictures.reconstructions() stand beside their originals", async () => {
  const report = await (await picturesOf({})).reconstructions();
  assert.ok(report.kind === "reconstructions");
  assert.equal(report.originals.length, 16 * 784);
  const first = smallData.test.pixels.slice(0, 784).map((grey) => grey > 127 ? 255 : 0);
  assert.deepEqual(report.originals.slice(0, 784), first);
  assert.equal(report.reconstructions.length, 16 * 784);
});
