// Owns which chunks of one object are there, in whatever order they came.
import type { ChunkAck } from '../providers/provider.ts';

export class ChunkSet {
  readonly #chunkSize: number;
  readonly #size: number;
  readonly #held = new Set<number>();
  /** Everything before it is there. */
  #prefix = 0;
  #acks: ChunkAck[] = [];

  constructor(size: number, chunkSize: number) {
    this.#size = size;
    this.#chunkSize = chunkSize;
  }

  get prefix(): number {
    return this.#prefix;
  }

  get complete(): boolean {
    return this.#prefix === this.#size;
  }

  holds(offset: number): boolean {
    return offset < this.#prefix || this.#held.has(offset);
  }

  add(offset: number): void {
    if (this.holds(offset)) return;
    this.#held.add(offset);
    while (this.#held.delete(this.#prefix)) this.#prefix = Math.min(this.#size, this.#prefix + this.#chunkSize);
  }

  acknowledge(acks: readonly ChunkAck[]): void {
    this.#acks.push(...acks);
  }

  takeAcks(): readonly ChunkAck[] {
    const acks = this.#acks;
    this.#acks = [];
    return acks;
  }
}
