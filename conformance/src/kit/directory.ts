// Owns what checks of projects, shared drives and permissions make, and take back: things with names of their own.
import { createHash } from 'node:crypto';
import type { Api } from './api.ts';
import type { Context } from './check.ts';
import type { Json, OperationId } from './contract.ts';
import { NotApplicable } from './faults.ts';

export interface Thing {
  readonly id: string;
  readonly name: string;
}

export type Fields = Readonly<Record<string, Json>>;

/** A name of this check's own that fits where 50 characters are the most (sharedclouddrive.md of the Web API). */
export function shortName({ prefix, name }: Context, suffix: string): string {
  return `${prefix}-${createHash('sha256').update(name('')).digest('hex').slice(0, 4)}-${suffix}`;
}

export const newProject = (context: Context, suffix: string): Promise<Thing> =>
  made(context, 'insertProject', 'deleteProject', { name: shortName(context, suffix), description: 'Made by a check', active: true });

/** On the kit's own cloud account, in a bucket that exists. */
export async function newDrive(context: Context, suffix: string, more: Fields = {}): Promise<Thing> {
  return await made(context, 'insertSharedCloudDrive', 'deleteSharedCloudDrive', { ...(await driveFields(context, suffix)), ...more });
}

/** The documented example, with an account and a bucket that exist. */
export async function driveFields(context: Context, suffix: string): Promise<Fields & { readonly name: string }> {
  const { account, source } = await context.given.storage();
  return {
    name: shortName(context, suffix),
    cloudAccountId: account.id,
    storageName: source,
    prefix: 'projects/creative/',
    prefixId: '',
    storageId: '',
    objectsPerFolder: 10_000,
    allowDelete: false,
    localCacheEncrypted: false,
    cloudObjectsEncrypted: false,
    driveType: 1,
    syncType: 2,
    active: true,
  };
}

/** Groups are another page's: where the contract does not have them yet, what needs one does not apply. */
export function newGroup(context: Context, suffix: string): Promise<Thing> {
  const [insert, remove] = ['insertUserGroup', 'deleteUserGroup'].map((id) => known(context, id));
  const body = { name: shortName(context, suffix), description: 'Made by a check', active: true };
  return made(context, insert as OperationId, remove as OperationId, body);
}

export async function putIntoGroup(context: Context, userId: string, userGroupId: string): Promise<void> {
  const api = await context.given.session();
  const { status } = await api.perform(known(context, 'assignUsers'), { body: [{ userId, userGroupId }] });
  context.expect.equal(status, 200, 'the user is put into the group');
}

export function known({ contract }: Context, id: string): OperationId {
  if (!contract.operations.has(id as OperationId)) throw new NotApplicable(`the contract has no ${id}`);
  return id as OperationId;
}

async function made(context: Context, insert: OperationId, remove: OperationId, body: Fields & { readonly name: string }): Promise<Thing> {
  const api = await context.given.session();
  const answer = await api.perform(insert, { body });
  context.expect.equal(answer.status, 200, `${insert} answers 200`);
  const { id } = (answer.body ?? {}) as { id?: unknown };
  const found = context.expect.present(typeof id === 'string' ? id : undefined, `${insert} answers the generated id`);
  takeBack(context, api, remove, { id: found, name: body.name });
  return { id: found, name: body.name };
}

/** What the check has deleted itself is gone already. */
export function takeBack(context: Context, api: Api, remove: OperationId, { id, name }: Thing): void {
  context.cleanUp(name, async () => {
    const { status } = await api.forCleanUp().perform(remove, { query: { id } });
    if (status !== 200 && status !== 499) throw new Error(`${remove} answered ${status}`);
  });
}

/** Made in another order than they sort in, and answered sorted by name. */
const several =
  (make: (context: Context, suffix: string) => Promise<Thing>) =>
  async (context: Context, count: number): Promise<Thing[]> => {
    const things: Thing[] = [];
    for (const suffix of ['b', 'c', 'a'].slice(0, count)) things.push(await make(context, suffix));
    return things.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };

export const someProjects = several(newProject);
export const someDrives = several(newDrive);
export const someGroups = several(newGroup);

/** Undone with the project or the drive, which the check takes back. */
export async function assign(context: Context, pairs: readonly (readonly [project: Thing, drive: Thing])[]): Promise<void> {
  const api = await context.given.session();
  const body = pairs.map(([project, drive]) => ({ projectId: project.id, sharedCloudDriveId: drive.id }));
  const { status } = await api.call('assignSharedCloudDrive', { body });
  context.expect.equal(status, 200, 'assignSharedCloudDrive answers 200');
}

/** Users of the account as they are, at most so many, sorted by username; the kit makes none. */
export async function someUsers(context: Context, most: number): Promise<Thing[]> {
  const api = await context.given.session();
  if (most === 0) return [];
  const { data } = await api.ok('getAllUsers', { query: { pagesize: most } });
  if (data.length < Math.min(most, 2)) throw new NotApplicable('the account has too few users to tell them apart');
  return data
    .map(({ id, username }) => ({ id, name: username }))
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

export async function userNamed(context: Context, username: string): Promise<Thing> {
  const api = await context.given.session();
  const { data } = await api.ok('getAllUsers', { query: { username, pagesize: 50 } });
  const user = data.find((one) => one.username.toLowerCase() === username.toLowerCase());
  return { id: context.expect.present(user?.id, `${username} is among the users`), name: username };
}
