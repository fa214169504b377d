// Owns forwarding events: from memory to the outbox in a moment, from there to each account's destination.
import { setTimeout as timer } from 'node:timers/promises';
import type { LogOutboxStore } from '../../store/log-outbox-store.ts';
import type { LogTargetRow, LogTargetStore } from '../../store/log-target-store.ts';
import { LogLane, type LaneSettings } from './lane.ts';
import type { HecTarget, PostEvents } from './splunk-hec.ts';

export interface ForwarderSettings extends LaneSettings {
  /** Events of one account that may wait; beyond that the oldest give way. */
  readonly maxEvents: number;
  /** How long events are gathered before they go to the outbox together. */
  readonly gatherMs: number;
}

export const defaultForwarderSettings: ForwarderSettings = {
  maxEvents: 10_000,
  gatherMs: 50,
  batchEvents: 200,
  batchBytes: 262_144,
  retryBaseMs: 1000,
  retryCapMs: 60_000,
  retryAfterCapMs: 600_000,
};

export interface ForwarderDependencies {
  readonly targets: LogTargetStore;
  readonly outbox: LogOutboxStore;
  /** Where a row leads to, with its token in clear. */
  readonly open: (row: LogTargetRow) => HecTarget;
  readonly post: PostEvents;
  readonly droppedText: (count: number) => string;
  readonly settings?: ForwarderSettings;
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly complain: (accountId: string, reason: string) => void;
}

interface Lane {
  readonly id: string;
  readonly lane: LogLane;
}

const gatheredAtMost = 500;

export class LogForwarder {
  readonly #dependencies: ForwarderDependencies;
  readonly #settings: ForwarderSettings;
  /** The accounts with a setting. */
  readonly #lanes = new Map<string, Lane>();
  readonly #active = new Set<string>();
  readonly #gathered = new Map<string, string[]>();
  #gathering: NodeJS.Timeout | undefined;
  #retired: Promise<unknown> = Promise.resolve();

  constructor(dependencies: ForwarderDependencies) {
    this.#dependencies = dependencies;
    this.#settings = dependencies.settings ?? defaultForwarderSettings;
  }

  /** Goes on with what an earlier run has left. */
  start(): void {
    for (const { accountId } of this.#dependencies.targets.all()) this.changed(accountId);
  }

  wants(accountId: string): boolean {
    return this.#active.has(accountId);
  }

  /** Costs its caller next to nothing: nothing is written and nothing is sent here. */
  accept(accountId: string, text: string): void {
    if (!this.wants(accountId)) return;
    const waiting = this.#gathered.get(accountId) ?? [];
    waiting.push(text);
    this.#gathered.set(accountId, waiting);
    if (waiting.length >= gatheredAtMost) return this.#store();
    this.#gathering ??= setTimeout(() => this.#store(), this.#settings.gatherMs).unref();
  }

  /** The setting of the account is new, another one, or gone. */
  changed(accountId: string): void {
    this.#store();
    const row = this.#dependencies.targets.ofAccount(accountId);
    const known = this.#lanes.get(accountId);
    if (known !== undefined && known.id !== row?.id) {
      this.#lanes.delete(accountId);
      this.#retired = Promise.all([this.#retired, known.lane.stop()]);
    }
    if (row?.active === 1) this.#active.add(accountId);
    else this.#active.delete(accountId);
    if (row !== undefined) this.#laneOf(row).changed();
  }

  /** What was accepted is in the outbox when this resolves; until the deadline it is also sent. */
  async close(deadlineMs: number): Promise<void> {
    this.#store();
    this.#active.clear();
    const lanes = [...this.#lanes.values()].map(({ lane }) => lane);
    const late = new AbortController();
    const deadline = timer(deadlineMs, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([Promise.all(lanes.map((lane) => lane.finish())), deadline]);
    late.abort();
    await Promise.all([...lanes.map((lane) => lane.stop()), this.#retired]);
  }

  #store(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const gathered = [...this.#gathered];
    this.#gathered.clear();
    for (const [accountId, texts] of gathered) {
      const known = this.#lanes.get(accountId);
      if (known !== undefined) this.#append(accountId, known, texts);
    }
  }

  /** A full disk must not harm the agent: it runs in a timer, and nobody waits for it. */
  #append(accountId: string, { id, lane }: Lane, texts: readonly string[]): void {
    try {
      this.#dependencies.outbox.append(id, texts, { maxEvents: this.#settings.maxEvents, sending: lane.sending });
      lane.wake();
    } catch (error) {
      this.#dependencies.complain(accountId, `${texts.length} events are lost: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #laneOf({ id, accountId }: LogTargetRow): LogLane {
    const known = this.#lanes.get(accountId);
    if (known !== undefined) return known.lane;
    const { targets, outbox, open, post, droppedText, random = Math.random, sleep = pause, complain } = this.#dependencies;
    const lane = new LogLane(id, {
      outbox,
      post,
      droppedText,
      random,
      sleep,
      settings: this.#settings,
      complain: (reason) => complain(accountId, reason),
      target: () => {
        const row = targets.ofAccount(accountId);
        return row?.id === id && row.active === 1 ? open(row) : undefined;
      },
    });
    this.#lanes.set(accountId, { id, lane });
    return lane;
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => timer(ms, undefined, { signal, ref: false });
