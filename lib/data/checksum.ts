/** Whether a file holds the bytes it should: SHA-256 of what a gzip of bounded size inflates to. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { sha256 } from "../hash.ts";

const inflate = promisify(gunzip) as (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Uint8Array<ArrayBuffer>>;

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What a file's bytes must be once decompressed. */
export interface Checksum {
  bytes: number;
  sha256: string;
  /** `sha256` is the gzip file's own, where nobody published that of its content. */
  ofGzip?: true;
}

/**
 * The decompressed bytes of a gzip or plain file, if they are the wanted ones. Mirrors differ in their
 * gzip, so the checksum is that of the decompressed bytes, unless it is said to be the gzip file's; never
 * more than `wanted.bytes` are inflated.
 *
 * @param name what to call the file in messages
 * @throws Error saying what was found and what was wanted
 */
export async function verified(
  stored: Uint8Array<ArrayBuffer>,
  wanted: Checksum,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let plain = stored;
  if (isGzip(stored)) {
    try {
      plain = await inflate(stored, { maxOutputLength: wanted.bytes });
    } catch (error) {
      throw new Error(
        `${name}: cannot be decompressed to ${wanted.bytes} bytes: ${(error as Error).message}`,
      );
    }
  }
  if (plain.length !== wanted.bytes) {
    throw new Error(`${name}: ${plain.length} bytes, expected ${wanted.bytes}`);
  }
  if (wanted.ofGzip && plain === stored) {
    throw new Error(
      `${name}: cannot be verified: only the checksum of the original gzip file is known`,
    );
  }
  const found = await sha256(wanted.ofGzip ? stored : plain);
  if (found !== wanted.sha256) {
    throw new Error(`${name}: SHA-256 is ${found}, expected ${wanted.sha256}`);
  }
  return plain;
}
