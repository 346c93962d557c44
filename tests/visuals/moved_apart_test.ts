import assert from "node:assert/strict";
import { movedApart } from "../../lib/visuals/charts/moved_apart.ts";

const distances = (places: { x: number; y: number }[]) =>
  places.flatMap((a, i) => places.slice(0, i).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));

Deno.test("movedApart() leaves places alone that are far enough apart", () => {
  const places = [{ x: 0, y: 0, digit: 4 }, { x: 3, y: 4, digit: 9 }];
  assert.deepEqual(movedApart(places, 5), places);
});

Deno.test("movedApart() moves two near places along their line, each by half", () => {
  const [a, b] = movedApart([{ x: 0, y: 1 }, { x: 2, y: 1 }], 10);
  assert.deepEqual([a, b], [{ x: -4, y: 1 }, { x: 6, y: 1 }]);
});

Deno.test("movedApart() finds room for ten names on one spot, and moves no input", () => {
  const spot = Array.from({ length: 10 }, () => ({ x: 1, y: 1 }));
  const least = Math.min(...distances(movedApart(spot, 20)));
  assert.ok(least > 19.9, `least distance ${least}`);
  assert.deepEqual(spot[3], { x: 1, y: 1 });
});

Deno.test("movedApart() gives wide names more room across, and no more down", () => {
  const wide = (x: number, y: number) => ({ x, y, wide: 3 });
  const [a, b] = movedApart([wide(0, 0), wide(2, 0)], 10);
  assert.deepEqual([a.x, b.x], [-14, 16], "30 across");
  const below = [wide(0, 0), wide(0, 10)];
  assert.deepEqual(movedApart(below, 10), below);
});
