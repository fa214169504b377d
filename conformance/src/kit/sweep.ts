// Owns removing the history records that a run has caused: those whose bucket bears the run's prefix.
import type { Api } from './api.ts';

const pageSize = 200;
const mostRecords = 5000;

export async function removeHistory(api: Api, prefix: string): Promise<void> {
  const ours: string[] = [];
  for (let page = 1; (page - 1) * pageSize < mostRecords; page += 1) {
    const { status, body } = await api.call('getAllTransferHistory', {
      query: { page, pagesize: pageSize, sortfield: 'StartDate', descending: true },
    });
    const data = typeof body === 'object' && body !== null ? (body as { data?: unknown }).data : undefined;
    if (status !== 200 || !Array.isArray(data)) throw new Error(`the transfer history answered ${status}`);
    ours.push(...data.filter((record) => isOurs(record, prefix)).map((record: { id: string }) => record.id));
    if (data.length < pageSize) break;
  }
  for (const id of ours) {
    const { status } = await api.call('deleteTransferHistory', { query: { id } });
    if (status !== 200) throw new Error(`deleting history record ${id} answered ${status}`);
  }
}

function isOurs(record: unknown, prefix: string): boolean {
  const { id, sourceBucket, destinationBucket } = (typeof record === 'object' && record !== null ? record : {}) as Record<string, unknown>;
  return (
    typeof id === 'string' && [sourceBucket, destinationBucket].some((bucket) => typeof bucket === 'string' && bucket.startsWith(prefix))
  );
}
