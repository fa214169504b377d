// Owns the bounded memory of all transfers together: reused buffers, first come first served, one for each running transfer.
import { Line } from './line.ts';

export interface Slab {
  readonly bytes: Buffer;
  /** Gives the buffer back for reuse: only when nobody can read or write it any more. */
  release(): void;
  /** Frees the place but not the buffer, because a socket or the disk may still hold it. */
  drop(): void;
}

export interface Lease {
  /** Waits for a buffer; one is there for every transfer in the end. */
  acquire(length: number, signal: AbortSignal): Promise<Slab>;
  /** A buffer for going ahead, unless another transfer needs it as its first. */
  tryExtra(length: number): Slab | undefined;
  close(): void;
}

interface Wish {
  readonly holder: Holder;
  readonly cost: number;
  readonly length: number;
}

interface Holder {
  held: number;
}

export class SlabPool {
  readonly #slabBytes: number;
  readonly #maxBytes: number;
  readonly #free: Buffer[] = [];
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

  get waiting(): number {
    return this.#line.length;
  }

  lease(): Lease {
    const holder: Holder = { held: 0 };
    this.#holders.add(holder);
    return {
      acquire: (length, signal) => this.#acquire(holder, length, signal),
      tryExtra: (length) => this.#tryExtra(holder, length),
      close: () => this.#holders.delete(holder),
    };
  }

  /** Small objects take what they need; everything from a quarter of a slab on takes a whole one, which can be reused. */
  #costOf(length: number): number {
    if (length < this.#slabBytes / 4) return Math.max(1, length);
    return Math.min(this.#maxBytes, Math.ceil(length / this.#slabBytes) * this.#slabBytes);
  }

  #acquire(holder: Holder, length: number, signal: AbortSignal): Promise<Slab> {
    const turn = this.#line.join({ holder, length, cost: this.#costOf(length) }, signal, () => this.#serve());
    this.#serve();
    return turn;
  }

  #tryExtra(holder: Holder, length: number): Slab | undefined {
    const bytes = this.#costOf(length);
    let entitled = 0;
    for (const other of this.#holders) if (other !== holder && other.held === 0) entitled += this.#slabBytes;
    const fits = this.#line.length === 0 && this.#inUse + bytes + entitled <= this.#maxBytes;
    return fits ? this.#take(holder, bytes, length) : undefined;
  }

  #serve(): void {
    for (let wish = this.#line.first; wish !== undefined; wish = this.#line.first) {
      if (this.#inUse + wish.cost > this.#maxBytes) return;
      this.#line.admit(this.#take(wish.holder, wish.cost, wish.length));
    }
  }

  #take(holder: Holder, cost: number, length: number): Slab {
    this.#inUse += cost;
    holder.held += cost;
    const reusable = cost === this.#slabBytes;
    // Memory of its own, so that a late reader can only ever see transfer bytes.
    const bytes = (reusable ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(reusable ? this.#slabBytes : length);
    let open = true;
    const close = (reuse: boolean): void => {
      if (!open) return;
      open = false;
      this.#inUse -= cost;
      holder.held -= cost;
      if (reuse && reusable) this.#free.push(bytes);
      this.#serve();
    };
    return { bytes, release: () => close(true), drop: () => close(false) };
  }
}
