// Owns the deadline of a conversation that may take any time as long as it makes progress.
import { ProviderError } from './provider.ts';

export class StallWatchdog {
  /** Aborts with the parent's reason, or with `unavailable` when an expected progress did not come. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #what: string;
  readonly #parent: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(what: string, parent?: AbortSignal) {
    this.signal = this.#controller.signal;
    this.#what = what;
    this.#parent = parent;
    if (parent?.aborted === true) this.#controller.abort(parent.reason);
    parent?.addEventListener('abort', this.#onParent, { once: true });
  }

  /** The next progress must come within `ms` milliseconds. */
  expect(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new ProviderError('unavailable', `${this.#what} stalled: nothing moved for ${ms} ms`));
    }, ms);
  }

  /** Nothing is expected of the other side for now. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  abort(reason: unknown): void {
    this.close();
    this.#controller.abort(reason);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener('abort', this.#onParent);
  }

  readonly #onParent = (): void => this.abort(this.#parent?.reason);
}
