// Owns the control of one run of a transfer: the soft stop (finish the chunk), the hard stop, and the commits that are given time.
import { setMaxListeners } from 'node:events';
import { Stopped } from './errors.ts';
import type { Owner, TransferRow } from './ledger.ts';

export class Run {
  readonly row: TransferRow;
  readonly owner: Owner;
  readonly ended: Promise<void>;
  /** Both stores have taken the credentials: if they do not later on, that is a loss and no mistake. */
  trusted: boolean;
  /** Records what has ended and waits for company; whoever stops the run calls it first. */
  recordEnds: () => void = () => undefined;
  readonly #soft = new AbortController();
  readonly #hard = new AbortController();
  readonly #committing = new Set<Promise<void>>();
  #resolveEnded: () => void = () => undefined;
  #gaveUp = false;

  /** `row` is the transfer as it was when this generation began. */
  constructor(row: TransferRow) {
    this.row = row;
    this.trusted = row.bytes > 0;
    // Each call under way listens, and there are as many as settings allow.
    setMaxListeners(0, this.#soft.signal, this.#hard.signal);
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

  /** Until the commits in flight are over and recorded, or the time is up. */
  async commitSettled(ms: number): Promise<void> {
    if (this.#committing.size > 0)
      await within(
        ms,
        Promise.all(this.#committing).then(() => undefined),
      );
  }

  markEnded(): void {
    this.#resolveEnded();
  }

  /** A commit cannot be half undone: whoever stops the run gives it time, and a cancel lets it decide. */
  async commit(action: () => Promise<void>): Promise<void> {
    this.soft.throwIfAborted();
    const work = action();
    const over = work
      .catch(() => undefined)
      .then(() => {
        this.#committing.delete(over);
      });
    this.#committing.add(over);
    await work;
  }

  /** The run has failed: what else it does is to no purpose. */
  giveUp(): void {
    if (this.#soft.signal.aborted) return;
    this.#gaveUp = true;
    this.#soft.abort(new Stopped('failure'));
  }

  /** Whether somebody stopped the run, and not its own failure. */
  get stopped(): boolean {
    return this.#soft.signal.aborted && !this.#gaveUp;
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
