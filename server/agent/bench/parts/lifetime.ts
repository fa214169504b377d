// Owns what a measuring script started: everything stops at the end, in reverse order, and at Ctrl-C too.

export type Stop = () => Promise<void> | void;

export class ScriptLifetime {
  readonly #stops: Stop[] = [];
  #ending: Promise<void> | undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void this.#interrupted(signal));
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
    console.error(`\n${signal}: stopping what was started`);
    this.#ending ??= this.end();
    await this.#ending;
    process.exit(130);
  }
}
