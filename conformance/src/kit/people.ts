// Owns users and user groups that a check sets up: they bear the run's name, are found by it, and are removed afterwards.
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import { Blocked } from './faults.ts';
import { type Page, pageOf } from './paging.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface GivenUser {
  readonly id: string;
  readonly username: string;
}

export interface GivenGroup {
  readonly id: string;
  readonly name: string;
}

export const textAt = (value: unknown, field: string): string | undefined => {
  const found = typeof value === 'object' && value !== null ? (value as Item)[field] : undefined;
  return typeof found === 'string' ? found : undefined;
};

/** Usernames have at most 50 characters, so that the check is not part of them. */
export const usernameOf = ({ prefix }: Pick<Context, 'prefix'>, who: string): string => `${prefix}-${who}@example.com`;

export async function findUser({ expect }: Pick<Context, 'expect'>, api: Api, username: string): Promise<Item | undefined> {
  const { data } = pageOf((await api.call('getAllUsers', { query: { username, pagesize: 100 } })).body, expect);
  return data.find((user) => user.username === username);
}

/** A pending user in the account, in these groups. */
export async function givenUser(context: Context, api: Api, who: string, groups: readonly GivenGroup[] = []): Promise<GivenUser> {
  const username = usernameOf(context, who);
  const userGroups = groups.map(({ id, name }) => ({ id, name }));
  await api.ok('importUsers', { body: [{ user: { username, firstName: 'Ada', lastName: 'Kit' }, userGroups }] });
  const id = textAt(await findUser(context, api, username), 'id');
  if (id === undefined) throw new Blocked('the target does not create the users that it is told to import');
  removeUserAfterwards(context, api, { id, username });
  return { id, username };
}

export function removeUserAfterwards({ cleanUp, expect }: Context, api: Api, { id, username }: GivenUser): void {
  const after = api.forCleanUp();
  cleanUp(`user ${username}`, async () => {
    if ((await findUser({ expect }, after, username)) !== undefined) await after.call('deleteUser', { query: { id } });
  });
}

export async function givenGroup(context: Context, api: Api, suffix = 'group'): Promise<GivenGroup> {
  const name = context.name(suffix);
  const answer = await api.ok('insertUserGroup', { body: { name, description: 'Made by the conformance kit', active: true } });
  const id = context.expect.present(textAt(answer, 'id'), 'the inserted group has an id');
  removeGroupAfterwards(context, api, { id, name });
  return { id, name };
}

export function removeGroupAfterwards({ cleanUp, expect }: Context, api: Api, { id, name }: GivenGroup): void {
  const after = api.forCleanUp();
  cleanUp(`user group ${name}`, async () => {
    const { data } = pageOf((await after.call('getAllUserGroups', { query: { name, pagesize: 100 } })).body, expect);
    if (data.some((group) => group.id === id)) await after.call('deleteUserGroup', { query: { id } });
  });
}

/** The entry of a list of assignments that is about this thing; what the members of an entry are called is documented nowhere. */
export const entryAbout = ({ data }: Page, id: string): Item | undefined => data.find((entry) => JSON.stringify(entry).includes(id));

/** What Unassign User takes. */
export const assignmentIdOf = (entry: Item | undefined): string | undefined => textAt(entry?.userUserGroup, 'id') ?? textAt(entry, 'id');
