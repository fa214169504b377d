// Owns every change of a transfer's status: compare-and-set in the ledger first, announced only afterwards.
import { historyEntry, type TransferHistory } from './history.ts';
import type { Ledger, StatusChange, TransferRow } from './ledger.ts';
import { isTerminal, machineOf, next, type TransferEvent } from './machine.ts';
import type { Progress, ProgressStatus } from './progress.ts';

export interface TransitionTools {
  readonly ledger: Ledger;
  readonly history: TransferHistory;
  readonly progress: Progress;
  readonly now: () => number;
}

const announced: Readonly<Record<Exclude<TransferEvent, 'start' | 'resume'>, Exclude<ProgressStatus, 'InProgress'>>> = {
  pause: 'Paused',
  complete: 'Completed',
  cancel: 'Canceled',
  fail: 'Failed',
};

export class Transitions {
  readonly #tools: TransitionTools;

  constructor(tools: TransitionTools) {
    this.#tools = tools;
  }

  /** The row after the transition; undefined when it is illegal, or when somebody else was faster. */
  apply(row: TransferRow, event: TransferEvent, error?: string): TransferRow | undefined {
    const status = next(machineOf(row.kind), row.status, event);
    if (status === undefined) return undefined;
    const after = this.#change(row, this.#changeFor(row, event, status, error));
    if (after !== undefined && event !== 'start' && event !== 'resume') this.#tools.progress.end(after, announced[event]);
    return after;
  }

  /** Fences off whatever an earlier run may still do; the status stays. */
  renew(row: TransferRow): TransferRow | undefined {
    return this.#change(row, { status: row.status, generation: row.generation + 1 });
  }

  #changeFor(row: TransferRow, event: TransferEvent, status: TransferRow['status'], error?: string): StatusChange {
    const now = this.#tools.now();
    return {
      status,
      generation: row.generation + 1,
      ...(event === 'start' ? { startedAt: now } : {}),
      ...(event === 'pause' ? { pausedAt: now } : {}),
      ...(row.pausedAt === null ? {} : { pausedAt: null, pausedMs: row.pausedMs + Math.max(0, now - row.pausedAt) }),
      ...(isTerminal(status) ? { endedAt: now } : {}),
      ...(error === undefined ? {} : { error }),
    };
  }

  #change(row: TransferRow, change: StatusChange): TransferRow | undefined {
    const { ledger, history } = this.#tools;
    let changed: TransferRow | undefined;
    const done = ledger.change(row, change, (after) => {
      changed = after;
      if (isTerminal(after.status)) history.record(historyEntry(after, ledger.counts(after.id), ledger.proof(after.id)));
    });
    return done ? changed : undefined;
  }
}
