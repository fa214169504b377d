import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FastrSettingsStore } from '../../store/fastr-settings-store.ts';
import type { UserRow } from '../../store/user-store.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';
import { FastrSettings } from './fastr-settings.ts';
import { FastrTransferLimits } from './transfer-limits.ts';

let here: Installation;
let settings: FastrSettings;
let limits: FastrTransferLimits;
let admin: UserRow;
let user: UserRow;
let stranger: UserRow;
let shared: string;
let own: string;
const noSignal = new AbortController().signal;

beforeEach(async () => {
  here = installation();
  const store = new FastrSettingsStore(here.database);
  limits = new FastrTransferLimits(store);
  settings = new FastrSettings({ store, users: here.userStore, cloudAccounts: here.cloudAccounts, limits });
  admin = await here.addUser({ username: 'admin@example.com', userType: 16 });
  user = await here.addUser({ username: 'user@example.com', userType: 64, accountId: admin.accountId });
  stranger = await here.addUser({ username: 'stranger@example.org', userType: 16 });
  shared = await cloudAccountOf(admin, 'shared', true);
  own = await cloudAccountOf(admin, 'own', false);
});
afterEach(() => here.close());

async function cloudAccountOf(owner: UserRow, name: string, isShared: boolean): Promise<string> {
  const fields = { name, cloudType: 2048, serviceUrl: 'http://127.0.0.1:9', accessKey: 'key', secretKey: 'secret', shared: isShared };
  return (await here.cloudAccounts.insert(asCaller(owner), fields, noSignal)).id;
}

const values = {
  MaxUploadBytesPerSecond: 1000,
  MaxDownloadBytesPerSecond: 0,
  MaxServerToServerBytesPerSecond: Number.MAX_SAFE_INTEGER,
  VerifyChecksum: false,
  FileExistsAction: 2 as const,
  Active: true,
};
const withCode = (code: string) => expect.objectContaining({ code }) as Error;

describe('settings of the caller', () => {
  it('are stored once for each cloud account, however often they are inserted', () => {
    const caller = asCaller(user);
    const first = settings.insert(caller, { CloudAccountId: shared.toUpperCase(), ...values });
    expect(first).toEqual({ Id: first.Id, CloudAccountId: shared, UserId: user.id, AccountId: user.accountId, ...values });
    const second = settings.insert(caller, { CloudAccountId: shared, ...values, MaxUploadBytesPerSecond: 7 });
    expect(second).toEqual({ ...first, MaxUploadBytesPerSecond: 7 });
    expect(settings.all(caller)).toEqual({ data: [second], total: 1 });
    expect(settings.byCloudAccount(caller, shared)).toEqual(second);
  });

  it('are the caller’s, whatever user and account the body names', () => {
    const inserted = settings.insert(asCaller(user), {
      CloudAccountId: shared,
      UserId: stranger.id,
      AccountId: stranger.accountId,
      ...values,
    });
    expect([inserted.UserId, inserted.AccountId]).toEqual([user.id, user.accountId]);
    const update = { Id: inserted.Id, UserId: admin.id, AccountId: stranger.accountId, CloudAccountId: own };
    expect(settings.update(asCaller(user), 'own', update)).toEqual(inserted);
  });

  it('are null for a cloud account without any, an unknown one and one of another account', () => {
    for (const id of [shared, own, randomUUID()]) expect(settings.byCloudAccount(asCaller(user), id)).toBeNull();
    settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    expect(settings.byCloudAccount(asCaller(stranger), shared)).toBeNull();
  });

  it('need a cloud account that the caller sees', () => {
    for (const [who, id] of [
      [user, own],
      [stranger, shared],
      [user, randomUUID()],
    ] as const)
      expect(() => settings.insert(asCaller(who), { CloudAccountId: id, ...values })).toThrow(withCode('NOT_FOUND'));
  });

  it('keep what an update leaves out', () => {
    const { Id } = settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    expect(settings.update(asCaller(user), 'own', { Id, Active: false })).toMatchObject({ ...values, Active: false });
  });

  it('are found by their owner alone, an administrator’s own operations included', () => {
    const { Id } = settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    expect(() => settings.update(asCaller(admin), 'own', { Id })).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.remove(asCaller(admin), 'own', Id)).toThrow(withCode('NOT_FOUND'));
    expect(settings.all(asCaller(admin))).toEqual({ data: [], total: 0 });
    settings.remove(asCaller(user), 'own', Id.toUpperCase());
    expect(settings.byCloudAccount(asCaller(user), shared)).toBeNull();
    expect(() => settings.remove(asCaller(user), 'own', Id)).toThrow(withCode('NOT_FOUND'));
  });

  it('go with their cloud account', () => {
    settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    here.cloudAccounts.remove(asCaller(admin), shared);
    expect(settings.all(asCaller(user)).total).toBe(0);
  });
});

describe('settings of another user', () => {
  it('are stored, listed, changed and deleted by an administrator, for cloud accounts that the user does not see, too', () => {
    const inserted = settings.insertFor(asCaller(admin), { CloudAccountId: own, UserId: user.id, ...values });
    expect(inserted).toMatchObject({ UserId: user.id, AccountId: admin.accountId, CloudAccountId: own });
    expect(settings.allOf(asCaller(admin), user.id.toUpperCase())).toEqual({ data: [inserted], total: 1 });
    expect(settings.update(asCaller(admin), 'anyone', { Id: inserted.Id, VerifyChecksum: true }).VerifyChecksum).toBe(true);
    settings.remove(asCaller(admin), 'anyone', inserted.Id);
    expect(settings.allOf(asCaller(admin), user.id).total).toBe(0);
  });

  it('do not exist for an administrator of another account', () => {
    const { Id } = settings.insertFor(asCaller(admin), { CloudAccountId: own, UserId: user.id, ...values });
    const other = asCaller(stranger);
    expect(() => settings.allOf(other, user.id)).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.insertFor(other, { CloudAccountId: own, UserId: user.id, ...values })).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.insertFor(other, { CloudAccountId: own, UserId: stranger.id, ...values })).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.update(other, 'anyone', { Id })).toThrow(withCode('NOT_FOUND'));
    expect(() => settings.remove(other, 'anyone', Id)).toThrow(withCode('NOT_FOUND'));
  });
});

describe('the limits of transfers', () => {
  it('are read by user and cloud account, and every change is told', () => {
    const told: (readonly [string, string])[] = [];
    const unsubscribe = limits.onChange((...pair) => void told.push(pair));
    expect(limits.settingsFor(user.id, shared)).toBeUndefined();
    const { Id } = settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    expect(limits.settingsFor(user.id, shared)).toEqual({
      maxUploadBytesPerSecond: 1000,
      maxDownloadBytesPerSecond: 0,
      maxServerToServerBytesPerSecond: Number.MAX_SAFE_INTEGER,
      verifyChecksum: false,
      fileExistsAction: 2,
      active: true,
    });
    settings.update(asCaller(admin), 'anyone', { Id, Active: false });
    expect(limits.settingsFor(user.id, shared)).toMatchObject({ active: false });
    settings.remove(asCaller(user), 'own', Id);
    expect(limits.settingsFor(user.id, shared)).toBeUndefined();
    expect(told).toEqual([1, 2, 3].map(() => [user.id, shared]));
    unsubscribe();
    settings.insert(asCaller(user), { CloudAccountId: shared, ...values });
    expect(told).toHaveLength(3);
  });
});
