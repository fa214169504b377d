// Owns what the tests of faulty transfers share: an agent with small chunks, two object servers, accounts, and runs to a given end.
import type { Schema } from '@click-kit/contract';
import { ObjectType } from '@click-kit/contract';
import { expect } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from '../agent.ts';
import { bodyOf } from '../answers.ts';
import { progressed, recordNotifications } from '../frames.ts';
import { forTest, type Lifetime } from '../lifetime.ts';
import { type LocalFiles, localFiles } from '../local-files.ts';
import { objectServer, type TestObjectServer } from '../object-server.ts';

export const KiB = 1024;
export const bucket = 'bucket-a';

export interface Place {
  readonly url: string;
  readonly path: string;
  /** Left out for a bare server. */
  readonly account?: string;
  readonly bucket?: string;
}

export type End = 'Completed' | 'Failed';

export interface FaultStage {
  readonly running: TestAgent;
  readonly click: SignedIn;
  readonly files: LocalFiles;
  readonly server: TestObjectServer;
  /** At the server itself. */
  readonly account: string;
  readonly accountAt: (url: string, fields?: Partial<Schema<'InsertCloudAccountRequest'>>) => Promise<string>;
  readonly upload: (account: string, name: string) => Promise<string>;
  readonly download: (
    account: string,
    key: string,
    folder: string,
    objectType?: Schema<'DownloadObjectRequest'>['objectType'],
  ) => Promise<string>;
  readonly copy: (source: Place, target: Place) => Promise<string>;
  /** Starts it and waits for its end; answers the message of a failure, or an empty text. */
  readonly run: (end: End, start: () => Promise<string>) => Promise<string>;
  /** Waits until nothing is left of unfinished uploads, and no part files. */
  readonly expectNoDebris: () => Promise<void>;
}

export async function faultStage(lifetime: Lifetime = forTest, transferAttempts = 3): Promise<FaultStage> {
  const running = await agent({ chunkBytes: 64 * KiB, transferAttempts }, lifetime);
  const click = await running.signIn();
  const server = await objectServer([bucket], lifetime);
  const files = await localFiles(lifetime);
  const accountAt: FaultStage['accountAt'] = (url, fields) => insertAccount(click, url, fields);
  return {
    running,
    click,
    files,
    server,
    account: await accountAt(server.url),
    accountAt,
    async upload(id, name) {
      const body = { cloudAccount: { id }, storageName: bucket, uploadPath: 'up', localFilePath: files.path(name) };
      return (await bodyOf(click.POST('/cloud/upload_object', { body }))).transferId;
    },
    async download(id, objectKey, folder, objectType = ObjectType.File) {
      const body = { cloudAccount: { id }, storageName: bucket, objectKey, downloadPath: files.path(folder), objectType };
      return (await bodyOf(click.POST('/cloud/download_object', { body }))).transferId;
    },
    async copy(source, target) {
      const body = {
        sourceServerUrl: source.url,
        sourceBucket: source.bucket ?? bucket,
        sourcePath: source.path,
        sourceAccountId: source.account ?? '',
        targetServerUrl: target.url,
        targetBucket: target.bucket ?? bucket,
        targetPath: target.path,
        targetAccountId: target.account ?? '',
      };
      return (await bodyOf(click.POST('/cloud/server_transfer/initiate', { body }))).transferId;
    },
    async run(end, start) {
      const notifications = await recordNotifications(running.url);
      const transferId = await start();
      await progressed(notifications, transferId, end);
      const last = notifications.frames
        .flatMap((frame) => (frame.Type === 1 && frame.Data.TransferId === transferId ? [frame.Data] : []))
        .at(-1);
      return last?.Error ?? '';
    },
    async expectNoDebris() {
      await expect.poll(() => server.unfinished(), { timeout: 10_000 }).toEqual([]);
      await expect.poll(async () => (await files.list()).filter((name) => name.endsWith('.part')), { timeout: 10_000 }).toEqual([]);
    },
  };
}
