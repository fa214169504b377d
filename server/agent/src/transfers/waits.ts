// Owns the transfers that wait for the network or for credentials: outside the line, until their stores can be used again.
import type { Connectivity } from './connectivity.ts';
import { Stopped } from './errors.ts';
import type { TransferRow } from './ledger.ts';
import { accepted, type Blocked } from './obstacles.ts';
import type { Sleep } from './retry.ts';
import type { BlockSettings } from './settings.ts';

export interface WaitTools {
  readonly connectivity: Connectivity;
  readonly settings: BlockSettings;
  readonly sleep: Sleep;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
  /** Puts a transfer in line again. */
  readonly goOn: (id: string) => void;
}

/** What is remembered of a transfer that was blocked, until it ends or is stopped. */
interface Past {
  /** When it was first blocked after the last progress. */
  since: number;
  reached: Reached;
  trusted: boolean;
}

type Reached = Pick<TransferRow, 'bytes' | 'totalBytes'>;

/** Transfers that wait for the same: one of them asks for all. */
interface Group {
  readonly blocked: Blocked;
  /** What each of them shows. */
  readonly members: Map<string, string>;
  readonly stop: AbortController;
}

export class Waits {
  readonly #tools: WaitTools;
  readonly #groups = new Map<string, Group>();
  readonly #pasts = new Map<string, Past>();
  #stopped = false;

  constructor(tools: WaitTools) {
    this.#tools = tools;
  }

  /** How many wait. */
  get size(): number {
    return [...this.#groups.values()].reduce((sum, { members }) => sum + members.size, 0);
  }

  /** What the transfer waits for, in words for a person. */
  why(id: string): string | undefined {
    return this.#groupOf(id)?.[1].members.get(id);
  }

  /** Whether the stores of the transfer had taken its credentials before it was blocked. */
  trusted(id: string): boolean {
    return this.#pasts.get(id)?.trusted ?? false;
  }

  /** False when it has waited for too long already: whoever was forgotten must not wait for ever. */
  add(row: TransferRow, blocked: Blocked, trusted: boolean): boolean {
    const now = this.#tools.now();
    const past = this.#pasts.get(row.id);
    const since = past === undefined || isAhead(row, past.reached) ? now : past.since;
    if (now - since > this.#tools.settings.maxMs) return false;
    this.#pasts.set(row.id, { since, trusted, reached: { bytes: row.bytes, totalBytes: row.totalBytes } });
    if (!this.#stopped) this.#join(row.id, blocked);
    return true;
  }

  /** Of a transfer that ended or was stopped. */
  forget(id: string): void {
    this.#pasts.delete(id);
    const found = this.#groupOf(id);
    if (found === undefined) return;
    const [key, group] = found;
    group.members.delete(id);
    if (group.members.size > 0) return;
    this.#groups.delete(key);
    group.stop.abort(new Stopped('cancel'));
  }

  stop(): void {
    this.#stopped = true;
    for (const { stop } of this.#groups.values()) stop.abort(new Stopped('shutdown'));
    this.#groups.clear();
  }

  #groupOf(id: string): readonly [string, Group] | undefined {
    for (const entry of this.#groups) if (entry[1].members.has(id)) return entry;
    return undefined;
  }

  #join(id: string, blocked: Blocked): void {
    const key = JSON.stringify([blocked.by, blocked.stores.map(({ name, bucket }) => [name, bucket])]);
    const known = this.#groups.get(key);
    if (known !== undefined) return void known.members.set(id, blocked.message);
    const group: Group = { blocked, members: new Map([[id, blocked.message]]), stop: new AbortController() };
    this.#groups.set(key, group);
    this.#watch(group)
      .catch((error: unknown) => {
        // A defect must not leave anybody waiting.
        if (!group.stop.signal.aborted) this.#tools.report(error);
      })
      .finally(() => this.#release(key, group));
  }

  /** Resolves when all of them may go on; those that have waited for too long go before, to fail. */
  async #watch({ blocked, members, stop }: Group): Promise<void> {
    const { connectivity, settings, sleep, now, goOn } = this.#tools;
    const probeMs = blocked.by === 'network' ? settings.networkProbeMs : settings.credentialsProbeMs;
    const back = (): Promise<boolean> =>
      blocked.by === 'network' ? connectivity.back(blocked.stores, stop.signal) : accepted(blocked.stores, stop.signal);
    do {
      await sleep(probeMs, stop.signal);
      for (const id of members.keys()) {
        if (now() - (this.#pasts.get(id)?.since ?? 0) <= settings.maxMs) continue;
        members.delete(id);
        goOn(id);
      }
    } while (members.size > 0 && !(await back()));
  }

  #release(key: string, group: Group): void {
    // Another one may have been begun since this one was left by all.
    if (this.#groups.get(key) === group) this.#groups.delete(key);
    if (group.stop.signal.aborted) return;
    for (const id of group.members.keys()) this.#tools.goOn(id);
  }
}

const isAhead = (row: Reached, before: Reached): boolean => row.bytes > before.bytes || row.totalBytes > before.totalBytes;
