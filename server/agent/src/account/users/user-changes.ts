// Owns changing and deleting the users of an account, without anybody locking it out (user.md, Edit User and Delete User).
import { type Schema, UserStatus } from '@click-kit/contract';
import type { UserChangeStore } from '../../store/user-change-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { userOf } from '../users.ts';
import { changesSeat, type Plan } from './plan.ts';
import { email, line, username, userType } from './user-input.ts';

export interface UserChangesDependencies {
  readonly users: UserStore;
  readonly changes: UserChangeStore;
  readonly plan: Plan;
}

type Edit = Schema<'EditUserRequest'>;

export class UserChanges {
  readonly #users: UserStore;
  readonly #changes: UserChangeStore;
  readonly #plan: Plan;

  constructor({ users, changes, plan }: UserChangesDependencies) {
    this.#users = users;
    this.#changes = changes;
    this.#plan = plan;
  }

  /** "Omitted fields keep their previous values"; a field that is sent as it is stored is no change. */
  edit(caller: Caller, edit: Edit): Schema<'User'> {
    return this.#changes.transaction(() => {
      const before = this.#find(caller, edit.id);
      const after = edited(before, edit);
      if (after.userType !== before.userType || after.status !== before.status) protect(caller, before);
      if (after.status !== before.status) checkStatus(before, after);
      if (changesSeat(before.userType, after.userType)) this.#plan.requireSeat(caller.accountId, after.userType, 'DB_UPDATE');
      if (!this.#changes.update(after)) throw refusal('DUPLICATE', 'A user with this username already exists.');
      if (after.status === UserStatus.Inactive) this.#changes.endSessions(after.id);
      return userOf(after);
    });
  }

  /** The row goes, so that the username is free again; the transfer history keeps the name (chosen: the page does not say how). */
  remove(caller: Caller, id: string): void {
    const user = this.#find(caller, id);
    protect(caller, user);
    const heir = this.#changes.ownerOf(caller.accountId) ?? caller.userId;
    const outcome = this.#changes.remove(user.id, caller.accountId, heir);
    if (outcome === 'missing') throw notFound();
    if (outcome === 'in use') throw refusal('DB_DELETE', 'Something that belongs to the user is still in use.');
  }

  #find(caller: Caller, id: string): UserRow {
    const row = this.#users.findById(id.toLowerCase());
    if (row === undefined || row.accountId !== caller.accountId) throw notFound();
    return row;
  }
}

const notFound = (): Error => refusal('NOT_FOUND', 'There is no such user.');

/** A field that is as it was is not looked at again: what was stored once stays valid. */
const changed = <T>(before: T, value: T | undefined, read: (value: T) => T): T =>
  value === undefined || value === before ? before : read(value);

const edited = (before: UserRow, edit: Edit): UserRow => ({
  ...before,
  firstname: changed(before.firstname, edit.firstname, (value) => line(value, 'firstname')),
  lastname: changed(before.lastname, edit.lastname, (value) => line(value, 'lastname')),
  username: changed(before.username, edit.username, username),
  email: changed(before.email, edit.email, email),
  userType: changed(before.userType, edit.userType, userType),
  status: edit.status ?? before.status,
});

/** Whoever calls is an active administrator, and stays one: so does the owner. */
function protect(caller: Caller, user: UserRow): void {
  if (user.owner === 1) throw refusal('ACCESS', 'The owner of the account keeps type and status, and is not deleted.');
  if (user.id === caller.userId) throw refusal('ACCESS', 'Nobody changes the own type or status, or deletes the own user.');
}

/** Pending ends with the sign-up, which brings the password; there is no way back to it. */
function checkStatus(before: UserRow, after: UserRow): void {
  if (before.status === UserStatus.Pending)
    throw refusal('PENDING', 'The user has not finished the sign-up. Delete the user to withdraw the invitation.');
  if (after.status !== UserStatus.Active && after.status !== UserStatus.Inactive)
    throw refusal('DEFAULT', 'The status of a user becomes 1 (Active) or 2 (Inactive).');
}
