import { describe, expect, it } from 'vitest';
import type { Schema } from '@click-kit/contract';
import type { CloudTransferRow } from '../../store/cloud-transfer-list.ts';
import { recordOf } from './record.ts';

const place = { cloudAccountId: 'one', serverUrl: null, provider: 1, bucket: 'b', key: 'k/' } as const;
const row = (changes: Partial<CloudTransferRow> = {}): CloudTransferRow => ({
  id: 't',
  kind: 'cloud',
  status: 'running',
  generation: 2,
  plan: {
    kind: 'cloud',
    source: { ...place, type: 'prefix' },
    target: { ...place, cloudAccountId: 'two', type: 'prefix', key: 'there/' },
    name: 'k',
    userId: 'u',
    accountId: 'a',
    requestedAt: 1000,
    origin: 1,
    storageType: 'AWS',
    contentType: 'c',
  },
  listed: true,
  totalBytes: 3000,
  bytes: 1000,
  startedAt: 2000,
  endedAt: null,
  pausedAt: null,
  pausedMs: 0,
  error: null,
  total: 4,
  done: 1,
  failed: 1,
  skipped: 1,
  ...changes,
});
const account: Schema<'CloudAccount'> = { id: 'one', name: 'One', cloudType: 1, region: 'eu-west-1' };
const shown = (changes?: Partial<CloudTransferRow>) => recordOf(row(changes), (id) => (id === 'one' ? account : null), 4000);

describe('the record of a cloud-to-cloud transfer', () => {
  it('tells how far a running one is', () => {
    expect(shown()).toMatchObject({
      id: 't',
      transferStatus: 2,
      total: 4,
      transferred: 1,
      failed: 1,
      skipped: 1,
      deleted: 0,
      totalSizeString: '2.9 KB',
      percent: 33.33,
      averageSpeed: 500,
      requestDate: '1970-01-01T00:00:01.000Z',
      startDate: '1970-01-01T00:00:02.000Z',
      endDate: null,
    });
  });

  it('embeds the accounts that the caller sees, and neither those that he does not see nor their region', () => {
    expect(shown()).toMatchObject({
      sourceCloudAccountId: 'one',
      sourceCloudAccount: account,
      sourceRegion: 'eu-west-1',
      destinationCloudAccountId: 'two',
      destinationCloudAccount: null,
      destinationRegion: null,
    });
  });

  it.each([
    ['pending', 1],
    ['completed', 4],
    ['cancelled', 8],
    ['failed', 16],
  ] as const)('calls %s by its member, %i', (status, member) => {
    expect(shown({ status }).transferStatus).toBe(member);
  });

  it('has no start while it waits, and no more speed once it has ended than it had', () => {
    expect(shown({ status: 'pending', bytes: 0 })).toMatchObject({ startDate: null, percent: 0, averageSpeed: 0 });
    expect(shown({ status: 'completed', bytes: 2000, endedAt: 3000 })).toMatchObject({
      endDate: '1970-01-01T00:00:03.000Z',
      percent: 100,
      averageSpeed: 2000,
    });
  });

  it('is at 0 per cent of nothing, and never beyond 100', () => {
    expect(shown({ totalBytes: 0, bytes: 0 }).percent).toBe(0);
    expect(shown({ totalBytes: 10, bytes: 11 }).percent).toBe(100);
  });
});
