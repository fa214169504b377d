// Owns what runs around a push: its source and connection, how a run is stopped, what its end is, and the clean-up at the target.

import { setTimeout as delay } from 'node:timers/promises';
import { HttpError } from '../http-error.ts';
import type { OpenObject } from '../object-store.ts';
import { cleanUp } from './push-cleanup.ts';
import { explained, fatal, PushFailure, Stopped } from './push-failure.ts';
import { PushRun } from './push-run.ts';
import type { PushOptions } from './push-options.ts';
import { isEnded, type Push } from './push.ts';
import { RunningDigest } from './running-digest.ts';
import { TargetClient } from './target-client.ts';

export interface ActiveRun {
  /** Lets what is under way finish for so long, then cuts it off; resolves when the run is over. */
  stop(graceMs: number): Promise<void>;
  /** Cuts off at once what is being stopped. */
  hurry(): void;
  /** Never rejects. */
  ended: Promise<void>;
}

const SAVE_INTERVAL_MS = 1_000;

export class PushRunner {
  readonly #options: PushOptions;
  readonly #cleanups = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: PushOptions) {
    this.#options = options;
  }

  start(push: Push): ActiveRun {
    const [soft, hard] = [new AbortController(), new AbortController()];
    const ended = this.#run(push, soft.signal, hard.signal);
    return {
      ended,
      async stop(graceMs) {
        soft.abort(new Stopped());
        const cut = setTimeout(() => hard.abort(new Stopped()), graceMs);
        if (graceMs === 0) hard.abort(new Stopped());
        await ended;
        clearTimeout(cut);
      },
      hurry() {
        if (soft.signal.aborted) hard.abort(new Stopped());
      },
    };
  }

  /** What makes a push one that is over; its keys go, unless they are needed to clean up. */
  ending(status: 'completed' | 'failed' | 'cancelled', error: string | null = null): Partial<Push> {
    return { status, error, ended: this.#options.clock(), cleanup: status !== 'completed' };
  }

  /** Resolves when the target holds nothing of the push any more, or when there is no hope of it. */
  cleanUpLater(push: Push): Promise<void> {
    const cleaning = this.#cleanUp(push).finally(() => this.#cleanups.delete(cleaning));
    this.#cleanups.add(cleaning);
    return cleaning;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Stopped());
    await Promise.all(this.#cleanups);
  }

  async #run(push: Push, soft: AbortSignal, hard: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#move(push, soft, hard);
    } catch (error) {
      if (soft.aborted || isEnded(push)) return await this.#settle(push);
      if (!(error instanceof PushFailure)) logger.error({ push: push.id, error: String(error) }, 'push failed');
      await this.#settle(push, this.ending('failed', explained(error)));
      void this.cleanUpLater(push);
    }
    logger.info({ push: push.id, status: push.status, via: push.via }, 'push ended');
  }

  async #move(push: Push, soft: AbortSignal, hard: AbortSignal): Promise<void> {
    const { limits, clock, store, random = Math.random } = this.#options;
    const source = await this.#openSource(push);
    const client = this.#client(push, hard);
    let savedAt = clock();
    const save = async (): Promise<void> => {
      savedAt = clock();
      await store.save(push);
    };
    const saveProgress = async (): Promise<void> => {
      if (clock() - savedAt >= SAVE_INTERVAL_MS) await save();
    };
    try {
      const verified = (checksumVerified: boolean): Promise<void> =>
        this.#settle(push, { ...this.ending('completed'), ...withoutKeys(push), checksumVerified });
      await new PushRun({ push, source, client, limits, save, saveProgress, verified, soft, hard, random }).run();
    } finally {
      client.close();
      await source.handle.close();
    }
  }

  /** The handle keeps reading the version that was asked for, whatever is published meanwhile. */
  async #openSource(push: Push): Promise<OpenObject> {
    const source = await this.#options.objects.openObject(push.source).catch((error: unknown) => {
      throw error instanceof HttpError ? fatal('The source object is gone.', error) : error;
    });
    if (source.info.eTag === push.eTag) return source;
    await source.handle.close();
    throw fatal('The source object has changed since the push was asked for.');
  }

  async #sourceDigest(push: Push, signal: AbortSignal): Promise<string | undefined> {
    const source = await this.#openSource(push).catch((error: unknown) => {
      if (error instanceof PushFailure) return undefined;
      throw error;
    });
    try {
      return source && (await new RunningDigest(source.handle, this.#options.limits.readChunkBytes).sha256(push.total, signal));
    } finally {
      await source?.handle.close();
    }
  }

  #client({ target, turn }: Push, signal: AbortSignal): TargetClient {
    const { limits, policy, relayUrl } = this.#options;
    const relay = turn === null || relayUrl === undefined ? undefined : { url: relayUrl, ...turn };
    return new TargetClient({ target, limits, policy, relay, signal });
  }

  async #cleanUp(push: Push): Promise<void> {
    const { limits, random = Math.random, logger } = this.#options;
    const { signal } = this.#closing;
    let left: string | undefined;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const client = this.#client(push, signal);
      try {
        left = await cleanUp(push, client, () => this.#sourceDigest(push, signal));
        break;
      } catch (error) {
        if (signal.aborted) return;
        // An upload that nobody removes expires by itself.
        if (attempt >= limits.pushAttempts) {
          left = `What the push left at the target could not be removed: ${explained(error)}`;
          break;
        }
        await delay(random() * Math.min(limits.pushRetryCapMs, limits.pushRetryBaseMs * 2 ** attempt), undefined, { signal }).catch(
          () => undefined,
        );
      } finally {
        client.close();
      }
    }
    if (signal.aborted) return;
    if (left !== undefined) logger.warn({ push: push.id, error: left }, 'the target could not be cleaned up');
    await this.#settle(push, { ...withoutKeys(push), cleanup: false, session: '', error: push.error ?? left ?? null });
  }

  /** A disk that fails cannot make undone what happened: it is told then, and asked of the target again after a restart. */
  async #settle(push: Push, change: Partial<Push> = {}): Promise<void> {
    const { store, logger } = this.#options;
    await store.save(push, change).catch((error: unknown) => {
      logger.error({ push: push.id, error: String(error) }, 'push not saved');
      Object.assign(push, change);
    });
  }
}

const withoutKeys = ({ target }: Push): Partial<Push> => ({ target: { ...target, accessKey: '', secretKey: '' }, turn: null });
