/** Whether two things are the same: SHA-256 for files, short hashes for settings and images in memory. */

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Two lanes of 32 bits over the same words, so that the hash has 64: against mistakes, not forgers. */
export class Hash {
  #a = 0x9e3779b9;
  #b = 0x7f4a7c15;

  /** Takes in a 32-bit word (FNV-1a's step, with two offsets and two primes). */
  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    this.#b = Math.imul(this.#b ^ value, 0x85ebca6b) ^ (this.#b >>> 15);
  }

  /** Takes in bytes, four at a time, and how many there were. */
  bytes(bytes: Uint8Array): void {
    // Words are read where they lie whole; a copy begins at one.
    const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const words = new Int32Array(whole.buffer, whole.byteOffset, Math.floor(whole.length / 4));
    for (let i = 0; i < words.length; i++) this.word(words[i]);
    for (let i = 4 * words.length; i < whole.length; i++) this.word(whole[i]);
    this.word(whole.length);
  }

  /** 16 hexadecimal digits of what was taken in so far. */
  text(): string {
    return [this.#a, this.#b].map((lane) => {
      let mixed = lane ^ (lane >>> 16);
      mixed = Math.imul(mixed, 0x45d9f3b);
      return ((mixed ^ (mixed >>> 15)) >>> 0).toString(16).padStart(8, "0");
    }).join("");
  }
}

/** The hash of a text. */
export function hashText(text: string): string {
  const hash = new Hash();
  hash.bytes(new TextEncoder().encode(text));
  return hash.text();
}
