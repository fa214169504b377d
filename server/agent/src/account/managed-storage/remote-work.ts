// Owns keeping rows and endpoint in agreement: work is recorded before it begins, and what was cut off is settled later.
import { randomUUID } from 'node:crypto';
import type { BucketFlagChanges, ScopedKey } from '../../providers/provider.ts';
import type { StorageWork, StorageWorkStore } from '../../store/storage-work-store.ts';
import { refusal } from '../failure.ts';
import { type Endpoint, isKind, isUncertain } from './endpoint.ts';

export interface RemoteWorkDependencies {
  readonly store: StorageWorkStore;
  readonly endpoint: Endpoint;
  readonly now: () => number;
  /** Told about work that stays unsettled. */
  readonly report: (error: unknown) => void;
  /** Removes the row of what was removed at the endpoint; what was only being made has no row. */
  readonly forget: Readonly<Record<'bucket' | 'key', (subject: string) => void>>;
}

export interface NewRemoteBucket {
  readonly name: string;
  readonly owner: string;
  readonly objectLock: boolean;
  readonly flags: BucketFlagChanges;
}

export const taken = (name: string): Error => refusal('DUPLICATE', `There is a bucket with the name ${name} already.`);
const never = (): AbortSignal => new AbortController().signal;

export class RemoteWork {
  readonly #dependencies: RemoteWorkDependencies;
  /** Subjects that a request of this process is working on. */
  readonly #running = new Set<string>();

  constructor(dependencies: RemoteWorkDependencies) {
    this.#dependencies = dependencies;
  }

  /** Makes the bucket, then the rows; when either fails, neither is left. */
  async createBucket(bucket: NewRemoteBucket, rows: () => void, signal: AbortSignal): Promise<void> {
    const { endpoint } = this.#dependencies;
    const { name, owner, objectLock, flags } = bucket;
    await this.#exclusively(name, signal, async () => {
      if (await endpoint.administer((buckets, own) => buckets.exists(name, own), signal)) throw taken(name);
      const work = this.#begin('create-bucket', name, owner);
      await this.#orUndo(work, async () => {
        await endpoint
          .administer((buckets, own) => buckets.create({ name, owner, objectLock }, own), signal)
          .catch((error: unknown) => {
            throw isKind(error, 'conflict') ? new NothingDone(taken(name)) : isUncertain(error) ? error : new NothingDone(error);
          });
        await endpoint.administer(async ({ flags: remote }, own) => remote?.write(name, flags, own), signal);
        this.#dependencies.store.end(work, rows);
      });
    });
  }

  /** Removes the bucket, then its row; one that is gone at the endpoint already is as good as removed. */
  async removeBucket(name: string, owner: string, signal: AbortSignal): Promise<void> {
    await this.#exclusively(name, signal, async () => {
      await this.#settle(this.#begin('remove-bucket', name, owner), signal, (error) => {
        throw refusal('DEFAULT', `The bucket ${name} still holds objects; empty it first.`, error);
      });
    });
  }

  /** Makes the key, then its row; when either fails, neither is left. */
  async createKey(key: ScopedKey, row: () => void, signal: AbortSignal): Promise<void> {
    const { endpoint, store } = this.#dependencies;
    await endpoint.administerKeys(() => Promise.resolve(), signal);
    await this.#exclusively(key.accessKey, signal, async () => {
      const work = this.#begin('create-key', key.accessKey, key.owner);
      await this.#orUndo(work, async () => {
        await endpoint.administerKeys((keys, own) => keys.put(key, own), signal);
        store.end(work, row);
      });
    });
  }

  async removeKey(accessKey: string, owner: string, signal: AbortSignal): Promise<void> {
    await this.#exclusively(accessKey, signal, () => this.#settle(this.#begin('remove-key', accessKey, owner), signal));
  }

  /** Settles what earlier processes have left; what cannot be settled now is reported, and left for the next time. */
  async settleAll(signal: AbortSignal): Promise<void> {
    for (const work of this.#dependencies.store.all()) {
      if (signal.aborted) return;
      if (this.#running.has(work.subject)) continue;
      await this.#exclusively(work.subject, signal, async () => undefined).catch((error: unknown) => {
        if (!signal.aborted) this.#dependencies.report(error);
      });
    }
  }

  #begin(kind: StorageWork['kind'], subject: string, owner: string): StorageWork {
    const work = { id: randomUUID(), kind, subject, owner, begunAt: this.#dependencies.now() };
    this.#dependencies.store.begin(work);
    return work;
  }

  /** One at a time for each bucket and key, after what was cut off before is settled. */
  async #exclusively(subject: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (this.#running.has(subject)) throw refusal('PENDING', `Another request is working on ${subject}; try again when it is done.`);
    this.#running.add(subject);
    try {
      const left = this.#dependencies.store.find(subject);
      if (left !== undefined) await this.#settle(left, signal);
      await work();
    } finally {
      this.#running.delete(subject);
    }
  }

  /** Whoever asked may be gone by now, so undoing has a signal of its own. */
  async #orUndo(work: StorageWork, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (error instanceof NothingDone) this.#dependencies.store.end(work);
      else await this.#settle(work, never()).catch(this.#dependencies.report);
      throw error instanceof NothingDone ? error.cause : error;
    }
  }

  /**
   * Brings recorded work to the end at which nothing is left: what was being made is removed, and what was being removed too. A bucket
   * that holds objects stays; it cannot be one that was just made.
   */
  async #settle(work: StorageWork, signal: AbortSignal, isNotEmpty: (error: unknown) => void = () => undefined): Promise<void> {
    const { endpoint, store, forget } = this.#dependencies;
    const { kind, subject, owner } = work;
    if (kind === 'create-key' || kind === 'remove-key') {
      await endpoint.administerKeys((keys, own) => keys.remove(subject, own), signal);
      store.end(work, () => kind === 'remove-key' && forget.key(subject));
      return;
    }
    try {
      await endpoint.administer((buckets, own) => buckets.remove({ name: subject, owner }, own), signal);
    } catch (error) {
      if (isKind(error, 'conflict')) {
        store.end(work);
        isNotEmpty(error);
        return;
      }
      if (!isKind(error, 'missing')) throw error;
    }
    store.end(work, () => kind === 'remove-bucket' && forget.bucket(subject));
  }
}

/** The endpoint has refused, so there is nothing to undo. */
class NothingDone extends Error {
  override readonly name = 'NothingDone';

  constructor(cause: unknown) {
    super('nothing was done', { cause });
  }
}
