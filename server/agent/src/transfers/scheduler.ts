// Owns who runs now and who waits: first come first served, with a limit on how many run at once.
export class Scheduler {
  readonly #maxConcurrent: number;
  readonly #execute: (id: string) => Promise<void>;
  readonly #queue: string[] = [];
  #running = 0;
  #stopped = false;

  /** `execute` must not reject. */
  constructor(maxConcurrent: number, execute: (id: string) => Promise<void>) {
    this.#maxConcurrent = maxConcurrent;
    this.#execute = execute;
  }

  /** How many wait for others to end. */
  get backlog(): number {
    return Math.max(0, this.#queue.length - (this.#maxConcurrent - this.#running));
  }

  enqueue(id: string): void {
    this.#queue.push(id);
    // Not in this tick: the caller may still have to answer with the id.
    queueMicrotask(() => this.#admit());
  }

  remove(id: string): void {
    const at = this.#queue.indexOf(id);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
  }

  #admit(): void {
    while (!this.#stopped && this.#running < this.#maxConcurrent) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      this.#running += 1;
      void this.#execute(id).finally(() => {
        this.#running -= 1;
        this.#admit();
      });
    }
  }
}
