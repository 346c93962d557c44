import assert from "node:assert/strict";
import { encodeAnimation } from "../../lib/visuals/raster/gif.ts";
import { blankRaster, type Raster } from "../../lib/visuals/raster/raster.ts";
import { readApng } from "./apng.ts";
import { pixelsOf, readGif } from "./gif_reader.ts";

const grey = (frame: number): Raster => ({
  width: 16,
  height: 16,
  data: Uint8Array.from({ length: 256 }, (_, i) => (i + 40 * frame) % 256),
  channels: 1,
});

Deno.test("encodeAnimation() keeps frames in order, all 256 greys exact (read back by omggif)", () => {
  const gif = readGif(encodeAnimation([0, 1, 2].map((i) => ({ raster: grey(i) }))).gif);
  assert.deepEqual([gif.numFrames(), gif.width, gif.height], [3, 16, 16]);
  for (const frame of [0, 1, 2]) {
    const pixels = pixelsOf(gif, frame);
    assert.deepEqual([...grey(frame).data], [...pixels].filter((_, i) => i % 4 === 1));
  }
});

Deno.test("encodeAnimation() stores what changes alone, and shows whole frames", () => {
  const noise = Uint8Array.from({ length: 4096 }, (_, i) => (i * i * 31 + 7 * i) % 251);
  const frames = [0, 1, 2].map((frame): { raster: Raster } => ({
    raster: { width: 64, height: 64, channels: 1, data: noise.with(100, frame) },
  }));
  const { gif: bytes, png } = encodeAnimation(frames);
  const one = encodeAnimation(frames.slice(0, 1));
  assert.ok(
    bytes.length < 1.2 * one.gif.length,
    `${bytes.length} bytes, one frame ${one.gif.length}`,
  );
  const [gif, apng] = [readGif(bytes), readApng(png)];
  for (const [i, { raster: { data } }] of frames.entries()) {
    assert.deepEqual([...data], [...pixelsOf(gif, i)].filter((_, at) => at % 4 === 1));
    assert.deepEqual([...data], apng[i].pixels);
  }
});

Deno.test("encodeAnimation() shows frames for 0.4 s and the last for 2.5 s where nobody says otherwise", () => {
  const { png } = encodeAnimation([0, 1, 2].map((i) => ({ raster: grey(i) })));
  assert.deepEqual(readApng(png).map(({ milliseconds }) => milliseconds), [400, 400, 2500]);
});

Deno.test("encodeAnimation() holds the last frame longer and repeats forever", () => {
  const animation = encodeAnimation([0, 1, 2].map((i) => ({ raster: grey(i) })), {
    milliseconds: 300,
    firstMilliseconds: 900,
    lastMilliseconds: 2000,
  });
  const gif = readGif(animation.gif);
  assert.deepEqual([0, 1, 2].map((i) => gif.frameInfo(i).delay), [90, 30, 200]); // hundredths
  assert.equal(gif.loopCount(), 0);
  const frames = readApng(animation.png);
  assert.deepEqual(frames.map(({ milliseconds }) => milliseconds), [900, 300, 2000]);
  assert.deepEqual(frames[2].pixels, [...grey(2).data]);
});

Deno.test("encodeAnimation() keeps up to 256 colours exact", () => {
  const raster: Raster = {
    width: 2,
    height: 1,
    data: Uint8Array.of(255, 127, 14, 1, 2, 3),
    channels: 3,
  };
  const pixels = pixelsOf(readGif(encodeAnimation([{ raster }]).gif), 0);
  assert.deepEqual([...pixels], [255, 127, 14, 255, 1, 2, 3, 255]);
});

Deno.test("encodeAnimation() finds near colours where there are more than 256", () => {
  const data = new Uint8Array(64 * 64 * 3);
  for (let i = 0; i < 4096; i++) data.set([4 * (i % 64), 4 * Math.floor(i / 64), 128], 3 * i);
  const raster: Raster = { width: 64, height: 64, data, channels: 3 };
  const pixels = pixelsOf(readGif(encodeAnimation([{ raster }]).gif), 0);
  let worst = 0;
  for (let i = 0; i < 4096; i++) {
    for (const c of [0, 1, 2]) {
      worst = Math.max(worst, Math.abs(pixels[4 * i + c] - data[3 * i + c]));
    }
  }
  assert.ok(worst > 0 && worst <= 24, `worst difference ${worst}`);
});

Deno.test("encodeAnimation() writes each frame's caption under it and leaves the picture alone", () => {
  const raster = blankRaster(200, 10, { grey: 3 });
  const gif = readGif(
    encodeAnimation([
      { raster, caption: "epoch 0 · test −ELBO 543.4" },
      { raster, caption: "epoch 1 · test −ELBO 178.9" },
    ]).gif,
  );
  assert.equal(gif.height, 38);
  const [first, second] = [pixelsOf(gif, 0), pixelsOf(gif, 1)];
  assert.ok(first.subarray(0, 8000).every((value, i) => value === (i % 4 === 3 ? 255 : 3)));
  const dark = first.subarray(8000).filter((value) => value < 100).length;
  assert.ok(dark > 300, `the caption has ${dark} dark values`);
  assert.notDeepEqual(first.subarray(8000), second.subarray(8000));
  const column = (pixels: Uint8Array, x: number) =>
    Array.from({ length: 28 }, (_, y) => pixels[4 * ((10 + y) * 200 + x)]);
  assert.ok([0, 1, 198, 199].every((x) => column(first, x).every((value) => value === 255)));
});

Deno.test("encodeAnimation() names the frame that differs in size, and refuses none", () => {
  assert.throws(
    () => encodeAnimation([{ raster: grey(0) }, { raster: blankRaster(4, 4) }]),
    /frames: expected 16×16, as the first, got 4×4 \(frame 1\)/,
  );
  assert.throws(() => encodeAnimation([]), /frames: expected one or more, got none/);
});
