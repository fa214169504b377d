// Owns the deliveries to one log destination: batches in order, one at a time, tried again until they are taken.
import type { LogOutboxStore, OutboxRow } from '../../store/log-outbox-store.ts';
import type { HecTarget, PostEvents, Verdict } from './splunk-hec.ts';

export interface LaneSettings {
  readonly batchEvents: number;
  readonly batchBytes: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** The longest wait that a collector's Retry-After may ask for. */
  readonly retryAfterCapMs: number;
}

export interface LaneTools {
  readonly outbox: LogOutboxStore;
  readonly post: PostEvents;
  /** Undefined while the setting is inactive or gone. */
  readonly target: () => HecTarget | undefined;
  readonly droppedText: (count: number) => string;
  /** A number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly settings: LaneSettings;
  /** Told why events do not arrive: at the first failure in a row, and when nothing is tried any more. */
  readonly complain: (reason: string) => void;
}

interface Batch {
  readonly body: string;
  readonly rows: readonly OutboxRow[];
  readonly last: number;
  readonly dropped: number;
}

export class LogLane {
  readonly #targetId: string;
  readonly #tools: LaneTools;
  readonly #end = new AbortController();
  #wait: AbortController | undefined;
  #busy = false;
  /** The collector wants another setting. */
  #refused = false;
  #failures = 0;
  /** How often the setting changed: what a collector says to an old one does not count. */
  #changes = 0;
  #finishing = false;
  #batchEvents: number;
  #sending = 0;
  #run: Promise<void> = Promise.resolve();

  constructor(targetId: string, tools: LaneTools) {
    this.#targetId = targetId;
    this.#tools = tools;
    this.#batchEvents = tools.settings.batchEvents;
  }

  /** The number of the last event that is on its way; 0 when none is. */
  get sending(): number {
    return this.#sending;
  }

  /** There is something to deliver. Does nothing while a delivery, a wait or a refusal is on. */
  wake(): void {
    if (this.#busy || this.#refused || this.#end.signal.aborted) return;
    this.#busy = true;
    this.#run = this.#deliver();
  }

  /** The setting is another one: what failed with the old one is tried at once. */
  changed(): void {
    this.#changes += 1;
    this.#refused = false;
    this.#failures = 0;
    this.#wait?.abort();
    this.wake();
  }

  /** Resolves when everything is delivered, or when that would take a second try. */
  async finish(): Promise<void> {
    this.#finishing = true;
    this.#wait?.abort();
    await this.#run;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#wait?.abort();
    await this.#run;
  }

  /** Never rejects. */
  async #deliver(): Promise<void> {
    const { target, post, complain } = this.#tools;
    try {
      for (;;) {
        if (this.#refused || this.#end.signal.aborted || (this.#finishing && this.#failures > 0)) return;
        const to = target();
        const batch = to && this.#next();
        // In one step with finding nothing, so that no event can arrive in between and be left.
        if (to === undefined || batch === undefined) return;
        const changes = this.#changes;
        this.#sending = batch.last;
        const verdict = await post(to, batch.body, this.#end.signal);
        this.#sending = 0;
        if (changes === this.#changes || verdict.kind === 'taken') await this.#settle(batch, verdict);
      }
    } catch (error) {
      // Stopped, or a defect: what was not delivered stays in the outbox for the next start.
      if (!this.#end.signal.aborted) {
        this.#refused = true;
        complain(error instanceof Error ? error.message : String(error));
      }
    } finally {
      this.#busy = false;
      this.#sending = 0;
    }
  }

  #next(): Batch | undefined {
    const { outbox, settings, droppedText } = this.#tools;
    const rows: OutboxRow[] = [];
    let bytes = 0;
    for (const row of outbox.first(this.#targetId, this.#batchEvents)) {
      bytes += Buffer.byteLength(row.event);
      if (rows.length > 0 && bytes > settings.batchBytes) break;
      rows.push(row);
    }
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const dropped = outbox.dropped(this.#targetId);
    const texts = rows.map(({ event }) => event);
    return { body: [...(dropped > 0 ? [droppedText(dropped)] : []), ...texts].join(''), rows, last: last.n, dropped };
  }

  async #settle(batch: Batch, verdict: Verdict): Promise<void> {
    const { outbox, settings, complain } = this.#tools;
    if (verdict.kind === 'taken') {
      outbox.delivered(this.#targetId, batch.last, batch.dropped);
      this.#failures = 0;
      this.#batchEvents = settings.batchEvents;
    } else if (verdict.kind === 'unreadable') {
      this.#narrow(batch);
    } else if (verdict.kind === 'refused') {
      this.#refused = true;
      complain(`nothing is sent until the log setting changes: ${verdict.reason}`);
    } else {
      if (this.#failures === 0) complain(`trying again: ${verdict.reason}`);
      this.#failures += 1;
      if (!this.#finishing) await this.#pause(verdict.afterMs);
    }
  }

  /** Half as many the next time; one that is not taken alone is given up. */
  #narrow({ rows }: Batch): void {
    const [first] = rows;
    if (rows.length === 1 && first !== undefined) this.#tools.outbox.drop(this.#targetId, first.n);
    this.#batchEvents = Math.max(1, Math.floor(rows.length / 2));
  }

  /** Full jitter, unless the collector said how long. */
  async #pause(afterMs: number | undefined): Promise<void> {
    const { settings, random, sleep } = this.#tools;
    const backoff = random() * Math.min(settings.retryCapMs, settings.retryBaseMs * 2 ** Math.min(this.#failures - 1, 30));
    const wait = new AbortController();
    this.#wait = wait;
    try {
      await sleep(afterMs === undefined ? backoff : Math.min(afterMs, settings.retryAfterCapMs), wait.signal);
    } catch (error) {
      if (!wait.signal.aborted) throw error;
    } finally {
      this.#wait = undefined;
    }
  }
}
