import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Installation, installation } from '../account/testing/installation.ts';
import { UserList, userCollectSql, type UserOrder, userSortFields, type UserSortField, userTotalSql, userWalkSql } from './user-list.ts';
import type { UserRow } from './user-store.ts';

let here: Installation;
beforeEach(() => {
  here = installation();
});
afterEach(() => here.close());

const fields = Object.keys(userSortFields) as UserSortField[];
const choices = [true, false];
const orders: UserOrder[] = fields.flatMap((field) =>
  choices.flatMap((descending) =>
    choices.flatMap((status) =>
      choices.flatMap((userType) => choices.map((username) => ({ field, descending, filters: { status, userType, username } }))),
    ),
  ),
);
const parameters = { accountId: 'a', status: 1, userType: 16, username: 'x', limit: 10, offset: 0 };
const plan = (sql: string): string =>
  here.database
    .prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(parameters)
    .map(({ detail }) => detail)
    .join('\n');

describe('the query plan', () => {
  it('of a walk is one search of a covering index, whatever the order and the filters', () => {
    for (const order of orders)
      expect(plan(userWalkSql(order)), JSON.stringify(order)).toMatch(/^SEARCH u USING COVERING INDEX users_by_\w+ \(account_id=\?\)$/);
  });

  it('of collecting looks up the users of each kind that matches', () => {
    for (const order of orders.filter(({ filters }) => !filters.username)) {
      const steps = plan(userCollectSql(order));
      expect(steps).toContain('SEARCH c USING PRIMARY KEY (account_id=?)');
      expect(steps).toContain('users_of_kind (account_id=? AND status=? AND user_type=?)');
      expect(steps).not.toMatch(/SCAN/);
    }
  });

  it('of a total reads the counts', () => {
    expect(plan(userTotalSql)).toBe('SEARCH c USING PRIMARY KEY (account_id=?)');
  });
});

const person = (accountId: string, n: number, fields: Partial<UserRow>): UserRow => ({
  id: randomUUID(),
  accountId,
  username: `person ${n}`,
  email: `person${n}@example.com`,
  firstname: ['Ann', 'bob', 'Cid'][n % 3]!,
  lastname: ['x', 'Y'][n % 2]!,
  userType: 16,
  status: 1,
  owner: 0,
  passwordHash: '',
  mfaSecret: n % 4 === 0 ? 'sealed' : null,
  authProvider: 0,
  createDate: n % 5,
  ...fields,
});

describe('the list of users', () => {
  it('pages through whoever matches, in every order and after every change', () => {
    const list = new UserList(here.database);
    const step = fc.record({
      status: fc.constantFrom(1, 2, 4),
      userType: fc.constantFrom(16, 32, 64),
      gone: fc.boolean(),
      edit: fc.boolean(),
    });
    const query = fc.record({
      status: fc.constantFrom(0, 1, 2, 6, 7),
      userType: fc.constantFrom(0, 16, 48),
      username: fc.constantFrom('', 'person', '1', 'nobody'),
      field: fc.constantFrom(...fields),
      descending: fc.boolean(),
      pageSize: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.array(query, { minLength: 1, maxLength: 4 }), (steps, queries) => {
        const accountId = here.addAccount('Example Org');
        let rows = steps.map(({ status, userType }, n) => person(accountId, n, { status, userType, username: `${accountId} person ${n}` }));
        for (const row of rows) here.userStore.insert(row);
        const check = (): void => {
          for (const { field, descending, pageSize, ...filters } of queries) {
            const expected = rows.filter(
              (row) =>
                (filters.status === 0 || (row.status & filters.status) !== 0) &&
                (filters.userType === 0 || (row.userType & filters.userType) !== 0) &&
                row.username.includes(filters.username),
            );
            const pages = Array.from({ length: Math.ceil(expected.length / pageSize) + 1 }, (_value, page) =>
              list.page({ ...filters, accountId, page: page + 1, pageSize, sort: { field, descending } }),
            );
            const found = pages.flatMap((page) => page.rows.map(({ id }) => id));
            expect(found.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
            expect(pages.map(({ total }) => total)).toEqual(pages.map(() => expected.length));
            const whole = list.page({ ...filters, accountId, page: 1, pageSize: 1000, sort: { field, descending: !descending } });
            expect(whole.rows.map(({ id }) => id)).toEqual(found.toReversed());
          }
        };
        check();
        const change = here.database.prepare('UPDATE users SET status = 2, user_type = 32, firstname = lastname WHERE id = ?');
        const remove = here.database.prepare('DELETE FROM users WHERE id = ?');
        for (const [n, { gone, edit }] of steps.entries()) if (!gone && edit) change.run(rows[n]!.id);
        for (const [n, { gone }] of steps.entries()) if (gone) remove.run(rows[n]!.id);
        rows = rows.flatMap((row, n) => (steps[n]!.gone ? [] : steps[n]!.edit ? { ...row, status: 2, userType: 32 } : row));
        check();
      }),
      { numRuns: 40 },
    );
  });

  it('answers what a substring matched without looking again, until a user of the account changes', () => {
    const list = new UserList(here.database);
    const [one, other] = [here.addAccount('One'), here.addAccount('Other')];
    for (let n = 0; n < 5; n += 1) here.userStore.insert(person(one, n, { username: `person ${n}` }));
    const query = { accountId: one, status: 7, userType: 0, username: 'person', page: 1, pageSize: 2 } as const;
    const names = () => list.page({ ...query, sort: { field: 'Username', descending: true } }).rows.map(({ username }) => username);
    expect(names()).toEqual(['person 4', 'person 3']);
    here.userStore.insert(person(other, 9, { username: 'person 9' }));
    expect(names()).toEqual(['person 4', 'person 3']);
    here.userStore.insert(person(one, 8, { username: 'person 8' }));
    expect(names()).toEqual(['person 8', 'person 4']);
    here.database.exec("UPDATE users SET username = 'Zed', username_key = 'zed' WHERE username = 'person 8'");
    expect(names()).toEqual(['person 4', 'person 3']);
    here.database.exec("DELETE FROM users WHERE username = 'person 4'");
    expect(names()).toEqual(['person 3', 'person 2']);
  });
});
