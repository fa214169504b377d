import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserRow } from '../store/user-store.ts';
import { asCaller, type Installation, installation } from './testing/installation.ts';
import { historyEntry } from './testing/history-entry.ts';
import { sizeString } from './transfer-history.ts';

let here: Installation;
beforeEach(() => {
  here = installation();
});
afterEach(() => here.close());

const usersQuery = { page: 1, pagesize: 50, sortfield: 'CreateDate', descending: true, userStatus: 7 };
const historyQuery = { page: 1, pagesize: 50, sortfield: 'StartDate', descending: true, origin: 0, status: 0, direction: 0 };
const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });

describe('the list of users', () => {
  const fill = async (): Promise<UserRow[]> => {
    const accountId = here.addAccount('Example Org');
    const people = [
      { username: 'Anna@example.com', userType: 16, status: 1, lastname: 'b', createDate: 3 },
      { username: 'bert@example.com', userType: 32, status: 2, lastname: 'A', createDate: 2 },
      { username: 'carl@example.com', userType: 64, status: 4, lastname: 'c', createDate: 1, mfaSecret: 'JBSWY3DPEHPK3PXP' },
    ];
    return Promise.all(people.map((person) => here.addUser({ ...person, accountId })));
  };
  const names = async (query: Partial<Parameters<typeof here.users.getAllUsers>[1]>): Promise<string[]> => {
    const [user] = await fill();
    return here.users.getAllUsers(asCaller(user!), { ...usersQuery, ...query }).data.map(({ username }) => username.slice(0, 4));
  };

  it('answers the documented fields and nothing secret', async () => {
    const [anna] = await fill();
    const { data, total, options } = here.users.getAllUsers(asCaller(anna!), { ...usersQuery, username: 'ANNA' });
    expect({ total, options }).toEqual({ total: 1, options: { page: 1, pageSize: 50 } });
    const fields = { firstname: 'Jane', lastname: 'b', username: 'Anna@example.com', email: 'Anna@example.com', userType: 16, status: 1 };
    expect(data).toEqual([{ ...fields, id: anna!.id, owner: false, mfa: false, createDate: '1970-01-01T00:00:00.003Z' }]);
  });

  it.each<[string, Parameters<typeof names>[0], string[]]>([
    ['newest first by default', {}, ['Anna', 'bert', 'carl']],
    ['in ascending order', { descending: false }, ['carl', 'bert', 'Anna']],
    ['sorted without regard to case', { sortfield: 'Lastname', descending: false }, ['bert', 'Anna', 'carl']],
    ['by a sum of statuses', { userStatus: 6 }, ['bert', 'carl']],
    ['by a sum of types', { userType: 48 }, ['Anna', 'bert']],
    ['by a part of the name, wildcards taken literally', { username: '%' }, []],
    ['by a part of the name in any case', { username: 'ERT@EX' }, ['bert']],
    ['by pages', { page: 2, pagesize: 2 }, ['carl']],
    ['beyond the last page', { page: 9, pagesize: 2 }, []],
  ])('is given %s', async (_what, query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it.each(['createDate', 'PasswordHash', 'id; DROP TABLE users', 'constructor', '__proto__', ''])(
    'refuses the sort field %j',
    async (sortfield) => {
      await expect(names({ sortfield })).rejects.toEqual(refused('DEFAULT'));
    },
  );
});

describe('the transfer history', () => {
  it('joins user and cloud accounts as they are, and as they last were once they are gone', async () => {
    const user = asCaller(await here.addUser({ username: 'a@example.com' }));
    const account = await here.cloudAccounts.insert(
      user,
      { name: 'My AWS', cloudType: 1, accessKey: 'key', secretKey: 'secret' },
      new AbortController().signal,
    );
    here.historyStore.record(
      historyEntry({ ...user, sourceCloudAccountId: account.id, sourceCloudProvider: 1, sourceBucket: 'src-bucket' }),
    );
    const record = () => here.history.page(user, historyQuery).data[0];
    expect(record()).toMatchObject({
      userEmail: 'a@example.com',
      userName: 'Jane Doe',
      sourceCloudAccountName: 'My AWS',
      destinationCloudAccountName: null,
    });
    expect(record()).toMatchObject({
      totalSizeString: '1.0 MB',
      startDate: '2026-01-01T00:00:00.000Z',
      sourceBucket: 'src-bucket',
      errorMessage: null,
    });
    here.database.exec("UPDATE cloud_accounts SET name = 'Renamed'; UPDATE users SET email = 'b@example.com'");
    expect(record()).toMatchObject({ sourceCloudAccountName: 'Renamed', userEmail: 'b@example.com' });
    here.cloudAccounts.remove(user, account.id);
    here.database.exec('DELETE FROM users');
    expect(record()).toMatchObject({
      sourceCloudAccountId: account.id,
      sourceCloudAccountName: 'Renamed',
      userEmail: 'b@example.com',
      userName: 'Jane Doe',
    });
  });

  it('writes its record as part of the transaction it is called in', async () => {
    const user = asCaller(await here.addUser({ username: 'a@example.com' }));
    const failing = here.database.transaction(() => {
      here.historyStore.record(historyEntry(user));
      throw new Error('rolled back');
    });
    expect(failing).toThrow('rolled back');
    expect(here.history.page(user, historyQuery)).toMatchObject({ data: [], total: 0 });
  });

  it('filters by sums of flags and counts what matches, whatever was inserted and deleted', async () => {
    const accountId = here.addAccount('Example Org');
    const people = await Promise.all(
      ['a', 'b'].map((name) => here.addUser({ username: `${name}@example.com`, accountId, userType: name === 'a' ? 16 : 64 })),
    );
    const [admin, user] = people.map(asCaller);
    const flags = (...values: number[]) => fc.constantFrom(...values);
    const record = fc.record({
      owner: flags(0, 1),
      origin: flags(1, 2, 4, 8, 16),
      status: flags(1, 4, 8, 16, 128),
      direction: flags(1, 2),
      gone: fc.boolean(),
    });
    const filter = fc.record({
      origin: fc.nat(31),
      status: fc.nat(255),
      direction: flags(0, 1, 2),
      pagesize: fc.integer({ min: 1, max: 7 }),
      descending: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 25 }), filter, (records, { pagesize, descending, ...filters }) => {
        here.database.exec('DELETE FROM history');
        for (const { owner, origin, status, direction } of records)
          here.historyStore.record(historyEntry({ ...[admin, user][owner]!, origin, transferStatus: status, direction }));
        const ids = here.history.page(admin!, { ...historyQuery, pagesize: 1000, descending: false }).data.map(({ id }) => id);
        for (const [index, { gone }] of records.entries()) if (gone) here.history.remove(admin!, ids[index]!);
        const left = here.history.page(admin!, { ...historyQuery, pagesize: 1000 }).data;
        for (const caller of [admin!, user!]) {
          const expected = left.filter(
            (one) =>
              (caller.isAdmin || one.userId === caller.userId) &&
              (filters.origin === 0 || (one.origin & filters.origin) !== 0) &&
              (filters.status === 0 || (one.transferStatus & filters.status) !== 0) &&
              (filters.direction === 0 || one.direction === filters.direction),
          );
          const query = { ...historyQuery, ...filters, pagesize, descending };
          const pages = Array.from({ length: Math.ceil(expected.length / pagesize) + 1 }, (_value, page) =>
            here.history.page(caller, { ...query, page: page + 1 }),
          );
          const order = descending ? expected : expected.toReversed();
          expect(pages.flatMap(({ data }) => data.map(({ id }) => id))).toEqual(order.map(({ id }) => id));
          expect(pages.map(({ total }) => total)).toEqual(pages.map(() => expected.length));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets a user delete what the user sees, and an administrator what belongs to the account', async () => {
    const accountId = here.addAccount('Example Org');
    const admin = asCaller(await here.addUser({ username: 'a@example.com', accountId }));
    const user = asCaller(await here.addUser({ username: 'b@example.com', accountId, userType: 64 }));
    const stranger = asCaller(await here.addUser({ username: 'c@example.com' }));
    for (const owner of [admin, user, user]) here.historyStore.record(historyEntry(owner));
    const of = (owner: string) => here.history.page(admin, historyQuery).data.find(({ userId }) => userId === owner)!.id;
    expect(() => here.history.remove(user, of(admin.userId))).toThrow(refused('NOT_FOUND'));
    expect(() => here.history.remove(stranger, of(user.userId))).toThrow(refused('NOT_FOUND'));
    expect(() => here.history.remove(admin, randomUUID())).toThrow(refused('NOT_FOUND'));
    here.history.remove(user, of(user.userId).toUpperCase());
    here.history.remove(admin, of(user.userId));
    expect(here.history.page(admin, historyQuery).total).toBe(1);
  });

  it('refuses an unknown sort field', async () => {
    const user = asCaller(await here.addUser({ username: 'a@example.com' }));
    expect(() => here.history.page(user, { ...historyQuery, sortfield: 'toString' })).toThrow(refused('DEFAULT'));
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1_048_575, '1.0 MB'],
    [1_048_576, '1.0 MB'],
    [5_368_709_120, '5.0 GB'],
  ])('writes %i bytes as %s', (bytes, expected) => {
    expect(sizeString(bytes)).toBe(expected);
  });
});

it('one account never sees the users, cloud accounts or history of another', async () => {
  const worlds = await Promise.all(
    [0, 1, 2].map(async (world) => {
      const accountId = here.addAccount(`Org ${world}`);
      return Promise.all(
        [16, 64].map(async (userType) => asCaller(await here.addUser({ username: `${userType}@${world}.example`, accountId, userType }))),
      );
    }),
  );
  const step = fc.record({ world: fc.nat(2), who: fc.nat(1), what: fc.constantFrom('cloud', 'history'), shared: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      for (const { world, who, what, shared } of steps) {
        const caller = worlds[world]![who]!;
        if (what === 'history') here.historyStore.record(historyEntry(caller));
        else
          await here.cloudAccounts.insert(
            caller,
            { name: randomUUID(), cloudType: 1, accessKey: 'a', secretKey: 'b', shared },
            new AbortController().signal,
          );
      }
      const all = worlds.flat();
      for (const caller of all) {
        const others = all.filter(({ accountId }) => accountId !== caller.accountId);
        expect(
          here.users
            .getAllUsers(caller, { ...usersQuery, username: '@' })
            .data.map(({ id }) => id)
            .toSorted(),
        ).toEqual(
          all
            .filter(({ accountId }) => accountId === caller.accountId)
            .map(({ userId }) => userId)
            .toSorted(),
        );
        const records = here.history.page(caller, { ...historyQuery, pagesize: 1000 }).data;
        expect(
          records.every(({ accountId, userId }) => accountId === caller.accountId && (caller.isAdmin || userId === caller.userId)),
        ).toBe(true);
        for (const { id } of records.slice(0, 3))
          for (const other of others) expect(() => here.history.remove(other, id)).toThrow(refused('NOT_FOUND'));
        for (const { id } of here.cloudAccounts.list(caller)) {
          for (const other of others) {
            for (const use of [
              () => here.cloudAccounts.get(other, id),
              () => here.cloudAccounts.resolve(other, { id }),
              () => here.cloudAccounts.manageShare(other, id, true),
              () => here.cloudAccounts.remove(other, id),
            ])
              expect(use).toThrow(refused('NOT_FOUND'));
          }
        }
      }
    }),
    { numRuns: 15 },
  );
  expect(worlds.flat().flatMap((caller) => here.cloudAccounts.list(caller)).length).toBeGreaterThan(0);
});
