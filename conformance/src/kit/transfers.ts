// Owns the steps that transfer scenarios share: start one, follow it, meet it in a given state.
import type { AnswerOf, Api } from './api.ts';
import type { ReceivedFrame } from './channel.ts';
import type { Context } from './check.ts';
import type { Machine } from './contract.ts';
import type { LocalFile } from './given.ts';
import type { ObjectServerFixture, Storage } from './storage.ts';

export type ClientStatus = AnswerOf<'getClientTransferStatus'>;
export type ServerStatus = AnswerOf<'getServerTransferStatus'>;

export const MiB = 1024 * 1024;
/**
 * The first chunk of 8 MB passes at once and is counted, and most of the second, which a pause may wait for; the rest is slow enough to
 * meet the transfer while it runs, for seconds.
 */
export const throttled = { bytesPerSecond: 2.5 * MiB, burst: 15 * MiB } as const;
/** Where both ends are behind the relay: all of the source may have been read ahead before the first chunk is written. */
export const throttledBothWays = { bytesPerSecond: 4 * MiB, burst: 30 * MiB } as const;
/** More than two chunks, so that something is left to pause or cancel. */
export const severalChunks = 20 * MiB;

/** What a check builds on: where the plainest transfer never ends, nothing that waits for another one can be judged. */
export const [afterUpload, afterDownload, afterServerTransfer] = [
  ['cloud.upload.small-file'],
  ['cloud.download.small-file'],
  ['cloud.server-transfer.small-object'],
] as const;

/** True while waiting makes sense: the state is one of the contract's, and not a final one. */
const mayChange = (machine: Machine | undefined, state: string): boolean => Object.keys(machine?.[state] ?? {}).length > 0;

export async function upload({ expect }: Context, api: Api, storage: Storage, file: LocalFile, folder = 'uploads'): Promise<string> {
  const { transferId } = await api.ok('uploadObject', {
    body: { cloudAccount: storage.account, storageName: storage.target, uploadPath: folder, localFilePath: file.path },
  });
  return expect.present(transferId, 'the answer has a transferId');
}

export interface Download {
  readonly key: string;
  readonly folder: string;
  /** 1 File, 2 Directory. */
  readonly objectType?: 1 | 2;
}

export async function download(
  { expect }: Context,
  api: Api,
  storage: Storage,
  { key, folder, objectType = 1 }: Download,
): Promise<string> {
  const { transferId } = await api.ok('downloadObject', {
    body: { cloudAccount: storage.account, storageName: storage.source, objectKey: key, downloadPath: folder, objectType },
  });
  return expect.present(transferId, 'the answer has a transferId');
}

/** Waits for one of the states; a transfer that ends in another one fails the check at once. */
export async function clientState(
  { eventually, expect, contract }: Context,
  api: Api,
  transferId: string,
  wanted: readonly string[],
  fits: (status: ClientStatus) => boolean = () => true,
): Promise<ClientStatus> {
  const rule = `the transfer becomes ${wanted.join(' or ')}`;
  return await eventually({
    rule,
    read: async () => {
      const status = await api.ok('getClientTransferStatus', { path: { transferId } });
      if (!wanted.includes(status.status) && !mayChange(contract.machines.ClientTransferStatusValue, status.status))
        expect.fail(rule, wanted, { status: status.status, errorMessage: status.errorMessage });
      return status;
    },
    fits: (status) => wanted.includes(status.status) && fits(status),
  });
}

/** Met between its beginning and its end: it runs, and what passes at once has passed. Bytes count as transferred when the target says so. */
export async function underWay(context: Context, api: Api, { throttle }: Storage, transferId: string): Promise<ClientStatus> {
  return await clientState(context, api, transferId, ['running'], () => (throttle?.bytes() ?? 0) >= throttled.burst);
}

/** Lets something happen while the transfer is paused in its middle, and the transfer go on. */
export async function whilePaused(context: Context, api: Api, storage: Storage, transferId: string, event: () => Promise<unknown>) {
  await underWay(context, api, storage, transferId);
  await api.ok('pauseClientTransfer', { path: { transferId } });
  await clientState(context, api, transferId, ['paused']);
  storage.throttle?.release();
  await event();
  await api.ok('resumeClientTransfer', { path: { transferId } });
}

export interface ServerTransferPlaces {
  readonly source: Storage;
  readonly target: Storage;
  readonly sourcePath: string;
  readonly targetPath: string;
}

export async function startServerTransfer(
  { expect }: Context,
  api: Api,
  { source, target, sourcePath, targetPath }: ServerTransferPlaces,
): Promise<string> {
  const answer = await api.call('initiateServerTransfer', {
    body: {
      sourceServerUrl: source.serviceUrl,
      targetServerUrl: target.serviceUrl,
      sourceBucket: source.source,
      targetBucket: target.target,
      sourcePath,
      targetPath,
      sourceAccountId: source.account.id,
      targetAccountId: target.account.id,
      metadata: {},
    },
  });
  expect.equal(answer.status, 202, 'Initiate Server Transfer answers 202');
  const { transferId, status } = (answer.body ?? {}) as { transferId?: string; status?: string };
  expect.equal(status, 'pending', 'a new transfer is `pending`');
  return expect.present(transferId, 'the answer has a transferId');
}

export async function serverState(
  { eventually, expect, contract }: Context,
  api: Api,
  transferId: string,
  wanted: readonly string[],
  fits: (status: ServerStatus) => boolean = () => true,
): Promise<ServerStatus> {
  const rule = `the transfer becomes ${wanted.join(' or ')}`;
  return await eventually({
    rule,
    read: async () => {
      const status = await api.ok('getServerTransferStatus', { path: { transferId } });
      if (!wanted.includes(status.status) && !mayChange(contract.machines.ServerTransferStatus, status.status))
        expect.fail(rule, wanted, { status: status.status, errorMessage: status.errorMessage });
      return status;
    },
    fits: (status) => wanted.includes(status.status) && fits(status),
  });
}

export const isProgressOf =
  (transferId: string) =>
  ({ message, json }: ReceivedFrame): boolean =>
    message === 'progress' && String(json.Data?.TransferId).toLowerCase() === transferId.toLowerCase();

/** What has to hold of the progress frames of one transfer that was completed (websockets.md, ProgressPayload). */
export function checkProgress({ expect }: Context, frames: readonly ReceivedFrame[], size: number): void {
  const data = frames.map(({ json }) => json.Data ?? {});
  const bytes = data.map(({ Bytes }) => Number(Bytes));
  expect.that(data.length > 0, 'there are progress frames for the transfer');
  expect.that(
    bytes.every((value, index) => index === 0 || value >= (bytes[index - 1] ?? 0)),
    '`Bytes` never goes back',
    bytes,
  );
  expect.that(
    bytes.every((value) => value >= 0 && value <= size),
    '`Bytes` stays within the size of the file',
    bytes,
  );
  expect.equal(data.at(-1)?.Status, 'Completed', 'the last frame says Completed');
  expect.equal(data.at(-1)?.Bytes, size, 'the last frame counts all bytes');
  expect.equal(data.at(-1)?.Size, size, 'the last frame names the size of the file');
}

/** Bytes put into the source bucket, past the target. */
export async function stored(server: ObjectServerFixture, key: string, bytes: Buffer): Promise<string> {
  await server.objects.put(server.source, key, bytes);
  return key;
}
