// Owns the surroundings of the tests of cloud-to-cloud transfers: an agent, three storages with accounts, and the calls.
import type { Schema } from '@click-kit/contract';
import { expect } from 'vitest';
import { agent, cloudAccount as insertAccount, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf } from './answers.ts';
import { recordNotifications } from './frames.ts';
import type { Lifetime } from './lifetime.ts';
import { objectServer, type TestObjectServer } from './object-server.ts';
import { s3Server } from './s3-server.ts';

export type Transfer = Schema<'Transfer'>;
export type CopyRequest = Schema<'TransferRequest'>;

export const KiB = 1024;

export interface CloudCopies {
  readonly running: TestAgent;
  readonly click: SignedIn;
  readonly first: TestObjectServer;
  readonly second: TestObjectServer;
  readonly accounts: Readonly<Record<'first' | 'second' | 's3', string>>;
  /** From the first storage to the second. */
  readonly places: (sourcePath: string, destinationPath: string) => CopyRequest;
  readonly start: (body: CopyRequest, as?: SignedIn) => ReturnType<typeof startIn>;
  readonly list: (query?: object, as?: SignedIn) => Promise<Schema<'TransferCollection'>>;
  readonly cancel: (id: string, as?: SignedIn) => ReturnType<typeof cancelIn>;
  /** No id comes back, so the record is found by its destination, which no two transfers of a file of tests share. */
  readonly recordOf: (body: CopyRequest) => Promise<Transfer>;
  /** The record once the transfer has ended. */
  readonly ended: (body: CopyRequest) => Promise<Transfer>;
}

const startIn = (click: SignedIn, body: CopyRequest) => click.POST('/transfer/transfer', { body });
const cancelIn = (click: SignedIn, id: string) => click.POST('/transfer/cancel_transfer', { body: { id } });
const over = ['Completed', 'Failed', 'Canceled'];

export async function cloudCopies(lifetime: Lifetime): Promise<CloudCopies> {
  const running = await agent({ chunkBytes: 64 * KiB }, lifetime);
  const click = await running.signIn();
  const [first, second] = [await objectServer(['bucket-a'], lifetime), await objectServer(['bucket-b'], lifetime)];
  const s3 = await s3Server(['bucket-a'], lifetime);
  const accounts = {
    first: await insertAccount(click, first.url),
    second: await insertAccount(click, second.url, { cloudType: 4096 }),
    s3: await insertAccount(click, s3.url, s3.account),
  };
  const list: CloudCopies['list'] = (query = {}, as = click) => bodyOf(as.GET('/transfer/get_all', { params: { query } }));
  const recordOf: CloudCopies['recordOf'] = async ({ destinationPath }) => {
    const { data } = await list({ pagesize: 1000 });
    const found = data.find((transfer) => transfer.destinationPath === destinationPath);
    if (found === undefined) throw new Error(`no transfer to ${destinationPath}`);
    return found;
  };
  return {
    running,
    click,
    first,
    second,
    accounts,
    list,
    recordOf,
    places: (sourcePath, destinationPath) => ({
      sourceCloudAccountId: accounts.first,
      sourceBucket: 'bucket-a',
      sourcePath,
      destinationCloudAccountId: accounts.second,
      destinationBucket: 'bucket-b',
      destinationPath,
    }),
    start: (body, as = click) => startIn(as, body),
    cancel: (id, as = click) => cancelIn(as, id),
    async ended(body) {
      const notifications = await recordNotifications(running.url);
      expect((await startIn(click, body)).response.status).toBe(200);
      const { id, endDate } = await recordOf(body);
      const isEnd = (frame: (typeof notifications.frames)[number]): boolean =>
        frame.Type === 1 && frame.Data.TransferId === id && over.includes(frame.Data.Status);
      if (endDate === null) await notifications.waitFor(isEnd, `the end of ${id}`);
      return await recordOf(body);
    },
  };
}
