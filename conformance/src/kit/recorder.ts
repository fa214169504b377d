// Owns the evidence of one check: exchanges, frames, assertions, failures and what was undocumented; redacted as it comes in.
import type { Failure, Frame, RecordedExchange, Undocumented } from '../result.ts';
import type { Redactor } from './redaction.ts';

export interface RecorderLimits {
  readonly exchanges: number;
  readonly frames: number;
  readonly bodyCharacters: number;
}

/** Polling and progress can be long: the first half and the last half of what exceeds the limit is kept. */
export const defaultRecorderLimits: RecorderLimits = { exchanges: 40, frames: 60, bodyCharacters: 4000 };

export class Recorder {
  readonly undocumented: Undocumented[] = [];
  readonly observed: { operation: string; status: number }[] = [];
  readonly observedFrames: string[] = [];
  readonly channels = new Set<string>();
  evidence = 0;
  readonly #failures: (Omit<Failure, 'exchange'> & { during: RecordedExchange | undefined })[] = [];
  readonly #exchanges: RecordedExchange[] = [];
  readonly #frames: Frame[] = [];
  readonly #redactor: Redactor;
  readonly #limits: RecorderLimits;

  constructor(redactor: Redactor, limits: RecorderLimits = defaultRecorderLimits) {
    this.#redactor = redactor;
    this.#limits = limits;
  }

  exchange(exchange: RecordedExchange): void {
    if (exchange.response !== null) this.observed.push({ operation: exchange.operation, status: exchange.response.status });
    const { request, response } = exchange;
    const shorten = (text: string): string => this.#shorten(this.#redactor.text(text));
    const redacted: RecordedExchange = {
      operation: exchange.operation,
      ms: exchange.ms,
      request: {
        method: request.method,
        url: this.#redactor.text(request.url),
        headers: this.#redactor.headers(request.headers),
        body: request.body === null ? null : shorten(request.body),
      },
      response: response && { status: response.status, headers: this.#redactor.headers(response.headers), body: shorten(response.body) },
    };
    keepEnds(this.#exchanges, redacted, this.#limits.exchanges);
  }

  frame(frame: Frame): void {
    this.observedFrames.push(frame.message);
    keepEnds(this.#frames, { ...frame, text: this.#shorten(this.#redactor.text(frame.text)) }, this.#limits.frames);
  }

  fail(failure: Omit<Failure, 'exchange'>): void {
    const entry = this.#redactor.deep(failure);
    const same = this.#failures.some(
      ({ level, message, actual }) => level === entry.level && message === entry.message && actual === entry.actual,
    );
    if (!same) this.#failures.push({ ...entry, during: this.#exchanges.at(-1) });
  }

  note(undocumented: Undocumented): void {
    const known = this.undocumented.some(
      ({ kind, where, what }) => kind === undocumented.kind && where === undocumented.where && what === undocumented.what,
    );
    if (!known) this.undocumented.push(undocumented);
  }

  hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  /** Each failure points to the exchange that it was seen in. */
  failures(): Failure[] {
    return this.#failures.map(({ during, ...failure }) => {
      const exchange = during === undefined ? -1 : this.#exchanges.indexOf(during);
      return exchange < 0 ? failure : { ...failure, exchange };
    });
  }

  exchanges(): readonly RecordedExchange[] {
    return this.#exchanges;
  }

  frames(): readonly Frame[] {
    return this.#frames;
  }

  #shorten(text: string): string {
    const excess = text.length - this.#limits.bodyCharacters;
    return excess > 0 ? `${text.slice(0, this.#limits.bodyCharacters)}… (${excess} more characters)` : text;
  }
}

function keepEnds<Item>(items: Item[], item: Item, limit: number): void {
  items.push(item);
  if (items.length > limit) items.splice(Math.floor(limit / 2), 1);
}
