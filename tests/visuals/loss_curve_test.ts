import assert from "node:assert/strict";
import { lossCurve } from "../../lib/visuals/charts/loss_curve.ts";

const pointsOf = (svg: string) =>
  svg.match(/points="([^"]+)"/)![1].split(" ").map((pair) => pair.split(",").map(Number));

Deno.test("lossCurve() falls from the upper left as far to the right as the work went", () => {
  const points = pointsOf(
    lossCurve([{ at: 0, loss: 300 }, { at: 0.25, loss: 200 }, { at: 0.5, loss: 100 }]),
  );
  assert.deepEqual(points, [[0, 2], [160, 2], [320, 46]]); // 300 is cut off at the range's end
});

Deno.test("lossCurve() thins a long history to 160 points and keeps the last", () => {
  const history = Array.from(
    { length: 18_750 },
    (_, i) => ({ at: (i + 1) / 18_750, loss: 1 / (i + 1) }),
  );
  const points = pointsOf(lossCurve(history));
  assert.equal(points.length, 160);
  assert.deepEqual(points.at(-1), [640, 46]);
});

Deno.test("lossCurve() draws nothing of one point, and a level line of equal ones", () => {
  assert.equal(lossCurve([{ at: 0, loss: 1 }]), "");
  assert.deepEqual(pointsOf(lossCurve([{ at: 0, loss: 1 }, { at: 1, loss: 1 }])), [[0, 46], [
    640,
    46,
  ]]);
});
