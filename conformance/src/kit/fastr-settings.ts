// Owns what scenarios of Fastr settings share: reading records whose wrapper and spelling no page states, and putting some in force.
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import type { ObjectServerFixture, Storage } from './storage.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** That answers spell fields as requests do is inferred, so a check of something else reads both spellings. */
export const field = (record: unknown, name: string): unknown => {
  const settings = (typeof record === 'object' && record !== null ? record : {}) as Settings;
  return settings[name] ?? settings[name.charAt(0).toLowerCase() + name.slice(1)];
};

/** The page names the wrapper, not its fields. */
export function recordsOf(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  return typeof body === 'object' && body !== null ? ((Object.values(body) as unknown[]).find(Array.isArray) ?? []) : [];
}

export const forAccount = (records: readonly unknown[], id: string): readonly unknown[] =>
  records.filter((record) => field(record, 'CloudAccountId') === id);

const plain = {
  MaxUploadBytesPerSecond: 0,
  MaxDownloadBytesPerSecond: 0,
  MaxServerToServerBytesPerSecond: 0,
  VerifyChecksum: false,
  FileExistsAction: 0,
  Active: true,
} as const;

export type Changes = { readonly [Name in keyof typeof plain]?: (typeof plain)[Name] extends boolean ? boolean : number };

/** Settings of the user of the run for the account, until the check is over. */
export async function putInForce({ expect, cleanUp }: Context, api: Api, { account }: Storage, changes: Changes): Promise<void> {
  const saved = await api.ok('insertFastrSettings', { body: { CloudAccountId: account.id, ...plain, ...changes } as never });
  const id = field(saved, 'Id');
  if (typeof id !== 'string') return expect.fail('the saved settings have an id', 'a uuid', id);
  cleanUp(`Fastr settings ${id}`, () => api.forCleanUp().call('deleteFastrSettings', { query: { id } }));
}

/** An account of this check's own for the shared object server, or a relay before it, with settings of its own. */
export async function storageWith(context: Context, api: Api, changes: Changes, server?: ObjectServerFixture): Promise<Storage> {
  const { given } = context;
  const storage = await given.accountAt(server ?? (await given.storage()));
  await putInForce(context, api, storage, changes);
  return storage;
}
