// Owns recording how items end: at once where somebody waits for it, in batches where there are many small ones.
import { Fenced } from './errors.ts';
import type { Counters, ItemEnd, Ledger } from './ledger.ts';
import type { Run } from './run.ts';

export interface ItemEndTools {
  readonly ledger: Ledger;
  readonly progress: { advance(row: Run['row'], counters: Counters): void };
}

/** So many ends wait for each other, for so long: each commit of the ledger is a sync of the disk. */
const batch = { items: 64, ms: 50 };

export class ItemEnds {
  readonly #run: Run;
  readonly #tools: ItemEndTools;
  #waiting = new Map<number, ItemEnd>();
  #timer: NodeJS.Timeout | undefined;
  #fenced = false;

  constructor(run: Run, tools: ItemEndTools) {
    this.#run = run;
    this.#tools = tools;
  }

  /** Throws when the run was fenced off, now or in an earlier batch. */
  add(n: number, end: ItemEnd): void {
    this.#waiting.set(n, end);
    if (this.#waiting.size >= batch.items) return this.flush();
    this.#timer ??= setTimeout(() => this.#flushLate(), batch.ms);
    if (this.#fenced) throw new Fenced();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ends = this.#waiting;
    this.#waiting = new Map();
    if (ends.size === 0 && !this.#fenced) return;
    const counters = this.#fenced ? undefined : this.#tools.ledger.endItems(this.#run.owner, ends);
    this.#fenced ||= counters === undefined;
    if (counters === undefined) throw new Fenced();
    this.#tools.progress.advance(this.#run.row, counters);
  }

  /** Nobody is there to hear of a fence now; the next call is. */
  #flushLate(): void {
    try {
      this.flush();
    } catch (error) {
      this.#fenced = true;
      if (!(error instanceof Fenced)) throw error;
    }
  }
}
