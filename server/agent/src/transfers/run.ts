// Owns the control of one run of a transfer: the soft stop (finish the chunk), the hard stop, and the commit that is given time.
import { Stopped } from './errors.ts';
import type { Owner, TransferRow } from './ledger.ts';

export class Run {
  readonly row: TransferRow;
  readonly owner: Owner;
  readonly ended: Promise<void>;
  readonly #soft = new AbortController();
  readonly #hard = new AbortController();
  #resolveEnded: () => void = () => undefined;
  #committing: Promise<void> | undefined;

  /** `row` is the transfer as it was when this generation began. */
  constructor(row: TransferRow) {
    this.row = row;
    this.owner = { id: row.id, generation: row.generation };
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /** Aborted: read nothing more, start no new chunk. */
  get soft(): AbortSignal {
    return this.#soft.signal;
  }

  /** Aborted: let go of the chunk in flight too. */
  get hard(): AbortSignal {
    return this.#hard.signal;
  }

  /** Until the commit in flight is over and recorded, or the time is up. */
  async commitSettled(ms: number): Promise<void> {
    if (this.#committing !== undefined) await within(ms, this.#committing);
  }

  markEnded(): void {
    this.#resolveEnded();
  }

  /** A commit cannot be half undone: whoever stops the run gives it time, and a cancel lets it decide. */
  async commit(action: () => Promise<void>): Promise<void> {
    this.soft.throwIfAborted();
    const work = action();
    const over = (): void => (this.#committing = undefined);
    this.#committing = work.then(over, over);
    await work;
  }

  stopNow(): void {
    this.#soft.abort(new Stopped('cancel'));
    this.#hard.abort(new Stopped('cancel'));
  }

  /** Resolves when the run is over, or when it did not let go within both graces; its late results are fenced off. */
  async suspend(why: 'pause' | 'shutdown', grace: { chunkMs: number; abortMs: number }): Promise<void> {
    this.#soft.abort(new Stopped(why));
    await within(grace.chunkMs, this.ended);
    this.#hard.abort(new Stopped(why));
    await within(grace.abortMs, this.ended);
  }
}

/** Waits for `work`, which never rejects, but not longer than `ms`. */
export async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
