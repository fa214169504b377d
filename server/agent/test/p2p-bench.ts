// Owns the orchestration of P2P transfers on its own, for what depends on time: a clock by hand, a real SQLite file, a scripted source.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { refusal } from '../src/account/failure.ts';
import { httpPushServer } from '../src/providers/http-push.ts';
import { openDatabase } from '../src/store/database.ts';
import { P2PTransferStore } from '../src/store/p2p-transfer-store.ts';
import type { HistoryEntry } from '../src/transfers/history.ts';
import type { P2PRequest } from '../src/transfers/p2p/orders.ts';
import { P2PTransfers } from '../src/transfers/p2p/p2p-transfers.ts';
import type { SourceAddress } from '../src/transfers/p2p/source-servers.ts';
import type { P2PEnd, P2PRow } from '../src/transfers/p2p/transfer.ts';
import type { Sleep } from '../src/transfers/retry.ts';
import { forTest } from './lifetime.ts';
import { keys } from './object-server.ts';
import { type ScriptedSource, scriptedSource } from './scripted-source.ts';

const end = (serverUrl: string, key: string): P2PEnd => ({ serverUrl, cloudAccountId: null, provider: null, bucket: 'bucket', key });

export interface P2PBench {
  readonly source: ScriptedSource;
  readonly history: readonly HistoryEntry[];
  readonly p2p: () => P2PTransfers;
  /** Of a transfer whose keys came with the request; from the scripted source unless another server is named. */
  readonly initiate: (serviceUrl?: string) => Promise<{ transferId: string }>;
  /** The one transfer of the test. */
  readonly row: () => P2PRow;
  /** How many transfers the agent has still to do with. */
  readonly open: () => number;
  /** Lets time pass in small steps until it holds; while nothing sleeps, a question is under way, and time stands still. */
  until(holds: () => boolean): Promise<void>;
  /** The cloud account of the source server is not there any more. */
  deleteAccount(): void;
  /** The agent stops, without a word to the source server, and starts again on the same data. */
  restart(): Promise<void>;
}

export async function p2pBench(): Promise<P2PBench> {
  const folder = await mkdtemp(join(tmpdir(), 'click-test-p2p-'));
  forTest(() => rm(folder, { recursive: true, force: true }));
  const source = await scriptedSource();
  const database = openDatabase(join(folder, 'agent.sqlite'));
  forTest(async () => void database.close());
  const ledger = new P2PTransferStore(database);
  const history: HistoryEntry[] = [];
  const clock = handClock();
  const open = () =>
    new P2PTransfers({
      ledger,
      history: { record: (entry) => void history.push(entry) },
      now: clock.now,
      sleep: clock.sleep,
      random: () => 0.5,
      seal: (_id, address) => JSON.stringify(address),
      addressOf({ sourceKeys }) {
        if (deleted) throw refusal('NOT_FOUND', 'There is no such cloud account.');
        if (sourceKeys === null) throw new Error('the keys of the source server are not there any more');
        return JSON.parse(sourceKeys) as SourceAddress;
      },
      connect: httpPushServer,
      report: (error) => void reported.push(error),
    });
  const reported: unknown[] = [];
  let deleted = false;
  let p2p = open();
  forTest(() => p2p.shutdown());
  let initiated: P2PRow | undefined;
  return {
    source,
    history,
    p2p: () => p2p,
    async initiate(serviceUrl = source.url) {
      const known = new Set(ledger.open().map(({ id }) => id));
      const starting = p2p.initiate(requestTo(serviceUrl));
      initiated = ledger.open().find(({ id }) => !known.has(id));
      const answer = await starting;
      if ('refused' in answer) throw new Error(answer.refused);
      return answer;
    },
    row() {
      const row = ledger.get(initiated?.id ?? '');
      if (row === undefined) throw new Error('there is no transfer yet');
      return row;
    },
    open: () => ledger.open().length,
    async until(holds) {
      const look = (): boolean => {
        if (!holds() && clock.sleeping()) clock.pass(250);
        return holds();
      };
      await expect.poll(look, { timeout: 10_000, interval: 5 }).toBe(true);
      expect(reported).toEqual([]);
    },
    deleteAccount: () => void (deleted = true),
    async restart() {
      await p2p.shutdown();
      p2p = open();
      p2p.recover();
    },
  };
}

function requestTo(serviceUrl: string): P2PRequest {
  const [source, target] = [end(`${serviceUrl}/`, 'from.bin'), end('http://127.0.0.1:9/', 'to.bin')];
  const places = { source, target, name: 'from.bin', storageType: 'FastrServer' };
  return {
    plan: { ...places, overwrite: false, chunkBytes: 1024 * 1024, userId: 'user', accountId: 'tenant' },
    sourceAddress: { serviceUrl, ...keys },
    targetKeys: { accessKey: '', secretKey: '' },
    turnCredential: null,
  };
}

function handClock() {
  let now = Date.UTC(2026, 0, 1);
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const sleep: Sleep = (ms, signal) =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', stopped);
      };
      const stopped = (): void => {
        done();
        reject(signal.reason as Error);
      };
      const wake = (): void => {
        done();
        resolve();
      };
      const sleeper = { at: now + ms, wake };
      if (signal.aborted) return stopped();
      sleepers.add(sleeper);
      signal.addEventListener('abort', stopped, { once: true });
    });
  const pass = (ms: number): void => {
    now += ms;
    for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
  };
  return { now: () => now, sleep, pass, sleeping: () => sleepers.size > 0 };
}
