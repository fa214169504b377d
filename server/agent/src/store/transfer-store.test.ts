import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferRow } from '../transfers/ledger.ts';
import { openDatabase, type Database } from './database.ts';
import { TransferStore } from './transfer-store.ts';

let [folder, database, store] = ['', undefined as unknown as Database, undefined as unknown as TransferStore];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-ledger-'));
  database = openDatabase(join(folder, 'agent.sqlite'));
  store = new TransferStore(database);
});
afterEach(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

const object = { type: 'object' as const, cloudAccountId: 'c', serverUrl: null, provider: 1, bucket: 'b', key: 'k' };
const about = { name: 'n', userId: 'u', accountId: 'tenant', origin: 8, storageType: 's', contentType: 'c' };
const base: Omit<TransferRow, 'id'> = {
  kind: 'client',
  status: 'running',
  generation: 1,
  plan: { ...about, kind: 'client', source: object, target: object },
  listed: true,
  totalBytes: 0,
  bytes: 0,
  startedAt: 1,
  endedAt: null,
  pausedAt: null,
  pausedMs: 0,
  error: null,
};
const row = (id: string, changes: Partial<TransferRow> = {}): TransferRow => ({ id, ...base, ...changes });
const owner = { id: 't', generation: 1 };
const frozen = { size: 10, identity: 'i', chunkSize: 4, targetKey: null, ifAbsent: false };
const reached = (bytes: number, session: string) => ({ bytes, session, acks: [] });

describe('the ledger', () => {
  it('gives back what was stored', () => {
    const stored = row('t', { totalBytes: 0, pausedMs: 5 });
    store.insert(stored, [{ key: 'k', size: 0 }]);
    expect(store.get('t')).toEqual(stored);
    const begun = { chunkSize: 0, identity: '', session: '', targetKey: null, ifAbsent: false, published: null };
    expect(store.openItems('t', -1, 10)).toEqual([{ n: 0, key: 'k', state: 'waiting', size: 0, bytes: 0, ...begun }]);
  });

  it('changes a status only from the status and the generation that were seen', () => {
    store.insert(row('t'), []);
    const to = { status: 'paused' as const, generation: 2, pausedAt: 7 };
    expect(store.change({ id: 't', status: 'paused', generation: 1 }, to)).toBe(false);
    expect(store.change({ id: 't', status: 'running', generation: 0 }, to)).toBe(false);
    expect(store.change({ id: 't', status: 'running', generation: 1 }, to)).toBe(true);
    expect(store.get('t')).toMatchObject({ status: 'paused', generation: 2, pausedAt: 7, endedAt: null });
  });

  it('takes a transition back when what belongs to it fails', () => {
    store.insert(row('t'), []);
    const failing = (): never => {
      throw new Error('no history');
    };
    expect(() => store.change(row('t'), { status: 'completed', generation: 2 }, failing)).toThrow('no history');
    expect(store.get('t')?.status).toBe('running');
  });

  it('counts the bytes of a transfer over its items', () => {
    store.insert(row('t'), [
      { key: 'a', size: 3 },
      { key: 'b', size: 4 },
    ]);
    expect(store.get('t')?.totalBytes).toBe(7);
    expect(store.beginItem(owner, 0, frozen)).toBe(true);
    expect(store.checkpoint(owner, 0, reached(8, 's'))).toEqual({ bytes: 8, totalBytes: 14 });
    expect(store.checkpoint(owner, 0, reached(4, 's'))).toEqual({ bytes: 4, totalBytes: 14 });
    expect(store.endItems(owner, new Map([[0, { state: 'failed', error: 'e' }]]))).toEqual({ bytes: 0, totalBytes: 14 });
    expect(store.get('t')?.bytes).toBe(0);
    expect(store.openItems('t', -1, 9).map(({ key }) => key)).toEqual(['b']);
    expect(store.counts('t')).toEqual({ total: 2, done: 0, failed: 1, skipped: 0 });
    expect(store.firstError('t')).toBe('e');
  });

  it('refuses every write of an owner that was fenced off, or whose transfer is not running', () => {
    store.insert(row('t', { generation: 2 }), [{ key: 'a', size: 0 }]);
    store.insert(row('p', { status: 'paused' }), [{ key: 'a', size: 0 }]);
    for (const old of [owner, { id: 'p', generation: 1 }, { id: 'nobody', generation: 1 }]) {
      expect(store.beginItem(old, 0, frozen)).toBe(false);
      expect(store.checkpoint(old, 0, reached(1, ''))).toBeUndefined();
      expect(store.endItems(old, new Map([[0, { state: 'skipped' }]]))).toBeUndefined();
      expect([store.dropChunks(old, 0), store.addItems(old, []), store.finishListing(old)]).toEqual([false, undefined, false]);
    }
  });

  it('lists by kind and tenant, and what goes on after a restart', () => {
    store.insert(row('a'), []);
    store.insert(row('b', { kind: 'server', status: 'pending' }), []);
    store.insert(row('c', { status: 'paused' }), []);
    expect(store.list({ kind: 'client', accountId: 'tenant' }).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(store.list({ accountId: 'another' })).toEqual([]);
    expect(store.unfinished().map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('keeps what was begun and not published as left over until it is cleared, and prunes only clean transfers', () => {
    store.insert(row('t'), [{ key: 'k', size: 0 }]);
    store.beginItem(owner, 0, frozen);
    store.checkpoint(owner, 0, reached(4, 'state'));
    expect(store.leftovers()).toEqual([]);
    store.change(row('t'), { status: 'cancelled', generation: 2, endedAt: 9 });
    expect(store.leftovers('t')).toMatchObject([{ transferId: 't', item: { n: 0, session: 'state', size: 10 } }]);
    store.prune(0);
    expect(store.get('t')).toBeDefined();
    store.clearLeftover('t', 0);
    store.keepLeftover('t', 0, 'late');
    expect(store.leftovers('t').map(({ item }) => item.session)).toEqual(['late']);
    store.keepLeftover('t', 0, 'later');
    expect(store.leftovers('t').map(({ item }) => item.session)).toEqual(['late']);
    store.clearLeftover('t', 0);
    expect(store.leftovers()).toEqual([]);
    store.prune(0);
    expect(store.get('t')).toBeUndefined();
  });

  it('keeps the chunks of a session until the item is done, and knows the least that was proven', () => {
    store.insert(row('t'), [
      { key: 'a', size: 3 },
      { key: 'b', size: 4, identity: 'v' },
    ]);
    const ack = (offset: number, proof: string) => ({ offset, length: 4, crc32: 4_294_967_295, proof });
    store.beginItem(owner, 0, frozen);
    store.checkpoint(owner, 0, { bytes: 4, session: 's', acks: [ack(4, 'late')] });
    store.checkpoint(owner, 0, { bytes: 8, session: 's', acks: [ack(0, 'first'), ack(4, 'again')] });
    expect(store.chunks('t', 0)).toEqual([ack(0, 'first'), ack(4, 'again')]);
    const ends = new Map([
      [0, { state: 'done', size: 10, proof: 'chunks', targetKey: 'a (1)' }],
      [1, { state: 'done', size: 4, proof: 'size' }],
    ] as const);
    expect(store.endItems(owner, ends)).toEqual({ bytes: 14, totalBytes: 14 });
    expect([store.chunks('t', 0), store.proof('t'), store.hasOpenItems('t')]).toEqual([[], 'size', false]);
  });

  it('keeps what was decided about a name, and a copy that is published and not verified, until somebody has dealt with it', () => {
    store.insert(row('t'), [{ key: 'a', size: 3 }]);
    const decided = { ...frozen, targetKey: 'a (1)', ifAbsent: true };
    store.beginItem(owner, 0, decided);
    expect(store.openItems('t', -1, 1)).toMatchObject([{ targetKey: 'a (1)', ifAbsent: true, published: null }]);
    store.checkpoint(owner, 0, { bytes: 4, session: 's', acks: [{ offset: 0, length: 4, crc32: 1, proof: '' }] });
    const copy = { proof: 'chunks', identity: 'v' } as const;
    expect(store.publishItem(owner, 0, decided, copy)).toEqual({ bytes: 10, totalBytes: 10 });
    expect(store.openItems('t', -1, 1)).toMatchObject([{ session: '', bytes: 10, ifAbsent: true, published: copy }]);
    expect([store.chunks('t', 0), store.proof('t')]).toEqual([[], undefined]);
    store.beginItem(owner, 0, decided);
    expect(store.openItems('t', -1, 1)).toMatchObject([{ published: null }]);
    // While somebody may still go on with it, it is nobody's to clean up.
    store.keepUnverified('t', 0, { ...decided, size: 7, targetKey: 'a (2)' }, copy);
    expect(store.openItems('t', -1, 1)).toMatchObject([{ targetKey: 'a (1)', published: null }]);
    store.change(row('t'), { status: 'cancelled', generation: 2, endedAt: 9 });
    expect(store.publishItem(owner, 0, decided, copy)).toBeUndefined();
    store.keepUnverified('t', 0, { ...decided, size: 7, targetKey: 'a (2)' }, copy);
    expect(store.leftovers('t')).toMatchObject([{ item: { size: 7, targetKey: 'a (2)', published: copy } }]);
    store.clearLeftover('t', 0);
    expect(store.leftovers('t')).toEqual([]);
  });

  it('does not count what was skipped as something to move, and knows a key once', () => {
    store.insert(row('t'), []);
    const page = ['a', 'b'].map((key) => ({ key, size: 5 }));
    expect(store.addItems(owner, page)).toEqual({ bytes: 0, totalBytes: 10 });
    store.endItems(owner, new Map([[0, { state: 'skipped' }]]));
    expect(store.addItems(owner, [...page, { key: 'c', size: 1 }])).toEqual({ bytes: 0, totalBytes: 6 });
    expect(store.openItems('t', 0, 9).map(({ n, key }) => [n, key])).toEqual([
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(store.counts('t')).toEqual({ total: 3, done: 0, failed: 0, skipped: 1 });
  });
});
