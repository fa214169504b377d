// Owns moving one item from begin to commit, with retries that go on where the target stands.
import { chunkSizeFor } from './chunk-plan.ts';
import { withDeadline } from './deadline.ts';
import type { Source, SourceStat, Target, TargetSession } from './endpoint.ts';
import { Fenced, LocalFileError } from './errors.ts';
import type { ItemContext } from './item-endpoints.ts';
import type { ItemRow, Ledger } from './ledger.ts';
import { ProviderError } from '../providers/provider.ts';
import type { Progress } from './progress.ts';
import { pump } from './pump.ts';
import { withRetries, type RetryTools } from './retry.ts';
import type { Run } from './run.ts';
import type { Lease } from './slab-pool.ts';

export interface MoveTools extends ItemContext {
  readonly ledger: Ledger;
  readonly progress: Progress;
  readonly retry: RetryTools;
  /** Failures that change nothing for the transfer but should be seen. */
  readonly report: (error: unknown) => void;
}

export interface Move {
  readonly run: Run;
  readonly item: ItemRow;
  readonly source: Source;
  readonly target: Target;
  readonly lease: Lease;
  /** Runs with the commit, before anybody may stop the run. */
  readonly committed: () => void;
}

export class ItemMover {
  readonly #tools: MoveTools;
  readonly #move: Move;
  #session: string;
  #furthest: number;
  #frozen: (SourceStat & { readonly chunkSize: number }) | undefined;

  constructor(move: Move, tools: MoveTools) {
    this.#move = move;
    this.#tools = tools;
    this.#session = move.item.session;
    this.#furthest = move.item.bytes;
    const { size, identity, chunkSize } = move.item;
    this.#frozen = chunkSize === 0 ? undefined : { size, identity, chunkSize };
  }

  /** Resolves when the item is published and recorded. */
  move(): Promise<void> {
    return withRetries(
      this.#tools.retry,
      this.#move.run.soft,
      () => this.#attempt(),
      () => this.#furthest,
    );
  }

  async #attempt(): Promise<void> {
    const { source, target, run } = this.#move;
    const stat = await this.#call('Reading the properties of the source', run.soft, (signal) => source.stat(signal));
    const frozen = this.#freeze(stat);
    // Not on the soft signal: an open that was cut off could leave a session that nobody knows of.
    const known = this.#session !== '';
    const session = await this.#call(
      'Opening the upload at the target',
      run.hard,
      (signal) => target.open(frozen, this.#session, signal),
      (late) => this.#letGo(late.abort(AbortSignal.timeout(this.#tools.settings.callTimeoutMs))),
    );
    try {
      await this.#save(session, known);
      await this.#transfer(session, frozen);
    } catch (error) {
      await this.#interrupt(session);
      throw error;
    }
  }

  #freeze(stat: SourceStat): SourceStat & { readonly chunkSize: number } {
    const { run, item, target } = this.#move;
    if (this.#frozen !== undefined) {
      if (stat.size !== this.#frozen.size || stat.identity !== this.#frozen.identity) throw sourceChanged(run);
      return this.#frozen;
    }
    const { chunkBytes, maxParts } = this.#tools.settings;
    const chunkSize = chunkSizeFor(stat.size, { chunkBytes: Math.max(chunkBytes, target.chunks?.minBytes ?? 0), maxParts });
    const frozen = { size: stat.size, identity: stat.identity, chunkSize };
    if (!this.#tools.ledger.beginItem(run.owner, item.n, frozen)) throw new Fenced();
    this.#frozen = frozen;
    return frozen;
  }

  async #transfer(session: TargetSession, stat: SourceStat & { readonly chunkSize: number }): Promise<void> {
    const { source, run, lease, item, committed } = this.#move;
    const { settings } = this.#tools;
    await pump({
      stat,
      session,
      lease,
      chunkSize: stat.chunkSize,
      soft: run.soft,
      open: (signal) =>
        this.#call(
          'Opening the source',
          signal,
          (inner) => source.open(session.offset, stat, inner),
          (late) => this.#letGo(late.close()),
        ),
      write: (chunk) =>
        this.#call('Sending a chunk', run.hard, (signal) => session.write(chunk, signal), undefined, settings.writeTimeoutMs),
      checkpoint: () => this.#checkpoint(session),
    });
    await this.#call('Checking the source', run.soft, (signal) => source.confirm(stat, signal));
    await run.commit(async () => {
      await this.#call('Completing the upload', run.hard, (signal) => session.commit(signal), undefined, settings.commitTimeoutMs);
      if (!this.#tools.ledger.endItem(run.owner, item.n, { state: 'done' })) throw new Fenced();
      committed();
    });
  }

  /** The session is in the ledger before its first byte; one that nobody will ever know of is removed at once. */
  async #save(session: TargetSession, known: boolean): Promise<void> {
    if (this.#record(session)) return;
    if (known) throw new Fenced();
    const signal = AbortSignal.timeout(this.#tools.settings.callTimeoutMs);
    await this.#call('Removing the upload', signal, (inner) => session.abort(inner)).catch((error: unknown) => {
      this.#tools.ledger.keepLeftover(this.#move.run.owner.id, this.#move.item.n, session.state);
      this.#tools.report(error);
    });
    throw new Fenced();
  }

  #checkpoint(session: TargetSession): void {
    if (!this.#record(session)) throw new Fenced();
  }

  #record(session: TargetSession): boolean {
    const { run, item } = this.#move;
    const counters = this.#tools.ledger.checkpoint(run.owner, item.n, { bytes: session.offset, session: session.state });
    if (counters === undefined) return false;
    this.#session = session.state;
    this.#furthest = Math.max(this.#furthest, session.offset);
    this.#tools.progress.advance(run.row, counters);
    return true;
  }

  /** Keeps what the target holds, for the retry, the resume or the clean-up that follows. */
  async #interrupt(session: TargetSession): Promise<void> {
    const { settings } = this.#tools;
    const signal = AbortSignal.timeout(settings.callTimeoutMs);
    const what = 'Interrupting the upload';
    try {
      await this.#call(what, signal, () => session.suspend());
      this.#record(session);
      if (session.resumable || this.#move.run.soft.aborted) return;
      await this.#call(what, signal, (inner) => session.abort(inner));
      this.#session = '';
    } catch (error) {
      this.#tools.report(error);
    }
  }

  #call<T>(
    what: string,
    signal: AbortSignal,
    action: (signal: AbortSignal) => Promise<T>,
    late?: (value: T) => void,
    ms?: number,
  ): Promise<T> {
    const { callTimeoutMs, abortGraceMs } = this.#tools.settings;
    return withDeadline({ what, signal, ms: ms ?? callTimeoutMs, abortGraceMs }, action, late);
  }

  #letGo(work: Promise<void>): void {
    work.catch(this.#tools.report);
  }
}

function sourceChanged(run: Run): Error {
  const { source } = run.row.plan;
  const message = 'The source changed since the transfer started.';
  return source.type === 'file' ? new LocalFileError('changed', message) : new ProviderError('changed', message);
}
