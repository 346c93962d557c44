import assert from "node:assert/strict";
import { Hash, hashText } from "../lib/hash.ts";

function hashOf(bytes: Uint8Array): string {
  const hash = new Hash();
  hash.bytes(bytes);
  return hash.text();
}

/** The same bytes in a longer buffer, `offset` bytes after its beginning. */
function shifted(bytes: Uint8Array, offset: number, shared = false): Uint8Array {
  const length = offset + bytes.length + 3;
  const buffer = shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
  const view = new Uint8Array(buffer, offset, bytes.length);
  new Uint8Array(buffer).fill(0xee);
  view.set(bytes);
  return view;
}

/** Bytes whose words and lanes have their highest bits set here and there. */
const mixed = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 197 + 91) % 256);

Deno.test("Hash has the values of its definition, worked out apart from it", () => {
  assert.equal(new Hash().text(), "8648832903a9c0b6");
  assert.equal(hashOf(new Uint8Array()), "6a33b2f3e26138b7");
  assert.equal(hashOf(Uint8Array.of(1, 2, 3, 4)), "07e54bf2a64211a7");
  assert.equal(hashOf(Uint8Array.of(1, 2, 3, 4, 5, 6)), "01519509bc94ffe6");
  assert.equal(hashText("abc"), "59be551f7de31b17");
});

Deno.test("Hash is 16 hexadecimal digits, leading zeros included", () => {
  for (let i = 0; i < 500; i++) assert.match(hashText(`text ${i}`), /^[0-9a-f]{16}$/);
});

Deno.test("Hash changes with one bit of any byte, and in both of its lanes", () => {
  for (const length of [1, 3, 4, 5, 8, 30, 33]) {
    const bytes = mixed(length);
    const before = hashOf(bytes);
    for (let i = 0; i < length; i++) {
      for (const bit of [1, 128]) {
        bytes[i] ^= bit;
        const after = hashOf(bytes);
        assert.notEqual(after.slice(0, 8), before.slice(0, 8), `byte ${i} of ${length}`);
        assert.notEqual(after.slice(8), before.slice(8), `byte ${i} of ${length}`);
        bytes[i] ^= bit;
      }
    }
    assert.equal(hashOf(bytes), before);
  }
});

Deno.test("Hash of equal bytes is equal wherever they lie in memory", () => {
  for (const length of [0, 1, 3, 4, 7, 8, 29]) {
    const bytes = mixed(length);
    for (const offset of [0, 1, 2, 3, 4, 5]) {
      for (const shared of [false, true]) {
        const view = shifted(bytes, offset, shared);
        assert.equal(hashOf(view), hashOf(bytes), `${length} bytes at ${offset}`);
      }
    }
  }
});

Deno.test("Hash tells order, length and where one piece ends", () => {
  const hash = (...pieces: number[][]) => {
    const hash = new Hash();
    for (const piece of pieces) hash.bytes(Uint8Array.from(piece));
    return hash.text();
  };
  const all = [
    hash([1, 2, 3, 4]),
    hash([4, 3, 2, 1]),
    hash([1, 2, 3, 4, 0]),
    hash([1, 2, 3, 4, 0, 0, 0, 0]),
    hash([1, 2], [3, 4]),
    hash([1], [2, 3, 4]),
    hash([0]),
    hash([0, 0]),
    hash([]),
    hash([], []),
  ];
  assert.equal(new Set(all).size, all.length);
});

Deno.test("Hash does not fall together on many similar texts", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => `learningRate ${i}`);
  assert.equal(new Set(texts.map(hashText)).size, texts.length);
});
