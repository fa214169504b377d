// Owns what a measuring script started: everything stops at the end, in reverse order, and at Ctrl-C too.

export type Stop = () => Promise<void> | void;

const patienceMs = 1000;

export class ScriptLifetime {
  readonly #stops: Stop[] = [];
  #ending: Promise<void> | undefined;
  #interruptedAt = 0;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void this.#interrupted(signal));
  }

  /** The last one registered stops first. */
  add(stop: Stop): void {
    this.#stops.push(stop);
  }

  /** Stops everything that was added since `mark`, or everything. */
  async end(mark = 0): Promise<void> {
    while (this.#stops.length > mark) {
      const stop = this.#stops.pop();
      try {
        await stop?.();
      } catch (error) {
        console.error(`cleaning up: ${String(error)}`);
      }
    }
  }

  /** What fails from then on fails because everything is being stopped. */
  get interrupted(): boolean {
    return this.#ending !== undefined;
  }

  get mark(): number {
    return this.#stops.length;
  }

  async #interrupted(signal: string): Promise<void> {
    if (this.#ending !== undefined) {
      // One Ctrl-C arrives twice, from the terminal and from the loader of TypeScript; a later one means at once.
      if (performance.now() - this.#interruptedAt > patienceMs) process.exit(130);
      return;
    }
    console.error(`\n${signal}: stopping what was started`);
    this.#interruptedAt = performance.now();
    this.#ending = this.end();
    await this.#ending;
    process.exit(130);
  }
}
