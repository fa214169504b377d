// Owns moving an object through an upload session: everything that the target holds is in the ledger, and nothing that nobody knows of stays there.
import type { ChunkAck } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider.ts';
import type { TargetSession } from './endpoint.ts';
import { Fenced } from './errors.ts';
import type { MoveContext } from './move.ts';
import { moveInLanes } from './lanes.ts';
import { sweepLost } from './lost-uploads.ts';
import { isCopyState } from './object-target.ts';
import { pump, type PumpJob } from './pump.ts';

/** How far an item came, over all attempts. */
export interface ItemProgress {
  /** State of the session at the target, or empty. */
  session: string;
  furthest: number;
  /** An upload may have been opened whose answer nobody heard. */
  doubtful: boolean;
}

export async function moveSession(context: MoveContext, progress: ItemProgress): Promise<void> {
  await new SessionMover(context, progress).move();
}

class SessionMover {
  readonly #context: MoveContext;
  readonly #progress: ItemProgress;
  #acked = 0;
  #recorded = false;

  constructor(context: MoveContext, progress: ItemProgress) {
    this.#context = context;
    this.#progress = progress;
  }

  async move(): Promise<void> {
    const session = await this.#open();
    try {
      await this.#transfer(session);
    } catch (error) {
      await this.#interrupt(session);
      throw error;
    }
  }

  async #open(): Promise<TargetSession> {
    const { attempt, frozen, move, tools, call } = this.#context;
    const { run, item } = move;
    const saved = this.#progress.session;
    if (saved === '' || isCopyState(saved)) {
      if (this.#progress.doubtful) await sweepLost(this.#context);
      this.#progress.doubtful = true;
    }
    const acks = saved === '' ? [] : tools.ledger.chunks(run.row.id, item.n);
    // Not on the soft signal: an open that was cut off could leave a session that nobody knows of.
    const session = await call(
      'Opening the upload at the target',
      run.hard,
      (signal) => attempt.target.open(frozen, saved, signal, acks),
      (late) => this.#letGo(late.abort(AbortSignal.timeout(tools.settings.callTimeoutMs))),
    );
    run.trusted = true;
    await this.#save(session, saved !== '', acks);
    this.#progress.doubtful = false;
    return session;
  }

  /** The session is in the ledger before its first byte; one that nobody will ever know of is removed at once. */
  async #save(session: TargetSession, known: boolean, acks: readonly ChunkAck[]): Promise<void> {
    const { move, tools, call, frozen } = this.#context;
    const { run, item } = move;
    const held = acks.filter(({ offset }) => session.anyOrder?.holds(offset) === true);
    this.#acked = held.reduce((sum, { length }) => sum + length, 0);
    const dictated = session.chunkSize !== undefined && session.chunkSize !== frozen.chunkSize;
    const kept = held.length === acks.length || tools.ledger.dropChunks(run.owner, item.n);
    if (kept && (!dictated || this.#dictate(session.chunkSize)) && this.#record(session, held.length === acks.length ? [] : held)) return;
    if (known) throw new Fenced();
    const signal = AbortSignal.timeout(tools.settings.callTimeoutMs);
    await call('Removing the upload', signal, (inner) => session.abort(inner)).catch((error: unknown) => {
      tools.ledger.keepLeftover(run.owner.id, item.n, session.state);
      tools.report(error);
    });
    throw new Fenced();
  }

  /** The target has its own mind about the size of chunks. */
  #dictate(chunkSize: number): boolean {
    const { move, tools, frozen } = this.#context;
    const { size, identity, ifAbsent } = frozen;
    this.#context.frozen.chunkSize = chunkSize;
    return tools.ledger.beginItem(move.run.owner, move.item.n, { size, identity, chunkSize, targetKey: move.item.targetKey, ifAbsent });
  }

  async #transfer(session: TargetSession): Promise<void> {
    const { attempt, frozen, move, tools, call, publish } = this.#context;
    const { source } = attempt;
    const { run } = move;
    const job = this.#job(session);
    const free = source.seekable && session.anyOrder !== undefined && session.anyOrder.lanes > 1;
    if (free) {
      await moveInLanes({
        ...job,
        lanes: () => Math.min(tools.settings.maxLanes, session.anyOrder?.lanes ?? 1, tools.gates.lanes(attempt.endpoints)),
        enter: async (signal) => {
          const permit = await tools.gates.enter(run.row.id, attempt.endpoints, signal);
          return (error) => permit.release(error);
        },
      });
    } else await pump({ ...job, write: (chunk) => this.#gated(() => job.write(chunk)) });
    await call('Checking the source', run.soft, (signal) => source.confirm(frozen, signal));
    await publish(() =>
      call('Completing the upload', run.hard, (signal) => session.commit(signal), undefined, tools.settings.commitTimeoutMs),
    );
  }

  #job(session: TargetSession): PumpJob {
    const { attempt, frozen, move, tools, call } = this.#context;
    const { run, lease, throttle } = move;
    return {
      stat: frozen,
      session,
      lease,
      throttle,
      chunkSize: frozen.chunkSize,
      soft: run.soft,
      open: (from, signal) =>
        call(
          'Opening the source',
          signal,
          (inner) => attempt.source.open(from, frozen, inner),
          (late) => this.#letGo(late.close()),
        ),
      write: (chunk) =>
        call('Sending a chunk', run.hard, (signal) => session.write(chunk, signal), undefined, tools.settings.writeTimeoutMs),
      checkpoint: () => {
        if (!this.#record(session)) throw new Fenced();
      },
    };
  }

  /** In order, one chunk at a time: the place at the store is given back between two of them. */
  async #gated(work: () => Promise<void>): Promise<void> {
    const { attempt, move, tools } = this.#context;
    const permit = await tools.gates.enter(move.run.row.id, attempt.endpoints, move.run.soft);
    try {
      await work();
      permit.release();
    } catch (error) {
      permit.release(error);
      throw error;
    }
  }

  #record(session: TargetSession, first: readonly ChunkAck[] = []): boolean {
    const { move, tools } = this.#context;
    const { run, item } = move;
    const fresh = session.anyOrder?.takeAcks() ?? [];
    this.#acked += fresh.reduce((sum, { length }) => sum + length, 0);
    const bytes = session.anyOrder === undefined ? session.offset : this.#acked;
    const acks = [...first, ...fresh];
    // A commit costs as much as a megabyte does: where many chunks wait for one sync of the disk, nothing is new in between.
    if (this.#recorded && session.anyOrder !== undefined && acks.length === 0 && session.state === this.#progress.session) return true;
    const counters = tools.ledger.checkpoint(run.owner, item.n, { bytes, session: session.state, acks });
    if (counters === undefined) return false;
    this.#recorded = true;
    this.#progress.session = session.state;
    this.#progress.furthest = Math.max(this.#progress.furthest, bytes);
    tools.progress.advance(run.row, counters);
    return true;
  }

  /** Keeps what the target holds, for the retry, the resume or the clean-up that follows. */
  async #interrupt(session: TargetSession): Promise<void> {
    const { move, tools, call } = this.#context;
    const signal = AbortSignal.timeout(tools.settings.callTimeoutMs);
    const what = 'Interrupting the upload';
    try {
      await call(what, signal, () => session.suspend());
      this.#record(session);
      if (session.resumable || move.run.soft.aborted) return;
      await call(what, signal, (inner) => session.abort(inner));
      this.#progress.session = '';
    } catch (error) {
      tools.report(error instanceof ProviderError ? error : (error as Error));
    }
  }

  #letGo(work: Promise<void>): void {
    work.catch(this.#context.tools.report);
  }
}
