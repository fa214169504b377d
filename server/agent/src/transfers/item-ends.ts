// Owns recording how items end: at once where somebody waits for it, in batches where there are many small ones, and again when the ledger does not take it.
import { Fenced, LedgerError } from './errors.ts';
import type { Counters, ItemEnd, Ledger } from './ledger.ts';
import { fullJitter, type RetryTools } from './retry.ts';
import type { Run } from './run.ts';

export interface ItemEndTools {
  readonly ledger: Pick<Ledger, 'endItems'>;
  readonly progress: { advance(row: Run['row'], counters: Counters): void };
  readonly retry: RetryTools;
  readonly report: (error: unknown) => void;
}

/** So many ends wait for each other, for so long: each commit of the ledger is a sync of the disk. */
const batch = { items: 64, ms: 50 };

export class ItemEnds {
  readonly #run: Run;
  readonly #tools: ItemEndTools;
  /** Kept until the ledger has them. */
  readonly #waiting = new Map<number, ItemEnd>();
  #timer: NodeJS.Timeout | undefined;
  #retrying: Promise<void> | undefined;
  /** Why nothing will be recorded any more: the run was fenced off, or the ledger has failed for good. */
  #over: Fenced | LedgerError | undefined;

  constructor(run: Run, tools: ItemEndTools) {
    this.#run = run;
    this.#tools = tools;
  }

  /** Throws when the run is over, now or since an earlier batch; a promise is to be waited for before more is done. */
  add(n: number, end: ItemEnd): Promise<void> | undefined {
    this.#waiting.set(n, end);
    if (this.#over !== undefined) throw this.#over;
    if (this.#waiting.size >= batch.items) return this.settle();
    this.#timer ??= setTimeout(() => this.#settleLate(), batch.ms);
    return undefined;
  }

  /** Records what waits, now or never: whoever stops the run cannot wait. Throws what is in the way. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#over !== undefined) throw this.#over;
    if (this.#waiting.size === 0) return;
    const counters = this.#tools.ledger.endItems(this.#run.owner, this.#waiting);
    if (counters === undefined) throw (this.#over = new Fenced());
    this.#waiting.clear();
    this.#tools.progress.advance(this.#run.row, counters);
  }

  /** Records what waits; resolves later only when the ledger has to be asked again, and rejects when it never takes it. */
  settle(): Promise<void> | undefined {
    if (this.#retrying !== undefined) return this.#retrying;
    try {
      this.flush();
      return undefined;
    } catch (error) {
      if (error === this.#over) throw error;
      this.#retrying = this.#again(error).finally(() => (this.#retrying = undefined));
      return this.#retrying;
    }
  }

  /** Nobody is there to hear of it now; the next call is. */
  #settleLate(): void {
    try {
      this.settle()?.catch(() => undefined);
    } catch (error) {
      if (error !== this.#over) this.#tools.report(error);
    }
  }

  async #again(first: unknown): Promise<void> {
    const { retry, report } = this.#tools;
    report(first);
    let last = first;
    for (let attempt = 1; attempt < retry.settings.maxAttempts; attempt += 1) {
      await retry.sleep(fullJitter(attempt, retry), this.#run.hard);
      try {
        return this.flush();
      } catch (error) {
        if (error === this.#over) throw error;
        last = error;
      }
    }
    this.#over = new LedgerError(last);
    // What is moved from now on would be forgotten: the other workers need not go on.
    this.#run.giveUp();
    throw this.#over;
  }
}
