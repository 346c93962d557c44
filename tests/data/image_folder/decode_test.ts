import assert from "node:assert/strict";
import { decodePicture } from "../../../lib/data/image_folder/decode.ts";
import { RandomStream } from "../../../lib/random.ts";
import { jpegFile, painted, pngFile, pngOf, webpFile } from "./picture_files.ts";

const pixelsOf = async (bytes: Uint8Array<ArrayBuffer>) => [...(await decodePicture(bytes)).rgba];

/** Red above, blue below, and a green corner at the left. */
const flag = painted(
  16,
  32,
  (x, y) => y >= 16 ? [0, 0, 255] : x < 8 && y < 8 ? [0, 255, 0] : [255, 0, 0],
);

Deno.test("decodePicture() gives a PNG's pixels and opacity as they are", async () => {
  const image = painted(3, 2, (x, y) => [10 * x, 100 * y, 7, 50 * x]);
  const picture = await decodePicture(pngOf(image));
  assert.deepEqual([picture.width, picture.height], [3, 2]);
  assert.deepEqual([...picture.rgba], [...image.data]);
});

Deno.test("decodePicture() turns every kind of PNG into colour with 8 bits", async () => {
  const [black, grey, white] = [[0, 0, 0, 255], [85, 85, 85, 255], [255, 255, 255, 255]];
  const kinds: [string, Uint8Array<ArrayBuffer>, number[]][] = [
    ["1 bit", pngFile([3, 1, 1, "grey"], [[0b10100000]]), [...white, ...black, ...white]],
    ["2 bits", pngFile([3, 1, 2, "grey"], [[0b00011100]]), [...black, ...grey, ...white]],
    ["4 bits", pngFile([3, 1, 4, "grey"], [[0x0f, 0x50]]), [...black, ...white, ...grey]],
    ["grey", pngFile([1, 2, 8, "grey"], [[0], [85]]), [...black, ...grey]],
    ["16 bits", pngFile([3, 1, 16, "grey"], [[0xff, 0xff, 85, 85, 0, 0]]), [
      ...white,
      ...grey,
      ...black,
    ]],
    ["grey and opacity", pngFile([1, 1, 8, "greyAlpha"], [[85, 9]]), [85, 85, 85, 9]],
    ["colour", pngFile([1, 1, 8, "colour"], [[1, 2, 3]]), [1, 2, 3, 255]],
    [
      "16 bits of colour and opacity",
      pngFile([1, 1, 16, "colourAlpha"], [[1, 1, 2, 2, 3, 3, 4, 4]]),
      [1, 2, 3, 4],
    ],
    [
      "a palette with opacity",
      pngFile([3, 1, 2, "palette"], [[0b00011000]], {
        PLTE: [255, 0, 0, 0, 255, 0, 0, 0, 255],
        tRNS: [255, 128],
      }),
      [255, 0, 0, 255, 0, 255, 0, 128, 0, 0, 255, 255],
    ],
    [
      "a transparent grey value",
      pngFile([2, 1, 8, "grey"], [[7, 85]], { tRNS: [0, 7] }),
      [7, 7, 7, 0, ...grey],
    ],
  ];
  for (const [words, bytes, wanted] of kinds) {
    assert.deepEqual(await pixelsOf(bytes), wanted, words);
  }
});

Deno.test("decodePicture() reads WebP without loss, opacity too", async () => {
  const image = painted(5, 4, (x, y) => [50 * x, 60 * y, 9, x ? 255 : 40]);
  assert.deepEqual(await pixelsOf(await webpFile(image)), [...image.data]);
});

Deno.test("decodePicture() reads JPEG, colours within what it loses", async () => {
  const picture = await decodePicture(await jpegFile(flag));
  assert.deepEqual([picture.width, picture.height], [16, 32]);
  const near = (x: number, y: number, wanted: number[]) => {
    const found = [...picture.rgba.subarray(4 * (y * 16 + x)).subarray(0, 4)];
    assert.ok(found.every((value, i) => Math.abs(value - wanted[i]) <= 4), `${x}, ${y}: ${found}`);
  };
  near(2, 2, [0, 255, 0, 255]);
  near(13, 3, [255, 0, 0, 255]);
  near(8, 28, [0, 0, 255, 255]);
});

Deno.test("decodePicture() turns a JPEG as its EXIF orientation says", async () => {
  /** Where the green corner and the blue half come to lie, for each orientation: x and y from 0 to 1. */
  const places: [green: [number, number], blue: [number, number]][] = [
    [[0.1, 0.1], [0.5, 0.9]],
    [[0.9, 0.1], [0.5, 0.9]],
    [[0.9, 0.9], [0.5, 0.1]],
    [[0.1, 0.9], [0.5, 0.1]],
    [[0.1, 0.1], [0.9, 0.5]],
    [[0.9, 0.1], [0.1, 0.5]],
    [[0.9, 0.9], [0.1, 0.5]],
    [[0.1, 0.9], [0.9, 0.5]],
  ];
  for (const [i, [green, blue]] of places.entries()) {
    const { width, height, rgba } = await decodePicture(await jpegFile(flag, i + 1));
    assert.deepEqual([width, height], i < 4 ? [16, 32] : [32, 16], `orientation ${i + 1}`);
    const brightest = ([x, y]: [number, number]) => {
      const at = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
      const pixel = [...rgba.subarray(at, at + 3)];
      return pixel.indexOf(Math.max(...pixel));
    };
    assert.deepEqual([brightest(green), brightest(blue)], [1, 2], `orientation ${i + 1}`);
  }
});

Deno.test("decodePicture() refuses what is no picture, damaged or too large, and reads on after it", async () => {
  const random = new RandomStream(1, "noise");
  const noise = await jpegFile(painted(64, 64, () => [random.integer(256), 9, 9]));
  const png = pngOf(flag), jpeg = await jpegFile(flag), webp = await webpFile(flag);
  const text = (words: string) => new TextEncoder().encode(words);
  const changed = (bytes: Uint8Array<ArrayBuffer>, at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(jpeg[i + 1]));
  const refused: [string, Uint8Array<ArrayBuffer>, RegExp][] = [
    ["nothing", new Uint8Array(), /^the file is empty$/],
    ["text", text("hello, hello, hello"), /^it is no picture, or its header is damaged$/],
    ["a GIF", text("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), /^it is gif, not PNG, JPEG or WebP$/],
    [
      "an SVG",
      text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /^it is svg, not/,
    ],
    ["a BMP", text("BM" + "\0".repeat(60)), /^it is bmp, not/],
    ["a PNG's signature", png.slice(0, 8), /header is damaged$/],
    ["half a PNG", png.slice(0, png.length / 2), /^damaged PNG file$/],
    ["a PNG with a changed byte", changed(png, 50, png[50] ^ 5), /^damaged PNG file$/],
    [
      "a PNG of 2³² pixels",
      changed(png, 16, 0, 1, 0, 0, 0, 1, 0, 0),
      /^65536×65536 pixels, expected at most 100 million$/,
    ],
    ["half a JPEG", noise.slice(0, noise.length / 2), /premature end/i],
    ["a JPEG's header", jpeg.slice(0, frame + 20), /^Premature end of JPEG file$/],
    [
      "a JPEG of 2³² pixels",
      changed(jpeg, frame + 5, 255, 255, 255, 255),
      /^65535×65535 pixels, expected/,
    ],
    ["half a WebP", webp.slice(0, webp.length / 2), /^damaged or animated WebP file$/],
  ];
  for (const [words, bytes, message] of refused) {
    await assert.rejects(decodePicture(bytes), { name: "Error", message }, words);
    for (const good of [png, jpeg, webp]) {
      assert.equal((await decodePicture(good)).rgba.length, 4 * 16 * 32, `after ${words}`);
    }
  }
});
