// Owns the history of the demo seed: every origin and every status at least once.
import { CloudType, TransferHistoryDirection, TransferHistoryOrigin, TransferStatus } from '@click-kit/contract';
import type { HistoryEntry } from '../transfers/history.ts';
import { seedId } from './ids.ts';

const { Direct, Drive, Sync, FastrLocal, FastrServerToServer } = TransferHistoryOrigin;
const { Upload, Download } = TransferHistoryDirection;
const MiB = 1024 * 1024;
const [minute, hour] = [60_000, 3_600_000];

type Story = readonly [
  name: string,
  user: string,
  origin: number,
  direction: number,
  status: number,
  hoursAgo: number,
  minutes: number,
  size: number,
  done: number,
];

// Plausible, and telling apart what the filters and sort fields look at. `done` is the part that was moved.
const stories: readonly Story[] = [
  ['Nightly backup', 'admin', Sync, Upload, TransferStatus.Completed, 8, 5, MiB, 1],
  ['interview-rushes.mov', 'user', FastrLocal, Upload, TransferStatus.Completed, 12, 14, 5120 * MiB, 1],
  ['interview-rushes.mov', 'admin', FastrServerToServer, Upload, TransferStatus.Completed, 20, 9, 5120 * MiB, 1],
  ['storyboard.pdf', 'user', Direct, Download, TransferStatus.Completed, 26, 1, 18 * MiB, 1],
  ['project-alpha', 'admin', Drive, Upload, TransferStatus.Completed, 31, 22, 730 * MiB, 1],
  ['final-mix.wav', 'user', FastrLocal, Download, TransferStatus.Canceled, 44, 3, 640 * MiB, 0.25],
  ['archive-2025', 'admin', FastrServerToServer, Upload, TransferStatus.Error, 52, 31, 20_480 * MiB, 0.6],
  ['dailies', 'admin', Direct, Upload, TransferStatus.Error, 70, 2, 96 * MiB, 0],
  ['project-beta', 'user', Drive, Download, TransferStatus.Paused, 75, 40, 2048 * MiB, 0.5],
  ['Weekly sync', 'admin', Sync, Upload, TransferStatus.Running, 90, 55, 4096 * MiB, 0.75],
  ['poster.psd', 'user', Direct, Upload, TransferStatus.Created, 98, 0, 210 * MiB, 0],
  ['Weekly sync', 'admin', Sync, Upload, TransferStatus.Canceling, 258, 12, 4096 * MiB, 0.125],
  ['grading.drp', 'user', Drive, Upload, TransferStatus.Pausing, 300, 1, 12 * MiB, 0.5],
];

interface Place {
  readonly id: string | null;
  readonly provider: number | null;
  readonly bucket: string;
  readonly path: string;
}

function placesOf(name: string, origin: number, direction: number): readonly [Place, Place] {
  const local: Place = { id: null, provider: null, bucket: '', path: `/home/demo/${name}` };
  const storage: Place = { id: seedId('Local storage'), provider: CloudType.LocalHttp, bucket: 'demo-bucket', path: name };
  const fastr: Place = { id: seedId('Fastr server'), provider: CloudType.FastrServer, bucket: 'demo-target', path: name };
  if (origin === FastrServerToServer || origin === Sync) return [storage, fastr];
  return direction === Upload ? [local, storage] : [storage, local];
}

export const demoHistory = (accountId: string, now: number): HistoryEntry[] =>
  stories.map((story, index) => entryOf(story, index, accountId, now));

function entryOf(
  [name, user, origin, direction, status, hoursAgo, minutes, size, done]: Story,
  index: number,
  accountId: string,
  now: number,
): HistoryEntry {
  const [source, destination] = placesOf(name, origin, direction);
  const startDate = new Date(now - hoursAgo * hour);
  const [failed, transferredSize] = [status === TransferStatus.Error ? 1 : 0, size * done];
  return {
    transferId: seedId(`transfer ${index}`),
    userId: seedId(`${user}@example.com`),
    accountId,
    origin,
    direction,
    transferStatus: status,
    startDate,
    endDate: new Date(startDate.getTime() + minutes * minute),
    sourceCloudAccountId: source.id,
    sourceCloudProvider: source.provider,
    sourceBucket: source.bucket,
    sourcePath: source.path,
    destinationCloudAccountId: destination.id,
    destinationCloudProvider: destination.provider,
    destinationBucket: destination.bucket,
    destinationPath: destination.path,
    totalObjects: 1,
    transferredObjects: done === 1 ? 1 : 0,
    failedObjects: failed,
    skippedObjects: 0,
    totalSize: size,
    transferredSize,
    verification: done === 1 ? 'size' : null,
    averageSpeed: minutes === 0 ? 0 : transferredSize / (minutes * 60),
    errorMessage: failed === 1 ? 'The server did not answer.' : null,
    name,
  };
}
