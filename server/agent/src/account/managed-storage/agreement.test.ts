// Rows and endpoint agree, whatever fails and whenever: nothing half-made is left, or it is settled later.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../providers/provider.ts';
import { asCaller } from '../testing/installation.ts';
import { type ManagedInstallation, managedInstallation, signal } from './testing/managed-installation.ts';

let here: ManagedInstallation;
beforeEach(async () => {
  here = await managedInstallation();
});
afterEach(() => here.close());

const refused = (code: string) => expect.objectContaining({ name: 'Failure', code });
const add = (bucketName = '', cloudAccountName = 'Amove') =>
  here.managedStorages.addAmove(here.admin, { cloudAccountName, bucketName, storageTier: 0 }, signal());
const create = (cloudAccountId: string, bucketName: string) =>
  here.managedBuckets.createAmove(here.admin, { cloudAccountId, bucketName }, signal());
const remove = (cloudAccountId: string, bucketName: string) =>
  here.managedBuckets.removeAmove(here.admin, { cloudAccountId, bucketName }, signal());
const rows = (): string[] =>
  here.database
    .prepare<[], { name: string }>('SELECT name FROM managed_buckets ORDER BY name')
    .all()
    .map(({ name }) => name);
const remote = (): string[] => [...here.endpoint.buckets.keys()].toSorted();
const accounts = (): number => here.cloudAccountStore.visible(here.admin.accountId, here.admin.userId).length;

describe('making a bucket', () => {
  it.each(['before', 'after'] as const)('that fails %s it is made leaves neither bucket nor row', async (when) => {
    here.endpoint.fail('create', when);
    await expect(add('first')).rejects.toThrow('the endpoint is down');
    expect([rows(), remote(), accounts(), here.work.all()]).toEqual([[], [], 0, []]);
  });

  it('whose outcome is not known, at an endpoint that stays down, is settled by the next process', async () => {
    here.endpoint.fail('create', 'after');
    here.endpoint.fail('remove', 'before');
    await expect(add('first')).rejects.toThrow('the endpoint is down');
    expect([rows(), remote(), here.work.all().map(({ kind }) => kind)]).toEqual([[], ['first'], ['create-bucket']]);
    expect(here.logged.join('')).toContain('has to wait');
    for (const call of ['create', 'remove'] as const) here.endpoint.fail(call, undefined);
    await here.open().storageUpkeep.round();
    expect([rows(), remote(), here.work.all()]).toEqual([[], [], []]);
  });

  it('of a name that an earlier attempt left unsettled settles that first', async () => {
    here.endpoint.fail('create', 'after');
    here.endpoint.fail('remove', 'before');
    await expect(add('first')).rejects.toThrow('the endpoint is down');
    for (const call of ['create', 'remove'] as const) here.endpoint.fail(call, undefined);
    await add('first');
    expect([rows(), remote(), here.work.all()]).toEqual([['first'], ['first'], []]);
  });

  it('removes the bucket when the rows cannot be written', async () => {
    const other = asCaller(await here.addUser({ username: 'two@example.com', userType: 16, accountId: here.admin.accountId }));
    const racing = here.managedStorages.addAmove(other, { cloudAccountName: 'Amove', bucketName: '' }, signal());
    const both = await Promise.allSettled([add('first'), racing]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect([remote(), here.work.all()]).toEqual([rows(), []]);
  });

  it('does not take a bucket that is there for one that it made', async () => {
    here.endpoint.buckets.set('theirs', { owner: 'somebody', objects: new Map() });
    await expect(add('theirs')).rejects.toEqual(refused('DUPLICATE'));
    here.endpoint.fail('exists', 'before');
    await expect(add('theirs')).rejects.toThrow('the endpoint is down');
    expect([remote(), here.work.all()]).toEqual([['theirs'], []]);
  });

  it('of one name at the same time succeeds once', async () => {
    const id = await add();
    const both = await Promise.allSettled([create(id, 'twice'), create(id, 'twice')]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refused('PENDING') });
    expect([rows(), remote()]).toEqual([['twice'], ['twice']]);
  });

  it('is refused for the keys that the agent has, and says whose fault that is', async () => {
    here.endpoint.fail('exists', 'before', new ProviderError('auth', 'no'));
    await expect(add('first')).rejects.toEqual(refused('INTERNAL_ERROR'));
    expect(here.work.all()).toEqual([]);
  });

  it('is refused beyond the limit of a storage', async () => {
    const id = await add();
    for (let index = 0; index < 100; index += 1) await create(id, `bucket-${index}`);
    await expect(create(id, 'one-more')).rejects.toEqual(refused('DB_INSERT'));
    expect(remote()).toHaveLength(100);
  });
});

describe('adding a storage without a bucket', () => {
  it('is refused while the endpoint does not work', async () => {
    here.endpoint.fail('verify', 'before');
    await expect(add()).rejects.toThrow('the endpoint is down');
    expect(accounts()).toBe(0);
  });
});

describe('removing a bucket', () => {
  it.each(['before', 'after'] as const)('that fails %s it is removed is settled by the next attempt', async (when) => {
    const id = await add('first');
    here.endpoint.fail('remove', when);
    await expect(remove(id, 'first')).rejects.toThrow('the endpoint is down');
    expect(rows()).toEqual(['first']);
    here.endpoint.fail('remove', undefined);
    await remove(id, 'first');
    expect([rows(), remote(), here.work.all()]).toEqual([[], [], []]);
  });

  it('that was cut off is settled by the next process, unless there are objects in it again', async () => {
    const id = await add('gone');
    await create(id, 'kept');
    here.endpoint.fail('remove', 'before');
    for (const name of ['gone', 'kept']) await expect(remove(id, name)).rejects.toThrow('the endpoint is down');
    here.endpoint.fail('remove', undefined);
    here.endpoint.buckets.get('kept')?.objects.set('object', 1);
    await here.open().storageUpkeep.round();
    expect([rows(), remote(), here.work.all()]).toEqual([['kept'], ['kept'], []]);
  });

  it('that somebody else has removed at the endpoint removes its row', async () => {
    const id = await add('first');
    here.endpoint.buckets.delete('first');
    await remove(id, 'first');
    expect(rows()).toEqual([]);
  });
});

describe('removing a storage', () => {
  it('removes nothing while one bucket holds an object', async () => {
    const id = await add('a-empty');
    await create(id, 'b-full');
    here.endpoint.buckets.get('b-full')?.objects.set('object', 1);
    await expect(here.managedStorages.remove(here.admin, id, 'amove', signal())).rejects.toEqual(refused('DEFAULT'));
    expect([rows(), remote()]).toEqual([
      ['a-empty', 'b-full'],
      ['a-empty', 'b-full'],
    ]);
  });

  it('goes on where it was cut off', async () => {
    const id = await add('first');
    await here.storageKeys.create(here.admin, { name: 'key', allBuckets: true, cloudAccountId: id }, signal());
    here.endpoint.fail('removeKey', 'before');
    await expect(here.managedStorages.remove(here.admin, id, 'amove', signal())).rejects.toThrow('the endpoint is down');
    expect([rows(), accounts(), here.endpoint.keys.size]).toEqual([[], 1, 1]);
    here.endpoint.fail('removeKey', undefined);
    await here.managedStorages.remove(here.admin, id, 'amove', signal());
    expect([accounts(), here.endpoint.keys.size, here.work.all()]).toEqual([0, 0, []]);
  });
});

describe('making a key', () => {
  it.each(['before', 'after'] as const)('that fails %s it is made leaves neither key nor row', async (when) => {
    const cloudAccountId = await add();
    here.endpoint.fail('putKey', when);
    await expect(here.storageKeys.create(here.admin, { name: 'key', allBuckets: true, cloudAccountId }, signal())).rejects.toThrow(
      'the endpoint is down',
    );
    expect([here.endpoint.keys.size, here.work.all()]).toEqual([0, []]);
  });
});
