import assert from "node:assert/strict";
import { encodeIdx, IdxError, type IdxKind, parseIdx } from "../../lib/data/idx.ts";

const images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];
const labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9];

function refused(bytes: number[], kind: IdxKind, message: string) {
  assert.throws(() => parseIdx(Uint8Array.from(bytes), kind, "x.gz"), (error) => {
    assert.ok(error instanceof IdxError);
    assert.equal(error.message, `Cannot parse IDX file "x.gz": ${message}`);
    return true;
  });
}

Deno.test("parseIdx() reads images and labels", () => {
  const parsed = parseIdx(Uint8Array.from(images), "images", "x");
  assert.deepEqual(parsed.shape, [2, 1, 3]);
  assert.deepEqual([...parsed.data], [10, 20, 30, 40, 50, 60]);
  assert.deepEqual(parseIdx(Uint8Array.from(labels), "labels", "x"), {
    shape: [3],
    data: Uint8Array.of(7, 0, 9),
  });
});

Deno.test("parseIdx() reads a view into a larger buffer, without a copy", () => {
  const large = new Uint8Array(100);
  large.set(labels, 37);
  const { data } = parseIdx(large.subarray(37, 37 + labels.length), "labels", "x");
  assert.deepEqual([...data], [7, 0, 9]);
  assert.equal(data.buffer, large.buffer);
});

Deno.test("parseIdx() refuses another magic number", () => {
  refused(
    labels,
    "images",
    "magic is 0x00000801, expected 0x00000803 (images), at offset 0",
  );
  refused(images, "labels", "magic is 0x00000803, expected 0x00000801 (labels), at offset 0");
  refused(
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0],
    "labels",
    "magic is 0x1f8b0800 (still compressed with gzip), expected 0x00000801 (labels), at offset 0",
  );
  refused(
    [...new TextEncoder().encode("<html>")],
    "images",
    "magic is 0x3c68746d, expected 0x00000803 (images), at offset 0",
  );
});

Deno.test("parseIdx() refuses a file that ends in its header", () => {
  refused([], "images", "the file ends after 0 bytes, expected a header of 16, at offset 0");
  refused([0, 0, 8], "images", "the file ends after 3 bytes, expected a header of 16, at offset 3");
  refused(
    images.slice(0, 15),
    "images",
    "the file ends after 15 bytes, expected a header of 16, at offset 15",
  );
  refused(
    labels.slice(0, 7),
    "labels",
    "the file ends after 7 bytes, expected a header of 8, at offset 7",
  );
});

Deno.test("parseIdx() refuses data that is shorter or longer than the header says", () => {
  refused(images.slice(0, -1), "images", "5 bytes of data, expected 6 (2 × 1 × 3), at offset 16");
  refused([...images, 0], "images", "7 bytes of data, expected 6 (2 × 1 × 3), at offset 16");
  refused(labels.slice(0, -1), "labels", "2 bytes of data, expected 3 (3), at offset 8");
});

Deno.test("parseIdx() refuses images of no pixels", () => {
  const flat = images.with(11, 0);
  refused(flat, "images", "height is 0, expected at least 1, at offset 8");
  refused(images.with(15, 0), "images", "width is 0, expected at least 1, at offset 12");
  refused(labels.with(7, 0), "labels", "count is 0, expected at least 1, at offset 4");
});

Deno.test("parseIdx() refuses a lying header before it allocates what that asks for", () => {
  const lie = [0, 0, 8, 3, ...new Array(12).fill(255), 1, 2, 3];
  const before = Deno.memoryUsage().external;
  refused(
    lie,
    "images",
    `3 bytes of data, expected ${4294967295 ** 3} (4294967295 × 4294967295 × 4294967295), ` +
      "at offset 16",
  );
  const half = [0, 0, 8, 1, 0x7f, 0xff, 0xff, 0xff, 1];
  refused(half, "labels", "1 bytes of data, expected 2147483647 (2147483647), at offset 8");
  assert.ok(Deno.memoryUsage().external - before < 2147483647 / 2, "it was allocated");
});

Deno.test("encodeIdx() is the inverse of parseIdx()", () => {
  assert.deepEqual(
    [...encodeIdx(parseIdx(Uint8Array.from(images), "images", "x"))],
    images,
  );
  assert.deepEqual(
    [...encodeIdx(parseIdx(Uint8Array.from(labels), "labels", "x"))],
    labels,
  );
});
