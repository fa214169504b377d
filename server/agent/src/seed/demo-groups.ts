// Owns the colleagues and the user groups of the demo seed.
import { UserStatus, UserType } from '@click-kit/contract';
import { noPassword } from '../account/password.ts';
import type { Database } from '../store/database.ts';
import { MembershipStore } from '../store/membership-store.ts';
import { UserGroupStore } from '../store/user-group-store.ts';
import { UserStore } from '../store/user-store.ts';
import { seedId } from './ids.ts';

const day = 86_400_000;
const { Active, Inactive, Pending } = UserStatus;
const { DesktopCreativeUser, DesktopStandardUser } = UserType;

const colleagues = [
  ['editor@example.com', 'Ada', 'Lovelace', DesktopCreativeUser, Active],
  ['colorist@example.com', 'Ben', 'Moss', DesktopCreativeUser, Active],
  ['sound@example.com', 'Cleo', 'Park', DesktopCreativeUser, Active],
  ['producer@example.com', 'Dan', 'Reyes', DesktopStandardUser, Active],
  ['assistant@example.com', 'Eve', 'Stone', DesktopStandardUser, Active],
  ['former@example.com', 'Finn', 'Tate', DesktopStandardUser, Inactive],
  ['invited@example.com', 'Gia', 'Underwood', DesktopCreativeUser, Pending],
] as const;

const groups = [
  ['Editorial', 'Cutting rooms and their assistants', 1, ['editor', 'assistant', 'user', 'invited']],
  ['Color', 'Grading and finishing', 1, ['colorist', 'editor']],
  ['Sound', 'Mix and sound design', 1, ['sound']],
  ['Producers', 'Whoever approves', 1, ['admin', 'producer', 'user']],
  ['Freelancers 2025', 'Kept for reference', 0, ['former']],
] as const;

/** They share the password hash of a user who is there: hashing takes its time, and a start should not. */
export function insertDemoGroups(database: Database, accountId: string, passwordHash: string, time: number): void {
  const users = new UserStore(database);
  for (const [index, [username, firstname, lastname, userType, status]] of colleagues.entries()) {
    const person = { id: seedId(username), accountId, username, email: username, firstname, lastname, userType, status, owner: 0 } as const;
    const hash = status === Pending ? noPassword : passwordHash;
    users.insert({ ...person, passwordHash: hash, mfaSecret: null, authProvider: 0, createDate: time - (20 - index) * day });
  }
  const store = new UserGroupStore(database);
  const memberships = new MembershipStore(database);
  for (const [index, [name, description, active, members]] of groups.entries()) {
    const id = seedId(`group ${name}`);
    store.insert({ id, accountId, name, description, active, createDate: time - (10 - index) * day });
    for (const member of members)
      memberships.add({ id: seedId(`${member} in ${name}`), userId: seedId(`${member}@example.com`), userGroupId: id });
  }
}
