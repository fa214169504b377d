// Owns finding and removing what runs leave behind: cloud accounts, history records and temporary folders that bear a run's prefix.
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api } from './api.ts';

/** What the names of all runs begin with; eight hexadecimal digits of one run follow. */
export const kitPrefix = 'ckit-';

/** Whether a name is one that is looked for. */
export type Ours = (name: string) => boolean;

const pageSize = 200;
const mostRecords = 5000;

export interface Leftover {
  readonly what: string;
  readonly remove: () => Promise<unknown>;
}

/** Answers what was removed. */
export async function removeHistory(api: Api, ours: Ours): Promise<string[]> {
  const records = await historyRecords(api, ours);
  for (const { remove } of records) await remove();
  return records.map(({ what }) => what);
}

export async function historyRecords(api: Api, ours: Ours): Promise<Leftover[]> {
  const ids: string[] = [];
  for (let page = 1; (page - 1) * pageSize < mostRecords; page += 1) {
    const { status, body } = await api.call('getAllTransferHistory', {
      query: { page, pagesize: pageSize, sortfield: 'StartDate', descending: true },
    });
    const data = typeof body === 'object' && body !== null ? (body as { data?: unknown }).data : undefined;
    if (status !== 200 || !Array.isArray(data)) throw new Error(`the transfer history answered ${status}`);
    ids.push(...data.filter((record) => isOurs(record, ours)).map((record: { id: string }) => record.id));
    if (data.length < pageSize) break;
  }
  return ids.map((id) => ({
    what: `history record ${id}`,
    remove: async () => {
      const { status } = await api.call('deleteTransferHistory', { query: { id } });
      if (status !== 200) throw new Error(`deleting history record ${id} answered ${status}`);
    },
  }));
}

export async function cloudAccounts(api: Api, ours: Ours): Promise<Leftover[]> {
  const { status, body } = await api.call('getCloudAccounts');
  if (status !== 200 || !Array.isArray(body)) throw new Error(`the list of cloud accounts answered ${status}`);
  return (body as unknown[]).flatMap((item) => {
    const { id, name } = (typeof item === 'object' && item !== null ? item : {}) as { id?: unknown; name?: unknown };
    if (typeof id !== 'string' || typeof name !== 'string' || !ours(name)) return [];
    return {
      what: `cloud account ${name}`,
      remove: async () => {
        const deleted = await api.call('deleteCloudAccount', { query: { id } });
        if (deleted.status !== 200) throw new Error(`deleting cloud account ${name} answered ${deleted.status}`);
      },
    };
  });
}

/** One that a run has made bears its name in the address, unless events were to arrive at this machine. */
export async function logSettings(api: Api, ours: Ours): Promise<Leftover[]> {
  const { body } = await api.call('getAccountLogSetting');
  const { serverAddress } = (typeof body === 'object' && body !== null ? body : {}) as { serverAddress?: unknown };
  if (typeof serverAddress !== 'string' || !ours(serverAddress.replace('.', '-'))) return [];
  return [{ what: `log setting ${serverAddress}`, remove: () => api.call('deleteAccountLogSetting') }];
}

export async function temporaryFolders(ours: Ours, folder = tmpdir()): Promise<Leftover[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^ckit-[0-9a-f]{8}-/.test(entry.name) && ours(entry.name))
    .map(({ name }) => ({ what: `folder ${join(folder, name)}`, remove: () => rm(join(folder, name), { recursive: true, force: true }) }));
}

/** After the clean-up at the target: throws when something that bears the run's prefix is still there. */
export async function nothingLeftAtTarget(api: Api, prefix: string): Promise<void> {
  const ours: Ours = (name) => name.startsWith(`${prefix}-`);
  const left = [...(await cloudAccounts(api, ours)), ...(await historyRecords(api, ours)), ...(await logSettings(api, ours))];
  if (left.length > 0) throw new Error(left.map(({ what }) => what).join(', '));
}

/** After the clean-up on this machine: what of the run is still there, but for the mark that it goes on. */
export async function leftHere(prefix: string): Promise<string[]> {
  const left = await temporaryFolders((name) => name.startsWith(`${prefix}-`) && !name.startsWith(`${prefix}-run-`));
  return left.map(({ what }) => `still there after the clean-up: ${what}`);
}

function isOurs(record: unknown, ours: Ours): boolean {
  const { id, sourceBucket, destinationBucket } = (typeof record === 'object' && record !== null ? record : {}) as Record<string, unknown>;
  return typeof id === 'string' && [sourceBucket, destinationBucket].some((bucket) => typeof bucket === 'string' && ours(bucket));
}
