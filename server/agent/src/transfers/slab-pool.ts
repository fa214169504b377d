// Owns the bounded memory of all transfers together: reused buffers, one for each transfer, the rest to whoever has the least.
import { FreeBuffers } from './free-buffers.ts';
import { Line } from './line.ts';

export interface Slab {
  readonly bytes: Buffer;
  /** Gives the buffer back for reuse: only when nobody can read or write it any more. */
  release(): void;
  /** Frees the place but not the buffer, because a socket or the disk may still hold it. */
  drop(): void;
}

/**
 * The buffers of one transfer. Nobody may wait for one while he holds another of the same object or a place at a store: whoever has a buffer can
 * always go on, and so it comes back.
 */
export interface Lease {
  /** Waits for a buffer of at least `length` bytes; one is there for every transfer in the end. Rejects with the signal's reason. */
  acquire(length: number, signal: AbortSignal): Promise<Slab>;
  /** A buffer for going ahead, unless another transfer needs it as its first, or waits and has no more than this one. */
  tryExtra(length: number): Slab | undefined;
  /** Whether another transfer that has none waits: time to give one back. */
  wanted(): boolean;
  close(): void;
}

interface Wish {
  readonly holder: Holder;
  readonly length: number;
}

interface Holder {
  /** Bytes. */
  held: number;
}

/**
 * All buffers together, in use or kept for reuse, have at most `slabBytes` times `maxSlabs` bytes. A buffer that is larger than that is the only
 * one while it is there, in use or kept.
 */
export class SlabPool {
  readonly #slabBytes: number;
  readonly #maxBytes: number;
  readonly #free = new FreeBuffers();
  readonly #line = new Line<Wish, Slab>();
  readonly #holders = new Set<Holder>();
  #inUse = 0;

  constructor(limits: { slabBytes: number; maxSlabs: number }) {
    this.#slabBytes = limits.slabBytes;
    this.#maxBytes = limits.slabBytes * limits.maxSlabs;
  }

  /** Bytes. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Bytes in use and bytes kept for reuse. */
  get footprint(): number {
    return this.#inUse + this.#free.bytes;
  }

  get waiting(): number {
    return this.#line.length;
  }

  lease(): Lease {
    const holder: Holder = { held: 0 };
    this.#holders.add(holder);
    return {
      acquire: (length, signal) => this.#acquire({ holder, length }, signal),
      tryExtra: (length) => this.#tryExtra({ holder, length }),
      wanted: () => this.#line.tickets.some((wish) => wish.holder !== holder && wish.holder.held === 0),
      close: () => {
        this.#holders.delete(holder);
        // One that is larger than the pool is kept for the next chunk of the same object only.
        this.#free.shrink(this.#maxBytes - this.#inUse);
        // What was kept for its first may go to others.
        this.#serve();
      },
    };
  }

  /** Small objects take what they need; from a quarter of a slab on a whole one, and chunks that are larger what they have: both can be reused. */
  #capacityFor(length: number): number {
    return length < this.#slabBytes / 4 ? Math.max(1, length) : Math.max(length, this.#slabBytes);
  }

  #acquire(wish: Wish, signal: AbortSignal): Promise<Slab> {
    const turn = this.#line.join(wish, signal, () => this.#serve());
    this.#serve();
    return turn;
  }

  #tryExtra(wish: Wish): Slab | undefined {
    const others = this.#line.tickets.some(({ holder }) => holder.held <= wish.holder.held);
    return !others && this.#fits(wish) ? this.#take(wish) : undefined;
  }

  /** The one whose turn it is may wait for room, and nobody passes him: he would wait for ever. */
  #serve(): void {
    while (this.#line.length > 0) {
      const wishes = this.#line.tickets;
      const at = fairest(wishes);
      const wish = wishes[at];
      if (wish === undefined || !this.#fits(wish)) return;
      this.#line.admit(this.#take(wish), at);
    }
  }

  #fits({ holder, length }: Wish): boolean {
    const needed = this.#inUse + this.#capacityFor(length);
    if (holder.held === 0) return this.#inUse === 0 || needed <= this.#maxBytes;
    let entitled = 0;
    for (const other of this.#holders) if (other !== holder && other.held === 0) entitled += this.#slabBytes;
    return needed + entitled <= this.#maxBytes;
  }

  #take({ holder, length }: Wish): Slab {
    const capacity = this.#capacityFor(length);
    const bytes = this.#bufferOf(capacity);
    this.#inUse += capacity;
    holder.held += capacity;
    let open = true;
    const close = (reuse: boolean): void => {
      if (!open) return;
      open = false;
      this.#inUse -= capacity;
      holder.held -= capacity;
      if (reuse && capacity >= this.#slabBytes) this.#free.give(bytes);
      this.#serve();
    };
    return { bytes, release: () => close(true), drop: () => close(false) };
  }

  #bufferOf(capacity: number): Buffer {
    const known = this.#free.take(capacity);
    if (known !== undefined) return known;
    this.#free.shrink(this.#maxBytes - this.#inUse - capacity);
    // Memory of its own, so that a late reader can only ever see transfer bytes.
    return Buffer.allocUnsafeSlow(capacity);
  }
}

/** Whose transfer has the least; among equals, who came first. */
function fairest(wishes: readonly Wish[]): number {
  const held = wishes.map(({ holder }) => holder.held);
  return held.indexOf(Math.min(...held));
}
