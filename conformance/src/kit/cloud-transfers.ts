// Owns the steps that scenarios of cloud-to-cloud transfers share: ask for one, find its record and its id, meet it in a state.
import type { Api } from './api.ts';
import type { ReceivedFrame } from './channel.ts';
import type { Context } from './check.ts';
import { pageOf } from './paging.ts';
import { sha256 } from './random-bytes.ts';
import type { Storage } from './storage.ts';

export type TransferRecord = Readonly<Record<string, unknown>>;

/** TransferStatus (web/transfer.md). */
export const states = { running: 2, completed: 4, canceled: 8, error: 16 } as const;
const ended: readonly unknown[] = [states.completed, states.canceled, states.error];

/** What a check builds on. */
export const afterCopy = ['transfer.copy.small-object'] as const;

export interface Copy {
  readonly source: Storage;
  readonly target: Storage;
  readonly sourcePath: string;
  /** Unique to the check: the record is found by it. */
  readonly destinationPath: string;
  readonly allowSkip?: boolean;
  readonly keepSourceTree?: boolean;
}

/** As the samples send it: both flags, no optional id. */
export const copyBody = ({ source, target, sourcePath, destinationPath, allowSkip = false, keepSourceTree = false }: Copy) => ({
  sourceCloudAccountId: source.account.id,
  sourceBucket: source.source,
  sourcePath,
  destinationCloudAccountId: target.account.id,
  destinationBucket: target.target,
  destinationPath,
  allowSkip,
  keepSourceTree,
});

export async function startCopy({ expect }: Pick<Context, 'expect'>, api: Api, copy: Copy): Promise<void> {
  const { status } = await api.call('startTransfer', { body: copyBody(copy) });
  expect.equal(status, 200, 'Transfer answers 200');
}

/** Newest first, which is the documented default, so that what was asked for just now is on the first page. */
export async function newestTransfers(
  { expect }: Pick<Context, 'expect'>,
  api: Api,
  query: object = {},
): Promise<readonly TransferRecord[]> {
  return pageOf((await api.perform('getAllTransfers', { query: { pagesize: 100, ...query } })).body, expect).data;
}

/** The page names no field of a record, so it is told by the paths that it has to show in one. */
export const isAbout =
  (text: string) =>
  (record: TransferRecord): boolean =>
    JSON.stringify({ ...record, sourceCloudAccount: null, destinationCloudAccount: null }).includes(text);

/** The record once it is in one of the states; a transfer that ends in another one fails the check at once. */
export async function copyState(
  context: Context,
  api: Api,
  text: string,
  wanted: readonly number[],
  fits: (record: TransferRecord) => boolean = () => true,
): Promise<TransferRecord> {
  const { eventually, expect } = context;
  const rule = `the record of the transfer has \`transferStatus\` ${wanted.join(' or ')}`;
  const found = await eventually({
    rule,
    read: async () => {
      const record = (await newestTransfers(context, api)).find(isAbout(text));
      if (record !== undefined && ended.includes(record.transferStatus) && !wanted.includes(record.transferStatus as number))
        expect.fail(rule, wanted, record);
      return record;
    },
    fits: (record) => record !== undefined && wanted.includes(record.transferStatus as number) && fits(record),
  });
  return expect.present(found, rule);
}

/** Told by the channel, past every record: the object is there, whole. */
export async function arrived({ eventually, expect }: Context, { objects, target }: Storage, key: string, bytes: Buffer): Promise<void> {
  const found = await eventually({
    rule: `there is an object at ${key.split('/').slice(1).join('/') || 'the destination'}`,
    read: () => objects.sha256(target, key),
    fits: (sum) => sum !== undefined,
  });
  expect.equal(found, sha256(bytes), 'the destination holds the same bytes (SHA-256)');
}

/** Progress frames of the transfer whose object or folder bears the name. */
export const isProgressAbout =
  (text: string) =>
  ({ message, json }: ReceivedFrame): boolean =>
    message === 'progress' && [json.Data?.Path, json.Data?.Name].some((value) => typeof value === 'string' && value.includes(text));

/** Keys at the destination below the path, without it, in order. */
export async function keysBelow({ objects, target }: Storage, path: string): Promise<string[]> {
  return (await objects.list(target, path)).map(({ key }) => key.slice(path.length)).sort();
}
