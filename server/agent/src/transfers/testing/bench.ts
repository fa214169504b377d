// Owns a running engine for tests: temporary folder, real SQLite file, fake storage, and waits with a deadline.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../store/database.ts';
import { TransferStore } from '../../store/transfer-store.ts';
import { TransferEngine, type EngineOptions } from '../engine.ts';
import type { HistoryEntry } from '../history.ts';
import type { Ledger } from '../ledger.ts';
import type { TransferStatus } from '../machine.ts';
import type { ObjectRef, PrefixRef, Route, TransferPlan } from '../plan.ts';
import type { ProgressEvent } from '../progress.ts';
import type { TransferSettings } from '../settings.ts';
import { FakeProvider, type Call } from './fake-provider.ts';

export const testSettings: Partial<TransferSettings> = {
  chunkBytes: 64 * 1024,
  syncWindowBytes: 256 * 1024,
  pauseGraceMs: 300,
  abortGraceMs: 100,
  callTimeoutMs: 2000,
  writeTimeoutMs: 2000,
  commitTimeoutMs: 2000,
  copyStallTimeoutMs: 2000,
};

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export const bytesOf = (length: number): Buffer => randomBytes(length);

export const objectRef = (key: string, cloudAccountId = 'account'): ObjectRef => ({
  type: 'object',
  cloudAccountId,
  serverUrl: null,
  provider: 2048,
  bucket: 'bucket',
  key,
});

export const prefixRef = (key: string): PrefixRef => ({ ...objectRef(key), type: 'prefix' });

export const planOf = (route: Route, kind: 'client' | 'server' = 'client'): TransferPlan => ({
  ...route,
  kind,
  name: 'the name',
  userId: 'user',
  accountId: 'tenant',
  origin: 8,
  storageType: 'LocalHttp',
  contentType: 'application/octet-stream',
});

export interface BenchOptions {
  readonly folder?: string;
  readonly provider?: FakeProvider;
  readonly settings?: Partial<TransferSettings>;
  readonly engine?: Partial<EngineOptions>;
  /** Puts something between the engine and its ledger. */
  readonly ledger?: (ledger: Ledger) => Ledger;
}

export class Bench {
  readonly folder: string;
  readonly provider: FakeProvider;
  readonly engine: TransferEngine;
  readonly ledger: TransferStore;
  readonly history: HistoryEntry[] = [];
  readonly events: ProgressEvent[] = [];
  readonly reported: unknown[] = [];
  readonly #database: Database;
  #dead = false;

  private constructor(folder: string, options: BenchOptions) {
    this.folder = folder;
    this.provider = options.provider ?? new FakeProvider();
    this.#database = openDatabase(join(folder, 'agent.sqlite'));
    this.ledger = new TransferStore(this.#database);
    this.engine = new TransferEngine({
      ledger: mortal(options.ledger?.(this.ledger) ?? this.ledger, () => this.#dead),
      history: { record: (entry) => void this.history.push(entry) },
      endpoints: { resolve: () => Promise.resolve(this.provider) },
      settings: { ...testSettings, ...options.settings },
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          // A dead process never wakes up.
          if (signal.aborted) reject(signal.reason as Error);
          else if (!this.#dead) setImmediate(resolve);
        }),
      report: (error) => void this.reported.push(error),
      ...options.engine,
    });
    this.engine.events.onProgress((event) => void this.events.push(event));
  }

  static async open(options: BenchOptions = {}): Promise<Bench> {
    return new Bench(options.folder ?? (await mkdtemp(join(tmpdir(), 'click-transfers-'))), options);
  }

  start(route: Route, kind: 'client' | 'server' = 'client'): string {
    const result = this.engine.start(planOf(route, kind));
    if ('refused' in result) throw new Error(`refused: ${result.refused}`);
    return result.transferId;
  }

  async file(name: string, bytes: Buffer): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Every status is announced, so the wait is for events; the first look is for what happened before. */
  async until(id: string, ...statuses: TransferStatus[]): Promise<TransferStatus> {
    const status = (): TransferStatus | undefined => this.engine.get(id)?.status;
    await this.when(
      () => statuses.includes(status() ?? 'pending'),
      () => `${id} is ${status()}, not ${statuses.join(' or ')}`,
    );
    return status() ?? 'failed';
  }

  async when(condition: () => boolean, describe = (): string => 'the condition did not come true'): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`${describe()} within 10 s`)), 10_000);
      const off = this.engine.events.onProgress(() => {
        if (!condition()) return;
        clearTimeout(deadline);
        off();
        resolve();
      });
    });
  }

  /** For conditions that no event tells of; every call of the storage is a look. */
  async reached(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error('the condition did not come true within 10 s');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async finish(id: string): Promise<TransferStatus> {
    const status = await this.until(id, 'completed', 'failed', 'cancelled');
    await this.engine.cleanedUp();
    return status;
  }

  /** What is in a folder below the bench, hidden files too. */
  async names(below = '.'): Promise<string[]> {
    const entries = await readdir(join(this.folder, below), { recursive: true });
    return entries.filter((name) => !name.startsWith('agent.sqlite')).sort();
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }

  /** Resolves when the first call that matches arrived; the storage then stands still until `release`. */
  hold(matches: (call: Call) => boolean): { reached: Promise<void>; release: () => void } {
    let [release, arrived] = [(): void => undefined, (): void => undefined];
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const open = new Promise<void>((resolve) => (release = resolve));
    this.provider.gate = async (call) => {
      if (!matches(call)) return;
      arrived();
      await open;
    };
    return { reached, release };
  }

  /** As kill -9 leaves it: nothing the old engine still does reaches the ledger or the storage. */
  crash(): void {
    this.#dead = true;
    this.provider.dead = true;
    this.#database.close();
  }

  async close(): Promise<void> {
    if (!this.#dead) {
      await this.engine.shutdown();
      this.#database.close();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** After the crash each call throws, and the engine that made it is past saving. */
function mortal(ledger: Ledger, dead: () => boolean): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (dead()) throw new Error('The process is dead.');
        return Reflect.apply(member, target, args);
      };
    },
  });
}
