import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { verified } from "../../lib/data/checksum.ts";
import { sha256 } from "../../lib/hash.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const wanted = {
  bytes: 3,
  // FIPS 180-4's example, the digest of "abc".
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
};

Deno.test("sha256() is the standard's digest", async () => {
  assert.equal(await sha256(bytes("abc")), wanted.sha256);
});

Deno.test("verified() takes plain and gzip bytes, whatever the gzip looks like", async () => {
  assert.deepEqual([...await verified(bytes("abc"), wanted, "x")], [...bytes("abc")]);
  for (const level of [0, 9]) {
    const stored = new Uint8Array(gzipSync(bytes("abc"), { level }));
    assert.deepEqual([...await verified(stored, wanted, "x")], [...bytes("abc")]);
  }
});

Deno.test("verified() names what it found and what was wanted", async () => {
  await assert.rejects(verified(bytes("abcd"), wanted, "x"), { message: "x: 4 bytes, expected 3" });
  const other = "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34";
  await assert.rejects(verified(bytes("def"), wanted, "x"), {
    message: `x: SHA-256 is ${other}, expected ${wanted.sha256}`,
  });
});

Deno.test("verified() refuses gzip that is cut short", async () => {
  const stored = new Uint8Array(gzipSync(bytes("abc"))).slice(0, -9);
  await assert.rejects(verified(stored, wanted, "x"), /x: cannot be decompressed to 3 bytes: /);
});

Deno.test("verified() stops inflating at the wanted size", async () => {
  const size = 50_000_000;
  const bomb = new Uint8Array(gzipSync(new Uint8Array(size)));
  const before = Deno.memoryUsage().external;
  await assert.rejects(verified(bomb, wanted, "x"), /x: cannot be decompressed to 3 bytes: /);
  assert.ok(Deno.memoryUsage().external - before < size / 2, "all of it was inflated");
});

Deno.test("verified() takes a gzip file by its own checksum, and then no other form of it", async () => {
  const stored = new Uint8Array(gzipSync(bytes("abc")));
  const ofGzip = { bytes: 3, sha256: await sha256(stored), ofGzip: true } as const;
  assert.deepEqual([...await verified(stored, ofGzip, "x")], [...bytes("abc")]);
  await assert.rejects(verified(bytes("abc"), ofGzip, "x"), {
    message: "x: cannot be verified: only the checksum of the original gzip file is known",
  });
  const other = new Uint8Array(gzipSync(bytes("abc"), { level: 0 }));
  await assert.rejects(verified(other, ofGzip, "x"), /x: SHA-256 is/);
});
