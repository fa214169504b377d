// Owns the pushes of this server: accepting, running a few at a time, pause, resume, cancel, and going on after a restart.

import { setTimeout as delay } from 'node:timers/promises';
import { HttpError } from '../http-error.ts';
import { checkPreconditions } from '../preconditions.ts';
import { type ActiveRun, PushRunner } from './push-runner.ts';
import { isEnded, isSamePush, type Push, type PushRequest } from './push.ts';
import type { PushOptions } from './push-options.ts';

const CANCEL_WAIT_MS = 2_000;

export class PushService {
  readonly #options: PushOptions;
  readonly #runner: PushRunner;
  readonly #pushes = new Map<string, Push>();
  readonly #running = new Map<string, ActiveRun>();
  #waiting: string[] = [];
  #closing = false;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#runner = new PushRunner(options);
  }

  /** `start` goes on with what was under way when the server stopped, in order or not. */
  async open(): Promise<void> {
    for (const push of await this.#options.store.open()) {
      this.#pushes.set(push.id, push);
      if (push.status !== 'running' && push.status !== 'pending') continue;
      push.status = 'pending';
      this.#waiting.push(push.id);
    }
  }

  start(): void {
    for (const push of this.#pushes.values()) if (push.cleanup) void this.#runner.cleanUpLater(push);
    this.#next();
  }

  /** True if the push is new. The same request again finds the same push; another one under its id is refused. */
  async put(id: string, request: PushRequest): Promise<{ push: Push; created: boolean }> {
    const known = this.#pushes.get(id);
    if (known !== undefined) {
      if (isSamePush(known, request)) return { push: known, created: false };
      throw new HttpError('PushConflict', 'There is another push of this id.');
    }
    const push = await this.#newPush(id, request);
    await this.#makeRoom();
    if (this.#pushes.has(id)) return await this.put(id, request);
    this.#pushes.set(id, push);
    await this.#options.store.save(push);
    this.#enqueue(push);
    return { push, created: true };
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
    const push = this.find(id);
    await this.#running.get(id)?.stop(this.#options.limits.pushPauseGraceMs);
    if (push.status === 'paused') return push;
    if (push.status !== 'running' && push.status !== 'pending') throw notPossible(push, 'paused');
    this.#waiting = this.#waiting.filter((waiting) => waiting !== id);
    push.status = 'paused';
    await this.#options.store.save(push);
    this.#next();
    return push;
  }

  async resume(id: string): Promise<Push> {
    const push = this.find(id);
    if (push.status === 'running' || push.status === 'pending') return push;
    if (push.status !== 'paused') throw notPossible(push, 'resumed');
    push.status = 'pending';
    push.error = null;
    await this.#options.store.save(push);
    this.#enqueue(push);
    return push;
  }

  /** Cancelled at once; the upload at the target is removed before the answer where that is quick, else in the background. */
  async cancel(id: string): Promise<Push> {
    const push = this.find(id);
    if (push.status === 'cancelled') return push;
    if (isEnded(push)) throw notPossible(push, 'cancelled');
    this.#waiting = this.#waiting.filter((waiting) => waiting !== id);
    this.#runner.end(push, 'cancelled');
    await this.#options.store.save(push);
    await this.#running.get(id)?.stop(0);
    const cleaned = this.#runner.cleanUpLater(push);
    await Promise.race([cleaned, delay(CANCEL_WAIT_MS, undefined, { ref: false })]);
    return push;
  }

  async remove(id: string): Promise<void> {
    const push = this.find(id);
    if (!isEnded(push)) throw new HttpError('PushConflict', 'The push is not over yet: cancel it first.');
    if (push.cleanup || this.#running.has(id))
      throw new HttpError('PushConflict', 'What the push left at its target is still being removed.');
    this.#pushes.delete(id);
    await this.#options.store.remove(id);
  }

  /** Cuts off what runs; it goes on at the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#running.values()].map((run) => run.stop(0)));
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
      cleanup: false,
      created: this.#options.clock(),
      ended: null,
    };
  }

  /** Pushes that are over give way to new ones, the oldest first. */
  async #makeRoom(): Promise<void> {
    if (this.#pushes.size < this.#options.limits.maxPushes) return;
    const oldest = this.list().find((push) => isEnded(push) && !push.cleanup && !this.#running.has(push.id));
    if (oldest === undefined)
      throw new HttpError('TooManyPushes', 'The server has as many pushes as it takes; try again later.', { 'Retry-After': '30' });
    this.#pushes.delete(oldest.id);
    await this.#options.store.remove(oldest.id);
  }

  #enqueue(push: Push): void {
    this.#waiting.push(push.id);
    this.#next();
  }

  #next(): void {
    while (!this.#closing && this.#running.size < this.#options.limits.maxRunningPushes) {
      const id = this.#waiting.shift();
      const push = id === undefined ? undefined : this.#pushes.get(id);
      if (push === undefined) return;
      push.status = 'running';
      const run = this.#runner.start(push);
      this.#running.set(push.id, run);
      void run.ended.then(() => {
        this.#running.delete(push.id);
        this.#next();
      });
    }
  }
}

function notPossible({ status }: Push, command: string): HttpError {
  return new HttpError('PushConflict', `The push is ${status}; it cannot be ${command}.`);
}
