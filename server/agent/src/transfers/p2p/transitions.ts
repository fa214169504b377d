// Owns the changes of state of P2P transfers: only those of the contract's machine, each one transaction, its history included.
import type { PushState, PushStatus } from '../../providers/http-push.ts';
import type { TransferHistory } from '../history.ts';
import { type Announcements, p2pHistoryEntry } from './announcements.ts';
import { isOver, nextP2P, type P2PChange, type P2PEvent, type P2PLedger, type P2PRow, type P2PStatus } from './transfer.ts';

export interface TransitionTools {
  readonly ledger: P2PLedger;
  readonly history: TransferHistory;
  readonly announcements: Announcements;
  readonly now: () => number;
  /** Transfers that are over and stay visible. */
  readonly keepFinished: number;
}

/** The events that lead from where the agent thinks a transfer is to where the source server says that it is. */
const ways: Readonly<Record<PushStatus, Readonly<Partial<Record<P2PStatus, readonly P2PEvent[]>>>>> = {
  pending: { initiating: ['accept'], paused: ['resume'] },
  running: { initiating: ['start'], pending: ['start'], paused: ['resume'] },
  paused: { initiating: ['pause'], pending: ['start', 'pause'], running: ['pause'] },
  completed: { initiating: ['start', 'complete'], pending: ['start', 'complete'], running: ['complete'], paused: ['resume', 'complete'] },
  failed: { initiating: ['fail'], pending: ['fail'], running: ['fail'], paused: ['fail'] },
  cancelled: { initiating: ['cancel'], pending: ['cancel'], running: ['cancel'], paused: ['cancel'] },
};

export class P2PTransitions {
  readonly #tools: TransitionTools;

  constructor(tools: TransitionTools) {
    this.#tools = tools;
  }

  /** The row after the event; undefined when the event is illegal, or when somebody else was faster. */
  apply(row: P2PRow, event: P2PEvent, also: P2PChange = {}): P2PRow | undefined {
    const status = nextP2P(row.status, event);
    if (status === undefined) return undefined;
    const now = this.#tools.now();
    return this.#change(row, {
      ...also,
      status,
      ...(event === 'pause' ? { pausedAt: now } : {}),
      ...(row.pausedAt === null ? {} : { pausedAt: null, pausedMs: row.pausedMs + Math.max(0, now - row.pausedAt) }),
      ...(isOver(status) ? { endedAt: now, ...(also.tellCancel === true ? {} : { sourceKeys: null }) } : {}),
    });
  }

  /** The row with what the source server told. What is over for the agent stays as it is. */
  merge(row: P2PRow, push: PushState): P2PRow {
    if (isOver(row.status)) return row;
    const facts = { bytes: push.bytes, totalBytes: push.total, checksumVerified: push.checksumVerified };
    const events = ways[push.status][row.status] ?? [];
    const known = row.bytes === facts.bytes && row.totalBytes === facts.totalBytes && row.checksumVerified === facts.checksumVerified;
    if (events.length === 0) return known ? row : (this.#change(row, facts) ?? this.#latest(row));
    const error = push.status === 'failed' ? { error: push.error ?? 'The source server does not say why.' } : {};
    let current = row;
    for (const event of events) current = this.apply(current, event, { ...facts, ...error }) ?? this.#latest(row);
    return current;
  }

  #change(row: P2PRow, to: P2PChange): P2PRow | undefined {
    const { ledger, history, announcements, keepFinished } = this.#tools;
    const after = ledger.change(row, to, (changed) => {
      if (isOver(changed.status) && !isOver(row.status)) history.record(p2pHistoryEntry(changed));
    });
    if (after === undefined) return undefined;
    announcements.tell(after);
    if (isOver(after.status)) ledger.prune(keepFinished);
    return after;
  }

  #latest(row: P2PRow): P2PRow {
    return this.#tools.ledger.get(row.id) ?? row;
  }
}
