// Owns the pushes of this server: accepting, pause, resume, cancel, forgetting, and going on after a restart.

import { setTimeout as delay } from 'node:timers/promises';
import { HttpError } from '../http-error.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { checkPreconditions } from '../preconditions.ts';
import { PushQueue } from './push-queue.ts';
import { PushRunner } from './push-runner.ts';
import { isEnded, isSamePush, NOTHING_SENT, type Push, type PushRequest } from './push.ts';
import type { PushOptions } from './push-options.ts';

const CANCEL_WAIT_MS = 2_000;

export class PushService {
  readonly #options: PushOptions;
  readonly #runner: PushRunner;
  readonly #queue: PushQueue;
  readonly #pushes = new Map<string, Push>();
  /** One command of a push after the other: each waits for the disk, and none may find the push between two states. */
  readonly #commands = new KeyedMutex();
  /** Orders that have their place and are not kept yet. */
  #arriving = 0;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#runner = new PushRunner(options);
    this.#queue = new PushQueue((push) => this.#runner.start(push), options.limits.maxRunningPushes);
  }

  /** `start` goes on with what was under way when the server stopped, in order or not. */
  async open(): Promise<void> {
    for (const push of await this.#options.store.open()) {
      this.#pushes.set(push.id, push);
      // The server may have died after it had asked the target for an upload and before the answer was kept.
      if (!isEnded(push)) push.opening = true;
      if (push.status !== 'running' && push.status !== 'pending') continue;
      push.status = 'pending';
      this.#queue.add(push);
    }
  }

  start(): void {
    for (const push of this.#pushes.values()) if (push.cleanup) void this.#runner.cleanUpLater(push);
    this.#queue.next();
  }

  /** True if the push is new. The same request again finds the same push; another one under its id is refused. */
  async put(id: string, request: PushRequest): Promise<{ push: Push; created: boolean }> {
    return await this.#commands.run(id, async () => {
      const known = this.#pushes.get(id);
      if (known !== undefined) {
        if (isSamePush(known, request)) return { push: known, created: false };
        throw new HttpError('PushConflict', 'There is another push of this id.');
      }
      const push = await this.#newPush(id, request);
      await this.#keep(push);
      this.#enqueue(push);
      return { push, created: true };
    });
  }

  find(id: string): Push {
    const push = this.#pushes.get(id);
    if (push === undefined) throw new HttpError('NoSuchPush', 'There is no push of this id.');
    return push;
  }

  list(): Push[] {
    return [...this.#pushes.values()];
  }

  /** Resolves when nothing moves any more; a chunk in flight is let finish for a while and cut off then. */
  async pause(id: string): Promise<Push> {
    return await this.#commands.run(id, async () => {
      const push = this.find(id);
      await this.#queue.take(id, this.#options.limits.pushPauseGraceMs);
      if (push.status === 'paused') return push;
      if (isEnded(push)) throw notPossible(push, 'paused');
      await this.#stopAs(push, { status: 'paused' });
      return push;
    });
  }

  async resume(id: string): Promise<Push> {
    return await this.#commands.run(id, async () => {
      const push = this.find(id);
      if (push.status === 'running' || push.status === 'pending') return push;
      if (push.status !== 'paused') throw notPossible(push, 'resumed');
      await this.#options.store.save(push, { status: 'pending', error: null });
      this.#enqueue(push);
      return push;
    });
  }

  /** Cut off at once; the upload at the target is removed before the answer where that is quick, else in the background. */
  async cancel(id: string): Promise<Push> {
    const patience = delay(CANCEL_WAIT_MS, undefined, { ref: false });
    this.#queue.hurry(id);
    // Handed out in an object: waiting for the clean-up in there would keep other commands waiting.
    const { push, cleaned } = await this.#commands.run(id, () => this.#cancel(id));
    await Promise.race([cleaned, patience]);
    return push;
  }

  async #cancel(id: string): Promise<{ push: Push; cleaned: Promise<void> }> {
    const push = this.find(id);
    if (push.status === 'cancelled') return { push, cleaned: Promise.resolve() };
    await this.#queue.take(id, 0);
    if (isEnded(push)) throw notPossible(push, 'cancelled');
    await this.#stopAs(push, this.#runner.ending('cancelled'));
    return { push, cleaned: this.#runner.cleanUpLater(push) };
  }

  async remove(id: string): Promise<void> {
    await this.#commands.run(id, async () => {
      const push = this.find(id);
      if (!isEnded(push)) throw new HttpError('PushConflict', 'The push is not over yet: cancel it first.');
      if (push.cleanup || this.#queue.isRunning(id))
        throw new HttpError('PushConflict', 'What the push left at its target is still being removed.');
      await this.#options.store.remove(id);
      this.#pushes.delete(id);
    });
  }

  /** Cuts off what runs; it goes on at the next start. */
  async close(): Promise<void> {
    await this.#queue.close();
    await this.#runner.close();
  }

  async #newPush(id: string, { sourceETag, ...request }: PushRequest): Promise<Push> {
    const info = await this.#options.objects.find(request.source);
    if (info === undefined) throw new HttpError('NoSuchObject', 'There is no object with this key.');
    if (sourceETag !== undefined) checkPreconditions({ ifMatch: `"${sourceETag}"`, ifNoneMatch: undefined }, info);
    return {
      ...request,
      id,
      status: 'pending',
      bytes: 0,
      total: info.size,
      eTag: info.eTag,
      contentType: info.contentType,
      error: null,
      checksumVerified: false,
      via: 'direct',
      session: '',
      ...NOTHING_SENT,
      cleanup: false,
      created: this.#options.clock(),
      ended: null,
    };
  }

  /** On the disk first: what is told of a push is true after a crash. */
  async #keep(push: Push): Promise<void> {
    this.#arriving += 1;
    try {
      await this.#makeRoom();
      await this.#options.store.save(push);
      this.#pushes.set(push.id, push);
    } catch (error) {
      // Its file may be there nevertheless, and it would run after a restart.
      await this.#options.store.remove(push.id).catch(() => undefined);
      throw error;
    } finally {
      this.#arriving -= 1;
    }
  }

  /** Pushes that are over give way to new ones, the oldest first. */
  async #makeRoom(): Promise<void> {
    if (this.#pushes.size + this.#arriving <= this.#options.limits.maxPushes) return;
    const oldest = this.list().find((push) => isEnded(push) && !push.cleanup && !this.#queue.isRunning(push.id));
    if (oldest === undefined)
      throw new HttpError('TooManyPushes', 'The server has as many pushes as it takes; try again later.', { 'Retry-After': '30' });
    this.#pushes.delete(oldest.id);
    await this.#options.store.remove(oldest.id);
  }

  /** For a push that neither waits nor runs; when its new state cannot be kept, it goes on. */
  async #stopAs(push: Push, change: Partial<Push>): Promise<void> {
    try {
      await this.#options.store.save(push, change);
    } catch (error) {
      if (push.status === 'running') push.status = 'pending';
      if (push.status === 'pending') this.#enqueue(push);
      throw error;
    }
  }

  #enqueue(push: Push): void {
    this.#queue.add(push);
    this.#queue.next();
  }
}

function notPossible({ status }: Push, command: string): HttpError {
  return new HttpError('PushConflict', `The push is ${status}; it cannot be ${command}.`);
}
