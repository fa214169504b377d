import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../caller.ts';
import { by, type Directory, directory } from '../testing/directory.ts';

let here: Directory;
let admin: Caller;
let member: Caller;
let stranger: Caller;
let cloudAccountId: string;

beforeEach(async () => {
  here = directory({ maxProjects: 4, maxSharedDrives: 4, maxAssignments: 3 });
  const accountId = here.addAccount('Example Org');
  admin = await here.addCaller(accountId, 'admin', 'admin@example.com');
  member = await here.addCaller(accountId, 'member', 'user@example.com');
  stranger = await here.addCaller(here.addAccount('Example Studio'), 'admin');
  cloudAccountId = here.addCloudAccount(admin);
});
afterEach(() => here.close());

const refused = (code: string, message = '') =>
  expect.objectContaining({ name: 'Failure', code, message: expect.stringContaining(message) });

// The four kinds through one table: what holds for one holds for all.
describe.each(['userProject', 'userSharedDrive', 'userGroupProject', 'userGroupSharedDrive'] as const)(
  'permissions of the kind %s',
  (kind) => {
    interface Shown {
      readonly permission: { readonly id: string; readonly permissionType: number };
    }
    /** The same calls on each kind; the names of the ids are all that differs. */
    interface AnyKind {
      add(caller: Caller, entries: readonly object[]): void;
      edit(caller: Caller, entries: readonly object[]): void;
      remove(caller: Caller, id: string): void;
      page(listed: 'left' | 'right', caller: Caller, of: string, query: object, name?: string): { data: Shown[]; total: number };
    }
    const [leftKey, rightKey] = [
      kind.startsWith('userGroup') ? 'userGroupId' : 'userId',
      kind.endsWith('Project') ? 'projectId' : 'sharedCloudDriveId',
    ];
    const leftSort = kind.startsWith('userGroup') ? 'UserGroup.Name' : 'User.Username';
    const rightSort = kind.endsWith('Project')
      ? 'Project.Name'
      : kind === 'userSharedDrive'
        ? 'SharedClouDrive.Name'
        : 'SharedCloudDrive.Name';
    const permissions = (): AnyKind => here.permissions[kind] as unknown as AnyKind;
    const leftOf = (caller: Caller, name: string): string =>
      leftKey === 'userId' ? caller.userId : here.addGroup(caller.accountId, name, { members: [caller] });
    const rightOf = (caller: Caller, name: string): string =>
      rightKey === 'projectId' ? here.addProject(caller, name) : here.addDrive(caller, here.addCloudAccount(caller), name);
    const entry = (left: string, right: string, permissionType = 1) => ({ [leftKey]: left, [rightKey]: right, permissionType });
    const lefts = (right: string, query = {}) => permissions().page('left', admin, right, { ...by(leftSort), ...query });
    const rights = (caller: Caller, left: string, query = {}) => permissions().page('right', caller, left, { ...by(rightSort), ...query });

    it('are given, listed from both sides with both things in full, edited and deleted', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(left.toUpperCase(), right.toUpperCase(), 2)]);
      const [shown] = lefts(right).data;
      const { id } = shown!.permission;
      expect(shown!.permission).toEqual({ id, ...entry(left, right, 2) });
      expect(Object.values(shown!).map((part) => (part as { id: string }).id)).toEqual([left, right, id]);
      expect(JSON.stringify(shown)).not.toContain('passwordHash');
      expect(rights(admin, left).data).toEqual([shown]);
      permissions().edit(admin, [{ id: id.toUpperCase(), permissionType: 1 }]);
      permissions().edit(admin, [{ id, ...entry(left.toUpperCase(), right, 1) }]);
      expect(rights(admin, left).data[0]!.permission).toEqual({ id, ...entry(left, right, 1) });
      expect(() => permissions().remove(stranger, id)).toThrow(refused('NOT_FOUND'));
      permissions().remove(admin, id);
      expect([lefts(right).total, rights(admin, left).total]).toEqual([0, 0]);
      expect(() => permissions().remove(admin, id)).toThrow(refused('NOT_FOUND'));
    });

    it('that exist already get the level and keep their id', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(left, right, 1)]);
      const { id } = lefts(right).data[0]!.permission;
      permissions().add(admin, [entry(left, right, 2)]);
      expect(lefts(right).data.map(({ permission }) => permission)).toEqual([{ id, ...entry(left, right, 2) }]);
    });

    it('are given and edited all or none, and only to what the account has', () => {
      const [left, right] = [leftOf(member, 'G'), rightOf(admin, 'R')];
      const [foreignLeft, foreignRight] = [leftOf(stranger, 'G'), rightOf(stranger, 'R')];
      for (const wrong of [entry(foreignLeft, right), entry(left, foreignRight), entry(randomUUID(), right), entry(left, randomUUID())]) {
        expect(() => permissions().add(admin, [entry(left, right), wrong])).toThrow(refused('NOT_FOUND'));
        expect(lefts(right).total).toBe(0);
      }
      permissions().add(admin, [entry(left, right, 1)]);
      const { id } = lefts(right).data[0]!.permission;
      for (const [wrong, code] of [
        [{ id: randomUUID(), permissionType: 2 }, 'NOT_FOUND'],
        [{ id, permissionType: 2, [leftKey]: leftOf(admin, 'H') }, 'DEFAULT'],
        [{ id, permissionType: 2, [rightKey]: rightOf(admin, 'S') }, 'DEFAULT'],
      ] as const) {
        expect(() => permissions().edit(admin, [{ id, permissionType: 2 }, wrong])).toThrow(refused(code));
        expect(lefts(right).data[0]!.permission.permissionType).toBe(1);
      }
      expect(() => permissions().edit(stranger, [{ id, permissionType: 2 }])).toThrow(refused('NOT_FOUND'));
    });

    it('are listed about others for administrators only', () => {
      const [own, other, right] = [leftOf(member, 'G'), leftOf(admin, 'H'), rightOf(admin, 'R')];
      permissions().add(admin, [entry(own, right), entry(other, right)]);
      expect(rights(member, own).total).toBe(1);
      expect(() => rights(member, other)).toThrow(refused('ACCESS'));
      for (const unknown of [leftOf(stranger, 'G'), randomUUID()]) {
        expect(() => rights(member, unknown)).toThrow(refused('NOT_FOUND'));
        expect(() => rights(admin, unknown)).toThrow(refused('NOT_FOUND'));
      }
      expect(() => lefts(rightOf(stranger, 'S'))).toThrow(refused('NOT_FOUND'));
    });

    it('are sorted, filtered and paged by the things that are listed', () => {
      const left = leftOf(member, 'G');
      const [b, a, c] = ['beta', 'Alpha', 'alphabet'].map((name) => rightOf(admin, name));
      permissions().add(admin, [entry(left, b!, 2), entry(left, a!), entry(left, c!)]);
      const ids = (query = {}, name?: string) =>
        permissions()
          .page('right', admin, left, { ...by(rightSort), ...query }, name)
          .data.map(({ permission }) => (permission as unknown as Record<string, string>)[rightKey]);
      expect(ids()).toEqual([a, c, b]);
      expect(ids({ descending: true, pagesize: 1, page: 2 })).toEqual([c]);
      expect(ids({}, 'ALPHA')).toEqual([a, c]);
      expect(ids({ sortfield: 'Permission.PermissionType', descending: true })[0]).toBe(b);
      expect(() => ids({ sortfield: leftSort })).toThrow(refused('DEFAULT', 'sort field'));
    });
  },
);

it('lists the drives of a user by either spelling of the sort field', () => {
  here.permissions.userSharedDrive.add(
    admin,
    ['b', 'a'].map((name) => ({
      userId: member.userId,
      sharedCloudDriveId: here.addDrive(admin, cloudAccountId, name),
      permissionType: 1,
    })),
  );
  for (const sortfield of ['SharedClouDrive.Name', 'SharedCloudDrive.Name']) {
    const { data } = here.permissions.userSharedDrive.page('right', member, member.userId, by(sortfield));
    expect(data.map(({ sharedClouDrive }) => sharedClouDrive.name)).toEqual(['a', 'b']);
  }
});
