// Owns which pushes run: those that are pending, a few at a time, in the order in which they came.

import type { ActiveRun } from './push-runner.ts';
import type { Push } from './push.ts';

export class PushQueue {
  readonly #start: (push: Push) => ActiveRun;
  readonly #atOnce: number;
  readonly #running = new Map<string, ActiveRun>();
  #waiting: Push[] = [];
  #closing = false;

  /** `start` begins a run; at most `atOnce` are under way. */
  constructor(start: (push: Push) => ActiveRun, atOnce: number) {
    this.#start = start;
    this.#atOnce = atOnce;
  }

  /** Takes a pending push, which runs when its turn comes, after `next` at the earliest. */
  add(push: Push): void {
    this.#waiting.push(push);
  }

  next(): void {
    while (!this.#closing && this.#running.size < this.#atOnce) {
      const push = this.#waiting.shift();
      if (push === undefined) return;
      // A command may have come first.
      if (push.status === 'pending') this.#run(push);
    }
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /** Resolves when the push neither waits nor runs; what is under way may finish for so many milliseconds. */
  async take(id: string, graceMs: number): Promise<void> {
    this.#waiting = this.#waiting.filter((push) => push.id !== id);
    await this.#running.get(id)?.stop(graceMs);
  }

  /** Cuts off a run that is being stopped, instead of letting it have its grace. */
  hurry(id: string): void {
    this.#running.get(id)?.hurry();
  }

  /** Cuts off what runs, and begins nothing more. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#running.values()].map((run) => run.stop(0)));
  }

  #run(push: Push): void {
    push.status = 'running';
    const run = this.#start(push);
    this.#running.set(push.id, run);
    void run.ended.then(() => {
      this.#running.delete(push.id);
      this.next();
    });
  }
}
