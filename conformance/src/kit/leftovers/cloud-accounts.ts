// Owns finding cloud accounts that runs leave behind, and what stands in the way of removing them.
import type { Api } from '../api.ts';
import { type Leftover, type LeftoverKind, type Ours, recordOf } from './leftover.ts';

export const cloudAccounts: LeftoverKind = { needs: ['getCloudAccounts', 'deleteCloudAccount'], find };

async function find(api: Api, ours: Ours): Promise<Leftover[]> {
  const { status, body } = await api.call('getCloudAccounts');
  if (status !== 200 || !Array.isArray(body)) throw new Error(`the list of cloud accounts answered ${status}`);
  return body.map(recordOf).flatMap(({ id, name }) => {
    if (typeof id !== 'string' || typeof name !== 'string' || !ours(name)) return [];
    return { what: `cloud account ${name}`, remove: () => remove(api, id, name, ours) };
  });
}

async function remove(api: Api, id: string, name: string, ours: Ours): Promise<void> {
  let { status } = await api.call('deleteCloudAccount', { query: { id } });
  if (status === 499) {
    // Managed storage that a killed run has put something into.
    await emptyBuckets(api, id, ours);
    ({ status } = await api.call('deleteCloudAccount', { query: { id } }));
  }
  if (status !== 200) throw new Error(`deleting cloud account ${name} answered ${status}`);
}

/** Deletes the objects of those buckets of an account that are ours; a page of them, which is more than a check puts in. */
export async function emptyBuckets(api: Api, id: string, ours: Ours): Promise<void> {
  const { body: buckets } = await api.call('listBuckets', { body: { id } });
  for (const { name: storageName } of items(buckets).filter(({ name }) => ours(name))) {
    const { body: objects } = await api.call('listObjects', { body: { account: { id }, request: { bucketName: storageName } } });
    for (const { name, key = name } of items(objects)) await api.call('deleteObject', { body: { cloudAccount: { id }, storageName, key } });
  }
}

function items(body: unknown): { name: string; key?: string }[] {
  const { data } = recordOf(body);
  return Array.isArray(data) ? (data as { name: string; key?: string }[]).filter(({ name }) => typeof name === 'string') : [];
}
