// Owns finding the records of the transfer history that runs leave behind: they name the buckets of the run.
import type { Api } from '../api.ts';
import { type Leftover, type LeftoverKind, type Ours, recordOf } from './leftover.ts';

const pageSize = 200;
const mostRecords = 5000;

export const history: LeftoverKind = { needs: ['getAllTransferHistory', 'deleteTransferHistory'], find };

/** Answers what was removed. */
export async function removeHistory(api: Api, ours: Ours): Promise<string[]> {
  const records = await find(api, ours);
  for (const { remove } of records) await remove();
  return records.map(({ what }) => what);
}

async function find(api: Api, ours: Ours): Promise<Leftover[]> {
  const ids: string[] = [];
  for (let page = 1; (page - 1) * pageSize < mostRecords; page += 1) {
    const { status, body } = await api.call('getAllTransferHistory', {
      query: { page, pagesize: pageSize, sortfield: 'StartDate', descending: true },
    });
    const { data } = recordOf(body);
    if (status !== 200 || !Array.isArray(data)) throw new Error(`the transfer history answered ${status}`);
    ids.push(...data.filter((record) => isOurs(recordOf(record), ours)).map((record: { id: string }) => record.id));
    if (data.length < pageSize) break;
  }
  return ids.map((id) => ({ what: `history record ${id}`, remove: () => remove(api, id) }));
}

async function remove(api: Api, id: string): Promise<void> {
  const { status } = await api.call('deleteTransferHistory', { query: { id } });
  if (status !== 200) throw new Error(`deleting history record ${id} answered ${status}`);
}

const isOurs = ({ id, sourceBucket, destinationBucket }: Record<string, unknown>, ours: Ours): boolean =>
  typeof id === 'string' && [sourceBucket, destinationBucket].some((bucket) => typeof bucket === 'string' && ours(bucket));
