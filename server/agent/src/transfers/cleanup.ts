// Owns removing what interrupted sessions left at their targets; what cannot be removed stays in the ledger for the next sweep.
import { withDeadline } from './deadline.ts';
import { AccountGone, LimitExceeded } from './errors.ts';
import { targetOf, type ItemContext } from './item-endpoints.ts';
import type { Leftover, Ledger, TransferRow } from './ledger.ts';
import { isCloud } from './plan.ts';
import { withRetries, type RetryTools } from './retry.ts';
import { removeUnverified } from './verification.ts';

export interface CleanupTools extends ItemContext {
  readonly ledger: Ledger;
  readonly retry: RetryTools;
  readonly report: (error: unknown) => void;
}

export async function discardLeftover(leftover: Leftover, signal: AbortSignal, tools: CleanupTools): Promise<void> {
  const { transferId, plan, startedAt, item } = leftover;
  const { callTimeoutMs, abortGraceMs } = tools.settings;
  const target = await targetOf(plan, transferId, item, tools).catch((error: unknown) => {
    if (!(error instanceof AccountGone)) throw error;
    return undefined;
  });
  if (target === undefined) return giveUp(leftover, tools);
  const limit = { what: 'Removing an interrupted upload', signal, ms: callTimeoutMs, abortGraceMs };
  const remove = async (inner: AbortSignal): Promise<void> => {
    await removeUnverified(target, item, inner);
    await target.discard(item, item.session, inner);
    if (item.session === '') await target.sweep?.(new Date(startedAt), inner);
  };
  await withRetries(tools.retry, signal, () => withDeadline(limit, remove));
  tools.ledger.clearLeftover(transferId, item.n);
}

/** Without the account nobody can ever remove it: kept in the ledger, it would be tried at each start for ever. */
function giveUp({ transferId, plan, item }: Leftover, { ledger, report }: CleanupTools): void {
  const { target } = plan;
  ledger.clearLeftover(transferId, item.n);
  const place = isCloud(target) ? ` in ${target.bucket}` : '';
  report(new LimitExceeded(`An interrupted upload${place} is left to its store, since its cloud account has been removed: ${item.key}`));
}

/** In one transfer no more items than these are begun and not ended. */
export const mostOpen = 128;

/**
 * Removes the part files of a run that is over and could not be recorded: they may be what fills the disk of the ledger. The ledger still
 * names them, and whoever goes on with such a transfer starts its items anew. Never rejects.
 */
export async function makeRoom({ id, plan }: TransferRow, tools: CleanupTools): Promise<void> {
  if (isCloud(plan.target)) return;
  try {
    for (const item of tools.ledger.openItems(id, -1, mostOpen)) {
      const signal = AbortSignal.timeout(tools.settings.callTimeoutMs);
      if (item.chunkSize > 0) await (await targetOf(plan, id, item, tools)).discard(item, item.session, signal);
    }
  } catch (error) {
    tools.report(error);
  }
}

/** The clean-ups that run in the background, so that a shutdown can wait for them. */
export class Cleanups {
  readonly #tools: CleanupTools;
  readonly #stop = new AbortController();
  readonly #active = new Set<Promise<void>>();

  constructor(tools: CleanupTools) {
    this.#tools = tools;
  }

  /** Of one transfer, or of all. `after` is the end of the run that may still hold the session. */
  sweep(id?: string, after?: Promise<void>): void {
    const work = this.#sweep(id, after).finally(() => this.#active.delete(work));
    this.#active.add(work);
  }

  async settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active);
  }

  stop(reason: Error): void {
    this.#stop.abort(reason);
  }

  async #sweep(id: string | undefined, after: Promise<void> | undefined): Promise<void> {
    await after;
    try {
      for (const leftover of this.#tools.ledger.leftovers(id)) {
        if (this.#stop.signal.aborted) return;
        await discardLeftover(leftover, this.#stop.signal, this.#tools).catch(this.#tools.report);
      }
    } catch (error) {
      this.#tools.report(error);
    }
  }
}
