// Owns Amove-managed storage as checks meet it: added for a check, and taken away with all that is in it.
import type { AnswerOf, Api } from './api.ts';
import type { Context } from './check.ts';
import { codeOf } from './error-model.ts';
import { Blocked } from './faults.ts';
import { emptyBuckets } from './sweep.ts';

export type StoredAccount = AnswerOf<'addAmoveStorage'>;
type StorageTier = 0 | 1 | 2 | 4 | 8 | 16;

/** Short enough for a bucket, and the run's own. */
export const bucketName = ({ prefix }: Context, what: string): string => `${prefix}-${what}`;

/** An agent that has no storage to add says so in some way; that is no finding about what this check is about. */
function unlessRefused<Answer>({ expect }: Context, operation: string, answer: { status: number; body: unknown; headers: object }): Answer {
  const { status, body, headers } = answer;
  const code = codeOf(body, headers as Record<string, string>) ?? '';
  if (status >= 300) throw new Blocked(`no managed storage: ${operation} answered ${status} ${code}`.trim());
  expect.equal(status, 200, `${operation} answers 200`);
  return body as Answer;
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
  const account = unlessRefused<StoredAccount>(context, 'idrive_add_storage', answer);
  const id = idOf(context, api, account, 'deleteAmoveStorage');
  return { account, id, bucket };
}

export async function storjStorage(
  context: Context,
  api: Api,
  what: string,
): Promise<{ account: StoredAccount; id: string; bucket: string }> {
  const bucket = bucketName(context, what);
  const answer = await api.call('addStorjStorage', { body: { cloudAccountName: bucket, bucketName: bucket, shared: false } });
  const account = unlessRefused<StoredAccount>(context, 'add_storage', answer);
  const id = idOf(context, api, account, 'deleteStorjStorage');
  return { account, id, bucket };
}

function idOf(context: Context, api: Api, account: StoredAccount, deletion: 'deleteAmoveStorage' | 'deleteStorjStorage'): string {
  const id = context.expect.present(typeof account.id === 'string' ? account.id : undefined, 'the stored account has an id');
  context.cleanUp(`storage ${account.name}`, async () => {
    const after = api.forCleanUp();
    if ((await after.call('getCloudAccount', { query: { id } })).status !== 200) return;
    await emptyBuckets(after, id, (name) => name.startsWith(`${context.prefix}-`));
    const { status } = await after.call(deletion, { query: { id } });
    if (status !== 200) throw new Error(`${deletion} answered ${status}`);
  });
  return id;
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
