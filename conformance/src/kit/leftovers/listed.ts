// Owns the kinds of things that one operation lists by name and another deletes by id: most of them.
import type { Api } from '../api.ts';
import type { OperationId } from '../contract.ts';
import { isAbsent, type Leftover, type LeftoverKind, type Ours, recordOf } from './leftover.ts';

const pageSize = 200;
const mostRecords = 5000;

export interface Listed {
  readonly what: string;
  readonly list: OperationId;
  readonly remove: OperationId;
  /** The field that holds the name; default `name`. */
  readonly named?: string;
  /** False where the list is a bare array without pages. */
  readonly paged?: boolean;
  /** Query parameters that narrow the list. */
  readonly filter?: Readonly<Record<string, string>>;
}

export const listed = (kind: Listed): LeftoverKind => ({
  needs: [kind.list, kind.remove],
  find: async (api, ours) => (await namesOf(kind, api, ours)).map(({ id, name }) => leftoverOf(kind, api, id, name)),
});

const leftoverOf = ({ what, remove }: Listed, api: Api, id: string, name: string): Leftover => ({
  what: `${what} ${name}`,
  remove: async () => {
    const { status } = await api.perform(remove, { query: { id } });
    if (status !== 200) throw new Error(`deleting ${what} ${name} answered ${status}`);
  },
});

async function namesOf(
  { list, named = 'name', paged = true, filter }: Listed,
  api: Api,
  ours: Ours,
): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = [];
  for (let page = 1; (page - 1) * pageSize < mostRecords; page += 1) {
    const { status, body } = await api.perform(list, paged ? { query: { page, pagesize: pageSize, ...filter } } : {});
    if (isAbsent(status)) return [];
    const data = paged ? recordOf(body).data : body;
    if (status !== 200 || !Array.isArray(data)) throw new Error(`${list} answered ${status}`);
    for (const item of data.map(recordOf)) {
      const [id, name] = [item.id, item[named]];
      if (typeof id === 'string' && typeof name === 'string' && ours(name)) found.push({ id, name });
    }
    if (!paged || data.length < pageSize) break;
  }
  return found;
}
