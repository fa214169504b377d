// Owns QuickXorHash, the checksum of OneDrive (learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash), as a state that can be stored.

const BYTES = 20;
/** Byte i goes to bit 11·i of a ring of 160 bits, so what is 160 bytes apart meets at the same place. */
const SHIFT = 11;
const ROUND = 160;

export function quickXorOf(bytes: Buffer): string {
  const hash = new QuickXor();
  hash.update(bytes);
  return hash.digest();
}

export class QuickXor {
  readonly #ring: Buffer;
  #length: number;

  constructor(state: { readonly length: number; readonly ring: string } = { length: 0, ring: '' }) {
    this.#length = state.length;
    this.#ring = Buffer.alloc(BYTES);
    this.#ring.set(Buffer.from(state.ring, 'base64').subarray(0, BYTES));
  }

  get length(): number {
    return this.#length;
  }

  /** What the constructor takes to go on from here; its size is that of the ring. */
  get state(): { length: number; ring: string } {
    return { length: this.#length, ring: this.#ring.toString('base64') };
  }

  update(bytes: Buffer): void {
    const round = new Uint8Array(ROUND);
    const start = this.#length % ROUND;
    let done = 0;
    // Four bytes at a time where the start and the memory allow it: all chunks of the engine but odd ends.
    if (start === 0 && bytes.byteOffset % 4 === 0) {
      const sums = new Int32Array(round.buffer);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / ROUND) * (ROUND / 4));
      for (let at = 0; at < words.length; at += sums.length)
        for (let word = 0; word < sums.length; word++) sums[word] = (sums[word] ?? 0) ^ (words[at + word] ?? 0);
      done = words.byteLength;
    }
    for (let place = (start + done) % ROUND; done < bytes.length; done++) {
      round[place] = (round[place] ?? 0) ^ (bytes[done] ?? 0);
      place = place + 1 === ROUND ? 0 : place + 1;
    }
    this.#length += bytes.length;
    for (const [place, byte] of round.entries()) this.#turnIn(byte, (place * SHIFT) % ROUND);
  }

  /** As a checksum, in hexadecimal; the API has it in Base64. */
  digest(): string {
    const whole = Buffer.from(this.#ring);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(this.#length));
    for (const [at, byte] of length.entries()) whole[BYTES - 8 + at] = (whole[BYTES - 8 + at] ?? 0) ^ byte;
    return whole.toString('hex');
  }

  #turnIn(byte: number, bit: number): void {
    const [first, second] = [bit >> 3, ((bit >> 3) + 1) % BYTES];
    this.#ring[first] = (this.#ring[first] ?? 0) ^ (byte << (bit & 7));
    this.#ring[second] = (this.#ring[second] ?? 0) ^ (byte >> (8 - (bit & 7)));
  }
}
