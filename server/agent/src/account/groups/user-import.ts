// Owns the import of users with their groups: what is missing is created, what is there stays (usergroup.md, Import Users).
import { randomUUID } from 'node:crypto';
import { type Schema, UserStatus, UserType } from '@click-kit/contract';
import type { MembershipStore } from '../../store/membership-store.ts';
import type { UserGroupStore } from '../../store/user-group-store.ts';
import type { UserRow, UserStore } from '../../store/user-store.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../failure.ts';
import { noPassword } from '../password.ts';
import type { Plan } from '../users/plan.ts';
import { email, line, userType, username } from '../users/user-input.ts';
import { groupName } from './group-input.ts';
import { noSuchGroup, type UserGroups } from './user-groups.ts';

/**
 * Called inside the transaction for every user whom an import creates: stores the pending user, and whatever the invitation needs. It must
 * not wait for a mail server.
 */
export type Invite = (user: UserRow, by: Caller) => void;

export interface UserImportDependencies {
  readonly users: UserStore;
  readonly groupStore: UserGroupStore;
  readonly groups: UserGroups;
  readonly memberships: MembershipStore;
  readonly plan: Plan;
  readonly now: () => number;
  readonly newId?: () => string;
  /** Default: the pending user is stored, and nobody is told. */
  readonly invite?: Invite;
}

type Relation = Schema<'ImportUsersRequest'>[number];
type GroupReference = NonNullable<Relation['userGroups']>[number];

export class UserImport {
  readonly #parts: UserImportDependencies;
  readonly #newId: () => string;
  readonly #invite: Invite;

  constructor(parts: UserImportDependencies) {
    this.#parts = parts;
    this.#newId = parts.newId ?? randomUUID;
    this.#invite = parts.invite ?? ((user) => parts.users.insert(user));
  }

  run(caller: Caller, relations: Schema<'ImportUsersRequest'>): void {
    this.#parts.groupStore.transaction(() => {
      for (const { user, userGroups = [] } of relations) {
        const member = this.#member(caller, user);
        // The Web API passes over a username that belongs to another account, so that nothing is learnt of that account.
        if (member === undefined) continue;
        for (const reference of userGroups) {
          const userGroupId = this.#group(caller, reference);
          this.#parts.memberships.add({ id: this.#newId(), userId: member.id, userGroupId });
        }
      }
    });
  }

  #member(caller: Caller, user: Relation['user']): UserRow | undefined {
    const name = username(user.username);
    const known = this.#parts.users.findByUsername(name);
    if (known !== undefined) return known.accountId === caller.accountId ? known : undefined;
    const row = this.#pending(caller, name, user);
    this.#parts.plan.requireSeat(caller.accountId, row.userType);
    this.#invite(row, caller);
    return row;
  }

  #pending({ accountId }: Caller, name: string, user: Relation['user']): UserRow {
    return {
      id: this.#newId(),
      accountId,
      username: name,
      email: email(user.email ?? name),
      firstname: line(user.firstName ?? '', 'firstName'),
      lastname: line(user.lastName ?? '', 'lastName'),
      userType: userType(user.userType ?? UserType.DesktopStandardUser),
      status: UserStatus.Pending,
      owner: 0,
      passwordHash: noPassword,
      mfaSecret: null,
      authProvider: 0,
      createDate: this.#parts.now(),
    };
  }

  /** The documented example gives id and name; an id that the account does not know (an identity provider's) leaves the name to decide. */
  #group({ accountId }: Caller, { id, name }: GroupReference): string {
    const known = id === undefined ? undefined : this.#parts.groupStore.find(id.toLowerCase(), accountId);
    if (known !== undefined) return known.id;
    if (name === undefined && id !== undefined) throw noSuchGroup();
    if (name === undefined) throw refusal('DEFAULT', 'A user group to join needs an id or a name.');
    const wanted = groupName(name);
    const named = this.#parts.groupStore.findByName(accountId, wanted);
    return (named ?? this.#parts.groups.add(accountId, { name: wanted, description: '', active: 1 })).id;
  }
}
