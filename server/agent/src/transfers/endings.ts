// Owns how a run ends its transfer: completed or failed, in the ledger before anybody hears of it.
import { type Cleanups, type CleanupTools, makeRoom } from './cleanup.ts';
import { explain, isExplained } from './errors.ts';
import { insist } from './insist.ts';
import type { Run } from './run.ts';
import type { Transitions } from './transitions.ts';

export interface Outcome {
  readonly event: 'complete' | 'fail';
  readonly error?: string;
}

export interface EndingTools extends CleanupTools {
  readonly transitions: Transitions;
  readonly cleanups: Cleanups;
}

export class Endings {
  readonly #tools: EndingTools;

  constructor(tools: EndingTools) {
    this.#tools = tools;
  }

  /** Completed, or failed when some objects of a folder were. */
  counted(run: Run): Outcome {
    const { ledger } = this.#tools;
    const { total, failed } = ledger.counts(run.row.id);
    if (failed === 0) return { event: 'complete' };
    const first = ledger.firstError(run.row.id) ?? '';
    return { event: 'fail', error: `${failed} of ${total} objects could not be transferred; the first: ${first}` };
  }

  failure(error: unknown): () => Outcome {
    if (!isExplained(error)) this.#tools.report(error);
    return () => ({ event: 'fail', error: explain(error) });
  }

  /** In the commit of the last item. Where the ledger cannot take it, it is tried again when the run is over. */
  recordNow(run: Run): void {
    try {
      this.#record(run, () => this.counted(run));
    } catch (error) {
      this.#tools.report(error);
    }
  }

  /** A second call finds the transfer finished. */
  #record(run: Run, outcome: () => Outcome): void {
    const row = this.#tools.ledger.get(run.row.id);
    if (row?.generation !== run.owner.generation) return;
    const { event, error } = outcome();
    if (this.#tools.transitions.apply(row, event, error) !== undefined) this.#tools.cleanups.sweep(row.id, run.ended);
  }

  /** Until it is in the ledger, or until somebody stops the run: what he does counts then. */
  async conclude(run: Run, outcome: (() => Outcome) | undefined): Promise<void> {
    if (outcome === undefined) return;
    const written = insist(
      () => this.#record(run, outcome),
      run.hard,
      this.#tools,
      () => makeRoom(run.row, this.#tools),
    );
    await written.catch((error: unknown) => {
      if (!run.hard.aborted) throw error;
    });
  }
}
