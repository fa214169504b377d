// Owns following P2P transfers: one patient loop each, until the transfer is over and the source server knows it.
import { ProviderError } from '../../providers/provider.ts';
import { isExplained, Stopped } from '../errors.ts';
import type { Sleep } from '../retry.ts';
import type { P2PSettings } from './settings.ts';
import { isGone, type SourceServers } from './source-servers.ts';
import type { P2PTransitions } from './transitions.ts';
import { isOver, type P2PLedger, type P2PRow } from './transfer.ts';

export interface FollowerTools {
  readonly ledger: P2PLedger;
  readonly sources: SourceServers;
  readonly transitions: P2PTransitions;
  readonly settings: P2PSettings;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly report: (error: unknown) => void;
}

const isMissing = (error: unknown): boolean => error instanceof ProviderError && error.kind === 'missing';
const isConflict = (error: unknown): boolean => error instanceof ProviderError && error.kind === 'conflict';

export class Followers {
  readonly #tools: FollowerTools;
  readonly #stopping = new AbortController();
  readonly #loops = new Map<string, Promise<void>>();

  constructor(tools: FollowerTools) {
    this.#tools = tools;
  }

  follow(id: string): void {
    if (this.#loops.has(id) || this.#stopping.signal.aborted) return;
    const loop = this.#follow(id)
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#tools.report(error);
      })
      .finally(() => this.#loops.delete(id));
    this.#loops.set(id, loop);
  }

  /** Tells the source server at once that a transfer is off; what cannot be told now is left to the loop. */
  async tell(id: string): Promise<void> {
    const row = this.#tools.ledger.get(id);
    if (row?.tellCancel === true) await this.#tellCancel(row).catch(() => undefined);
    this.follow(id);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Stopped('shutdown'));
    await Promise.all(this.#loops.values());
  }

  async #follow(id: string): Promise<void> {
    const { ledger, settings, sleep, random } = this.#tools;
    const { signal } = this.#stopping;
    let wait = settings.minPollMs;
    for (let row = ledger.get(id); row !== undefined && isOpen(row); row = ledger.get(id)) {
      // Spread, so that many transfers do not ask at the same moment.
      await sleep(wait * (0.9 + 0.2 * random()), signal);
      const before = ledger.get(id);
      if (before === undefined || !isOpen(before)) return;
      const outcome = await this.#look(before);
      const longest = outcome === 'silent' ? settings.maxOutagePollMs : settings.maxPollMs;
      wait = outcome === 'moved' ? settings.minPollMs : Math.min(longest, wait * 1.5);
    }
  }

  async #look(row: P2PRow): Promise<'moved' | 'same' | 'silent'> {
    const { sources, transitions, report } = this.#tools;
    const { signal } = this.#stopping;
    try {
      if (row.tellCancel) return await this.#tellCancel(row);
      const after = transitions.merge(row, await sources.state(row, signal));
      return after.bytes === row.bytes && after.status === row.status ? 'same' : 'moved';
    } catch (error) {
      signal.throwIfAborted();
      if (isMissing(error)) return this.#forgotten(row);
      if (!isExplained(error) && !isGone(error)) report(error);
      if (isGone(error)) return this.#lost(row);
      return 'silent';
    }
  }

  async #tellCancel(row: P2PRow): Promise<'moved' | 'same'> {
    const { sources, ledger } = this.#tools;
    const failure = await sources.command(row, 'cancel', this.#stopping.signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isMissing(failure) && this.#mayStillArrive(row)) return 'same';
    // Nothing to cancel, or over already: told all the same.
    if (failure !== undefined && !isMissing(failure) && !isConflict(failure)) throw failure;
    ledger.change(row, { tellCancel: false, sourceKeys: null });
    return 'moved';
  }

  /** Counted from what is durable, so that it holds for the order of an agent that was stopped meanwhile, too. */
  #mayStillArrive({ startedAt }: P2PRow): boolean {
    const { settings, now } = this.#tools;
    return now() < startedAt + settings.commandMs + settings.arrivalMs;
  }

  #forgotten(row: P2PRow): 'moved' | 'same' {
    if (row.status === 'initiating' && this.#mayStillArrive(row)) return 'same';
    const error =
      row.status === 'initiating' ? 'The source server has not taken the push.' : 'The source server does not know the push any more.';
    this.#tools.transitions.apply(row, 'fail', { error });
    return 'moved';
  }

  /** The cloud account was deleted: there is nobody to ask any more. */
  #lost(row: P2PRow): 'moved' {
    const { transitions, ledger } = this.#tools;
    if (isOver(row.status)) ledger.change(row, { tellCancel: false, sourceKeys: null });
    else transitions.apply(row, 'fail', { error: 'The cloud account of the source server is gone, so that its push cannot be watched.' });
    return 'moved';
  }
}

const isOpen = (row: P2PRow): boolean => row.tellCancel || !isOver(row.status);
