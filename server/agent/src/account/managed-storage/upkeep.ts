// Owns what managed storage needs beside its requests: settling what was cut off, and a look at every bucket each hour.
import type { RemoteWork } from './remote-work.ts';
import type { StorageUsage } from './storage-usage.ts';

const hourMs = 3_600_000;

export interface UpkeepDependencies {
  readonly work: Pick<RemoteWork, 'settleAll'>;
  readonly usage: Pick<StorageUsage, 'sample'>;
}

export class Upkeep {
  readonly #dependencies: UpkeepDependencies;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(dependencies: UpkeepDependencies) {
    this.#dependencies = dependencies;
  }

  /** The endpoint may start after the agent, so nothing waits for the first round. */
  start(): void {
    void this.round();
    this.#timer = setInterval(() => void this.round(), hourMs).unref();
  }

  /** One at a time; resolves when it is done. */
  round(): Promise<void> {
    this.#round ??= this.#run().finally(() => (this.#round = undefined));
    return this.#round;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort(new Error('the agent stops'));
    await this.#round;
  }

  async #run(): Promise<void> {
    const { work, usage } = this.#dependencies;
    await work.settleAll(this.#stop.signal);
    await usage.sample(this.#stop.signal);
  }
}
