// Owns the bounded set of transfer buffers of the process: reused, first come first served, one for each running transfer.
export interface Slab {
  readonly bytes: Buffer;
  /** Gives the buffer back for reuse: only when nobody can read or write it any more. */
  release(): void;
  /** Frees the place but not the buffer, because a socket or the disk may still hold it. */
  drop(): void;
}

export interface Lease {
  /** Waits for the one buffer that every transfer is entitled to. */
  acquire(length: number, signal: AbortSignal): Promise<Slab>;
  /** A second buffer for reading ahead, unless another transfer needs it as its first. */
  tryExtra(length: number): Slab | undefined;
  close(): void;
}

interface Waiter {
  readonly units: number;
  grant(): void;
}

interface Holder {
  held: number;
}

export class SlabPool {
  readonly #slabBytes: number;
  readonly #maxSlabs: number;
  readonly #free: Buffer[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #holders = new Set<Holder>();
  #inUse = 0;

  constructor(limits: { slabBytes: number; maxSlabs: number }) {
    this.#slabBytes = limits.slabBytes;
    this.#maxSlabs = limits.maxSlabs;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get waiting(): number {
    return this.#waiters.length;
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

  #unitsFor(length: number): number {
    return Math.min(this.#maxSlabs, Math.max(1, Math.ceil(length / this.#slabBytes)));
  }

  #acquire(holder: Holder, length: number, signal: AbortSignal): Promise<Slab> {
    const units = this.#unitsFor(length);
    return new Promise<Slab>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      const waiter: Waiter = {
        units,
        grant: () => {
          signal.removeEventListener('abort', abort);
          resolve(this.#take(holder, units, length));
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  #tryExtra(holder: Holder, length: number): Slab | undefined {
    const units = this.#unitsFor(length);
    let entitled = 0;
    for (const other of this.#holders) if (other !== holder && other.held === 0) entitled += 1;
    const fits = this.#waiters.length === 0 && this.#inUse + units + entitled <= this.#maxSlabs;
    return fits ? this.#take(holder, units, length) : undefined;
  }

  #serve(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (this.#inUse + first.units > this.#maxSlabs) return;
      this.#waiters.shift();
      first.grant();
    }
  }

  #take(holder: Holder, units: number, length: number): Slab {
    this.#inUse += units;
    holder.held += units;
    // allocUnsafeSlow: no sharing with Node's own pool, so that a late reader can only ever see transfer bytes.
    const usual = length <= this.#slabBytes;
    const bytes = (usual ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(usual ? this.#slabBytes : length);
    let open = true;
    const close = (reuse: boolean): void => {
      if (!open) return;
      open = false;
      this.#inUse -= units;
      holder.held -= units;
      if (reuse && usual) this.#free.push(bytes);
      this.#serve();
    };
    return { bytes, release: () => close(true), drop: () => close(false) };
  }
}
