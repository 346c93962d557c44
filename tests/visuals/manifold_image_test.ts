import assert from "node:assert/strict";
import { Codes } from "../../lib/data/codes.ts";
import { Images } from "../../lib/data/images.ts";
import { type DecodedGrid, gridOn } from "../../lib/latent/manifold.ts";
import { coordinatePlane, planeOf } from "../../lib/latent/plane.ts";
import { RandomStream } from "../../lib/random.ts";
import { manifoldImage } from "../../lib/visuals/raster/manifold_image.ts";

/** A grid whose images are of one grey each: 10, 20, 30 … */
function decoded(
  xs: number[],
  ys: number[],
  side: number,
  plane = coordinatePlane(2),
): DecodedGrid {
  const grid = gridOn(plane, xs, ys);
  const size = side * side;
  const pixels = Uint8Array.from(
    { length: grid.codes.count * size },
    (_, i) => 10 * (1 + Math.floor(i / size)),
  );
  return { ...grid, images: new Images(pixels, [side, side, 1]) };
}
const plain = { scale: 1, density: 1 };

Deno.test("manifoldImage() lays images edge to edge, first row above, between its axes", () => {
  const image = manifoldImage(decoded([-1, 1], [1, -1], 30), plain);
  const at = (x: number, y: number) => image.data[y * image.width + x];
  assert.deepEqual([at(64, 10), at(123, 10), at(64, 69), at(123, 69)], [10, 20, 30, 40]);
  assert.deepEqual([at(93, 39), at(94, 39), at(93, 40), at(94, 40)], [10, 20, 30, 40]);
  assert.deepEqual([at(63, 10), at(124, 10), at(64, 9), at(64, 70)], [255, 255, 255, 255]);
});

Deno.test("manifoldImage() has its images at the same places at twice the density", () => {
  const image = manifoldImage(decoded([-1, 1], [1, -1], 30), { scale: 1, density: 2 });
  const at = (x: number, y: number) => image.data[y * image.width + x];
  assert.deepEqual([at(128, 20), at(247, 20), at(128, 139), at(247, 139)], [10, 20, 30, 40]);
  assert.deepEqual([at(127, 20), at(248, 20), at(128, 19), at(128, 140)], [255, 255, 255, 255]);
});

Deno.test("manifoldImage() writes values beside rows and columns, and nothing over the images", () => {
  const grid = decoded([-1, 0, 1], [1, 0, -1], 60);
  const image = manifoldImage({
    ...grid,
    images: new Images(grid.images.pixels.fill(7 / 255), [60, 60, 1]),
  }, plain);
  const darkest = (x0: number, x1: number, y0: number, y1: number) => {
    let least = 255;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) least = Math.min(least, image.data[y * image.width + x]);
    }
    return least;
  };
  for (const row of [0, 1, 2]) assert.ok(darkest(22, 60, 30 + 60 * row, 50 + 60 * row) < 90);
  for (const column of [0, 1, 2]) {
    assert.ok(darkest(74 + 60 * column, 114 + 60 * column, 192, 210) < 90);
  }
  for (let y = 10; y < 190; y++) {
    for (let x = 64; x < 244; x++) assert.equal(image.data[y * image.width + x], 7);
  }
});

for (const latentDim of [2, 3, 10, 50]) {
  Deno.test(`manifoldImage() names the plane's own axes, latentDim ${latentDim}`, () => {
    const codes = new Codes(new RandomStream(1, "codes").normals(20 * latentDim), latentDim);
    const grid = decoded([-1, 0, 1], [1, -1], 20, planeOf(codes));
    const [xLabel, yLabel] = latentDim === 2 ? ["z₁", "z₂"] : ["PC₁", "PC₂"];
    assert.deepEqual(manifoldImage(grid), manifoldImage(grid, { xLabel, yLabel }));
    assert.notDeepEqual(manifoldImage(grid), manifoldImage(grid, { xLabel, yLabel: "other" }));
  });
}

Deno.test("manifoldImage() is a strip without an axis at the left for latentDim 1", () => {
  const strip = manifoldImage(decoded([0, 1, 2], [5], 2, coordinatePlane(1)), {
    scale: 10,
    density: 1,
  });
  assert.equal(strip.width, 10 + 60 + 20);
});

Deno.test("manifoldImage() keeps colours", () => {
  const grid = gridOn(coordinatePlane(2), [0], [0, 1]);
  const images = new Images(Uint8Array.of(255, 0, 0, 0, 0, 255), [1, 1, 3]);
  const { data, width, channels } = manifoldImage({ ...grid, images }, { scale: 30, density: 1 });
  const at = (x: number, y: number) => [...data.slice(3 * (y * width + x)).slice(0, 3)];
  assert.equal(channels, 3);
  assert.deepEqual([at(70, 15), at(70, 45), at(2, 2)], [[255, 0, 0], [0, 0, 255], [255, 255, 255]]);
});

Deno.test("manifoldImage() shows images of any size about as large, and large pictures at one pixel each", () => {
  const of = (side: number, steps: number) =>
    manifoldImage(decoded([...Array(steps).keys()], [0, 1], side));
  const sizes = [[28, 2], [4, 2], [128, 2], [128, 13]].map(([side, steps]) => {
    const { width, density } = of(side, steps);
    return [(width / density! - 84) / steps, density];
  });
  assert.deepEqual(sizes, [[56, 2], [56, 2], [128, 2], [128, 1]]);
});
