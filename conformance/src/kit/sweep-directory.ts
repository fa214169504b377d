// Owns finding and removing what runs leave behind in the directory of an account: shared drives and projects that bear a run's prefix.
import type { Api } from './api.ts';
import type { OperationId } from './contract.ts';
import type { Leftover, Ours } from './leftover.ts';

const pageSize = 200;
const mostRecords = 5000;

/** In the order in which they are removed: what refers to others first. */
const kinds: readonly { readonly what: string; readonly list: OperationId; readonly remove: OperationId }[] = [
  { what: 'shared drive', list: 'getAllSharedCloudDrives', remove: 'deleteSharedCloudDrive' },
  { what: 'project', list: 'getAllProjects', remove: 'deleteProject' },
];

export async function directoryThings(api: Api, ours: Ours): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const { what, list, remove } of kinds)
    for (const { id, name } of await named(api, list, ours))
      found.push({
        what: `${what} ${name}`,
        remove: async () => {
          const { status } = await api.perform(remove, { query: { id } });
          if (status !== 200) throw new Error(`deleting ${what} ${name} answered ${status}`);
        },
      });
  return found;
}

async function named(api: Api, list: OperationId, ours: Ours): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = [];
  for (let page = 1; (page - 1) * pageSize < mostRecords; page += 1) {
    const { status, body } = await api.perform(list, { query: { page, pagesize: pageSize } });
    // A target that does not have the operation holds nothing that a run could have made there.
    if ([404, 405, 501].includes(status)) return [];
    const data = typeof body === 'object' && body !== null ? (body as { data?: unknown }).data : undefined;
    if (status !== 200 || !Array.isArray(data)) throw new Error(`${list} answered ${status}`);
    for (const { id, name } of data as { id?: unknown; name?: unknown }[])
      if (typeof id === 'string' && typeof name === 'string' && ours(name)) found.push({ id, name });
    if (data.length < pageSize) break;
  }
  return found;
}
