// Owns a plain history entry that tests vary.
import { randomUUID } from 'node:crypto';
import type { HistoryEntry } from '../../transfers/history.ts';

export const historyEntry = (given: Partial<HistoryEntry> & Pick<HistoryEntry, 'userId' | 'accountId'>): HistoryEntry => ({
  transferId: randomUUID(),
  origin: 1,
  direction: 1,
  transferStatus: 4,
  startDate: new Date('2026-01-01T00:00:00Z'),
  endDate: new Date('2026-01-01T00:05:00Z'),
  sourceCloudAccountId: null,
  sourceCloudProvider: null,
  sourceBucket: '',
  sourcePath: '/tmp/file',
  destinationCloudAccountId: null,
  destinationCloudProvider: null,
  destinationBucket: 'bucket',
  destinationPath: 'file',
  totalObjects: 1,
  transferredObjects: 1,
  failedObjects: 0,
  skippedObjects: 0,
  totalSize: 1_048_576,
  transferredSize: 1_048_576,
  averageSpeed: 250_000,
  verification: 'size',
  errorMessage: null,
  name: 'file',
  ...given,
});
