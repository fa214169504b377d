// Owns removing the users that runs have brought into the account, as far as a target can delete users.
import type { Api } from './api.ts';
import type { Leftover, Ours } from './sweep.ts';

const deletion: string = 'deleteUser';
const pageSize = 200;

export async function removeUser(api: Api, id: string): Promise<void> {
  if (!api.knows(deletion)) return;
  const { status } = await api.perform(deletion, { query: { id } });
  if (status !== 200) throw new Error(`deleting user ${id} answered ${status}`);
}

/** None where users cannot be deleted: there is nothing to be done about them then. */
export async function userLeftovers(api: Api, ours: Ours, filter: string): Promise<Leftover[]> {
  if (!api.knows(deletion)) return [];
  const { status, body } = await api.call('getAllUsers', { query: { username: filter, pagesize: pageSize } });
  const data = typeof body === 'object' && body !== null ? (body as { data?: unknown }).data : undefined;
  if (status !== 200 || !Array.isArray(data)) throw new Error(`the list of users answered ${status}`);
  return (data as { id: string; username: string }[])
    .filter(({ username }) => ours(username))
    .map(({ id, username }) => ({ what: `user ${username}`, remove: () => removeUser(api, id) }));
}

/** After the clean-up at the target: throws when a user that bears the run's prefix is still there. */
export async function noUserLeft(api: Api, prefix: string): Promise<void> {
  const left = await userLeftovers(api, (name) => name.startsWith(`${prefix}-`), `${prefix}-`);
  if (left.length > 0) throw new Error(left.map(({ what }) => what).join(', '));
}
