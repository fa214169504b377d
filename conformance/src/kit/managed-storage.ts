// Owns Amove-managed storage as checks meet it: added for a check, and taken away with all that is in it.
import type { AnswerOf, Api } from './api.ts';
import type { Context } from './check.ts';
import { codeOf } from './error-model.ts';
import { Blocked } from './faults.ts';
import { emptyBuckets } from './leftovers/cloud-accounts.ts';

export type StoredAccount = AnswerOf<'addAmoveStorage'>;
type StorageTier = 0 | 1 | 2 | 4 | 8 | 16;

/** Short enough for a bucket, and the run's own. */
export const bucketName = ({ prefix }: Context, what: string): string => `${prefix}-${what}`;

interface Added {
  readonly operation: 'addAmoveStorage' | 'addStorjStorage';
  readonly name: string;
  readonly answer: { readonly status: number; readonly body: unknown; readonly headers: Readonly<Record<string, string>> };
}

/** An agent that has no storage to add says so in some way; that is no finding about what the check is about. */
function added(context: Context, api: Api, { operation, name, answer }: Added): { account: StoredAccount; id: string } {
  const { expect, cleanUp } = context;
  const { status, body, headers } = answer;
  if (status >= 300) throw new Blocked(`no managed storage: ${operation} answered ${status} ${codeOf(body, headers) ?? ''}`.trim());
  // By its name, whatever the answer looks like.
  cleanUp(`storage ${name}`, () => removeByName(context, api, operation, name));
  expect.equal(status, 200, `${operation} answers 200`);
  const account = (typeof body === 'object' && body !== null ? body : {}) as StoredAccount;
  return { account, id: expect.present(typeof account.id === 'string' ? account.id : undefined, 'the stored account has an id') };
}

async function removeByName({ prefix }: Context, api: Api, operation: Added['operation'], name: string): Promise<void> {
  const after = api.forCleanUp();
  const { body } = await after.call('getCloudAccounts');
  const found = Array.isArray(body) ? (body as StoredAccount[]).find((account) => account.name === name) : undefined;
  if (found === undefined) return;
  await emptyBuckets(after, found.id, (bucket) => bucket.startsWith(`${prefix}-`));
  const deletion = operation === 'addAmoveStorage' ? 'deleteAmoveStorage' : 'deleteStorjStorage';
  const { status } = await after.call(deletion, { query: { id: found.id } });
  if (status !== 200) throw new Error(`${deletion} answered ${status}`);
}

/** A region that the target offers. */
export async function anyRegion({ expect }: Context, api: Api): Promise<string> {
  const [region] = await api.ok('getAmoveRegions');
  return expect.present(region?.code, 'there is a region to add storage in');
}

/** An Amove storage of this check's own; `what` tells its bucket apart from those of other checks. */
export async function amoveStorage(
  context: Context,
  api: Api,
  { what, withBucket = true, storageTier = 0 }: { what: string; withBucket?: boolean; storageTier?: StorageTier },
): Promise<{ account: StoredAccount; id: string; bucket: string }> {
  const bucket = bucketName(context, what);
  const body = { cloudAccountName: bucket, regionCode: await anyRegion(context, api), storageTier, shared: false };
  const answer = await api.call('addAmoveStorage', { body: withBucket ? { ...body, bucketName: bucket } : body });
  return { ...added(context, api, { operation: 'addAmoveStorage', name: bucket, answer }), bucket };
}

export async function storjStorage(
  context: Context,
  api: Api,
  what: string,
): Promise<{ account: StoredAccount; id: string; bucket: string }> {
  const bucket = bucketName(context, what);
  const answer = await api.call('addStorjStorage', { body: { cloudAccountName: bucket, bucketName: bucket, shared: false } });
  return { ...added(context, api, { operation: 'addStorjStorage', name: bucket, answer }), bucket };
}

/** The buckets that the account shows, by the operation that is known for every account. */
export async function bucketsOf(api: Api, { id, cloudType }: StoredAccount): Promise<string[]> {
  return (await api.ok('listBuckets', { body: { id, cloudType } })).data.map(({ name }) => name);
}

/** Bytes put into a bucket by a presigned URL; what goes wrong there is the business of other checks. */
export async function putBytes(
  { request }: Context,
  api: Api,
  { account, bucket, key, bytes }: { account: StoredAccount; bucket: string; key: string; bytes: Buffer },
): Promise<void> {
  const contentType = 'application/octet-stream';
  const url = await api.ok('generateUploadUrl', {
    body: { cloudAccount: { id: account.id }, storageName: bucket, key, expireHours: 1, contentType },
  });
  const { status } = await request({ method: 'PUT', url, headers: { 'content-type': contentType }, body: bytes });
  if (status >= 300) throw new Blocked(`nothing could be uploaded: the presigned URL answered ${status}`);
}
