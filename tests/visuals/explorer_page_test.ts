/** The explorer's page, as far as it needs no browser: its arithmetic. */
import assert from "node:assert/strict";
import { RandomStream } from "../../lib/random.ts";
import type { PageLayer } from "../../lib/visuals/explorer/contents.ts";
import { centreDigit, scaleInk } from "../../lib/visuals/explorer/page/ink.ts";
import { write } from "../../lib/visuals/explorer/page/dom.ts";
import { createNetwork } from "../../lib/visuals/explorer/page/network.ts";
import { nameOfDimension, wordsOfImage } from "../../lib/visuals/explorer/page/words.ts";
import { createProjection } from "../../lib/visuals/explorer/page/projection.ts";

const normals = (count: number, name = "weights") => new RandomStream(3, name).normals(count);

Deno.test("createNetwork() multiplies, adds the bias and applies the activation", () => {
  const layers: PageLayer[] = [{
    kind: "dense",
    activation: "relu",
    outputShape: [4],
    kernel: { shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    bias: { shape: [4], data: Float32Array.of(0, 0, 0, 0.5) },
  }, { kind: "reshape", activation: "linear", outputShape: [2, 2, 1] }];
  const run = createNetwork(layers, [2]);
  assert.deepEqual([...run(Float32Array.of(1, -0.5))], [0, 0, 0, 0.5]);
  assert.deepEqual([...run(Float32Array.of(1, 0))], [1, 2, 3, 4.5]);
});

Deno.test("createNetwork() repeats pixels where it upsamples", () => {
  const layer: PageLayer = {
    kind: "upSampling2d",
    activation: "linear",
    size: [2, 3],
    outputShape: [4, 6, 1],
  };
  const output = createNetwork([layer], [2, 2, 1])(Float32Array.of(1, 2, 3, 4));
  const [above, below] = [[1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4]];
  assert.deepEqual([...output], [above, above, below, below].flat());
});

Deno.test("createNetwork() pads as tfjs does: the odd pixel below and to the right", () => {
  const row = (kind: "conv2d" | "conv2dTranspose", stride: number, columns: number) =>
    createNetwork([{
      kind,
      activation: "linear",
      strides: [1, stride],
      padding: "same",
      kernel: { shape: [1, 3, 1, 1], data: Float32Array.of(1, 10, 100) },
      bias: null,
      outputShape: [1, columns, 1],
    }], [1, 4, 1])(Float32Array.of(1, 2, 3, 4));
  assert.deepEqual([...row("conv2d", 1, 4)], [210, 321, 432, 43]);
  assert.deepEqual([...row("conv2d", 2, 2)], [321, 43]);
  assert.deepEqual([...row("conv2dTranspose", 2, 8)], [1, 10, 102, 20, 203, 30, 304, 40]);
});

Deno.test("createNetwork() transposed convolution is the adjoint of the convolution", () => {
  // ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩ holds for every kernel, stride and padding, or the taps are misplaced.
  for (
    const [stride, padding, kernel, small] of [
      [1, "same", 3, 7],
      [2, "same", 3, 4],
      [
        2,
        "valid",
        3,
        3,
      ],
      [2, "same", 5, 4],
      [3, "valid", 2, 2],
    ] as const
  ) {
    const shared = {
      activation: "linear" as const,
      strides: [stride, stride] as [number, number],
      padding,
      kernel: { shape: [kernel, kernel, 5, 3], data: normals(kernel * kernel * 5 * 3) },
      bias: null,
    };
    const conv = createNetwork(
      [{ ...shared, kind: "conv2d", outputShape: [small, small, 3] }],
      [7, 7, 5],
    );
    const transposed = createNetwork(
      [{ ...shared, kind: "conv2dTranspose", outputShape: [7, 7, 5] }],
      [small, small, 3],
    );
    const x = normals(7 * 7 * 5, "x"), y = normals(small * small * 3, "y");
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const left = dot(conv(x), y), right = dot(x, transposed(y));
    assert.ok(Math.abs(left - right) < 1e-3, `stride ${stride} ${padding}: ${left}, ${right}`);
  }
});

Deno.test("centreDigit() scales ink to 20 pixels and puts its centre of mass in the middle", () => {
  const columns = 100, rows = 80;
  const ink = new Uint8Array(columns * rows);
  for (let y = 10; y < 70; y++) {
    for (let x = 5; x < (y < 40 ? 15 : 35); x++) ink[y * columns + x] = 255;
  }
  const digit = centreDigit(ink, columns, rows)!;
  let mass = 0, massX = 0, massY = 0, top = 28, bottom = -1;
  digit.forEach((value, i) => {
    const x = i % 28, y = Math.floor(i / 28);
    mass += value;
    massX += value * (x + 0.5);
    massY += value * (y + 0.5);
    if (value > 0.01) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  });
  assert.ok(Math.abs(massX / mass - 14) < 1e-4 && Math.abs(massY / mass - 14) < 1e-4);
  assert.ok(bottom - top + 1 === 20 || bottom - top + 1 === 21, `height ${bottom - top + 1}`);
  // 1,200 inked pixels of 1/3 × 1/3: ink is spread, never lost.
  assert.ok(Math.abs(mass - (30 * 10 + 30 * 30) / 9) < 1e-3);
});

Deno.test("centreDigit() has nothing to say about an empty pad", () => {
  assert.equal(centreDigit(new Uint8Array(100), 10, 10), null);
});

Deno.test("createProjection() moves along the plane and leaves the rest of a code alone", () => {
  const plane = createProjection({ origin: [1, 0, 0], axes: [[0, 2, 0], [0, 0, 0.5]] });
  const z = Float32Array.of(7, 4, 1);
  assert.deepEqual(plane.project(z), [2, 2]);
  plane.move(z, [-1, 6]);
  assert.deepEqual([...z], [7, -2, 3]);
});

Deno.test("createProjection() shadow is that of the code's Gaussian", () => {
  const flat = createProjection({ origin: [0, 0], axes: [[1, 0], [0, 1]] });
  const { x, y, axes: [long, short] } = flat.shadow([2, -1], [0.1, 0.4]);
  assert.deepEqual([x, y], [2, -1]);
  assert.ok(Math.abs(Math.hypot(...long) - 0.4) < 1e-9 && Math.abs(long[0]) < 1e-9);
  assert.ok(Math.abs(Math.hypot(...short) - 0.1) < 1e-9);
  const r = Math.SQRT1_2;
  const turned = createProjection({ origin: [0, 0], axes: [[r, r], [-r, r]] });
  const { axes: [first] } = turned.shadow([0, 0], [1, 0]);
  assert.ok(Math.abs(first[0] * r - first[1] * r - 1) < 1e-9, "points along z1");
});

Deno.test("write() uses a true minus and no negative zero", () => {
  assert.equal(write([-0.001, -1.25, 3]), "0.00, −1.25, 3.00");
});

Deno.test("centreDigit() does not count the soft rim of a stroke for the box", () => {
  const square = new Uint8Array(100 * 100);
  for (let y = 40; y < 60; y++) square.fill(255, y * 100 + 40, y * 100 + 60);
  const rimmed = square.slice();
  for (let y = 20; y < 80; y++) rimmed[y * 100 + 30] = 20;
  const inked = (ink: Uint8Array) => centreDigit(ink, 100, 100)!.filter((v) => v > 0.5).length;
  assert.deepEqual([inked(square), inked(rimmed)], [400, 400]);
});

Deno.test("scaleInk() takes the mean of the ink that each pixel stands for", () => {
  // 5 × 5 with one inked pixel, to 2 × 2: each stands for 2.5 × 2.5
  const ink = new Uint8Array(25);
  ink[2 * 5 + 1] = 255;
  const image = scaleInk(ink, 5, 2)!;
  [0.5 / 6.25, 0, 0.5 / 6.25, 0].forEach((wanted, i) =>
    assert.ok(Math.abs(image[i] - wanted) < 1e-6, `${image[i]} at ${i}`)
  );
  assert.equal(scaleInk(new Uint8Array(25), 5, 2), null);
});

Deno.test("wordsOfImage() says what an image is, where that is known", () => {
  assert.equal(wordsOfImage("digit", 3, "0"), "test digit 3, a 0");
  assert.equal(wordsOfImage("image", 3, "sandal"), "test image 3, sandal");
  assert.equal(wordsOfImage("image", 3), "test image 3");
});

Deno.test("createProjection() direction is the way of the point as one number grows", () => {
  const plane = createProjection({ origin: [1, 0, 0], axes: [[0, 2, 0], [0, 0, 0.5]] });
  const z = Float32Array.of(7, 4, 1), from = plane.project(z);
  z[2] += 1;
  assert.deepEqual(plane.direction(2), plane.project(z).map((value, k) => value - from[k]));
  assert.deepEqual(plane.direction(0), [0, 0]);
});

Deno.test("createProjection() projects many codes as it does each", () => {
  const plane = createProjection({ origin: [1, 0], axes: [[0, 2], [1, 0]] });
  assert.deepEqual([...plane.projectAll(Float32Array.of(1, 2, 3, 4))], [1, 0, 2, 2]);
  const strip = createProjection({ origin: [0], axes: [[2]] });
  assert.deepEqual([...strip.projectAll(Float32Array.of(4, 6))], [2, 0, 3, 0]);
});

Deno.test("nameOfDimension() counts from one, with subscripts", () => {
  assert.deepEqual([0, 1, 19].map(nameOfDimension), ["z₁", "z₂", "z₂₀"]);
});
