import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider.ts';
import type { UserRow } from '../store/user-store.ts';
import type { Caller } from './caller.ts';
import { asCaller, type Installation, installation, type InstallationOptions } from './testing/installation.ts';

let here: Installation;
let [owner, colleague, admin, stranger]: Caller[] = [];
const { signal } = new AbortController();
const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const wasabi = {
  name: 'My Wasabi',
  cloudType: 2 as const,
  region: 'us-east-1',
  endpoint: '',
  accessKey: 'ACCESS-KEY-0123456789',
  secretKey: 'canary-secret-9876',
  serviceUrl: '',
  shared: false,
};
const local = {
  name: 'Local',
  cloudType: 2048 as const,
  serviceUrl: 'http://localhost:29124',
  accessKey: 'demo',
  secretKey: 'demo-secret',
};

async function start(options?: InstallationOptions): Promise<void> {
  here = installation(options);
  const accountId = here.addAccount('Example Org');
  const user = (username: string, given: Partial<Pick<UserRow, 'accountId' | 'userType'>>) =>
    here.addUser({ username, ...given }).then(asCaller);
  owner = await user('owner@example.com', { accountId, userType: 64 });
  colleague = await user('colleague@example.com', { accountId, userType: 64 });
  admin = await user('admin@example.com', { accountId, userType: 16 });
  stranger = await user('stranger@example.org', { userType: 16 });
}
beforeEach(() => start());
afterEach(() => here.close());

describe('inserting a cloud account', () => {
  it('asks the provider first, then stores it trimmed and answers it with obfuscated keys', async () => {
    const stored = await here.cloudAccounts.insert(owner!, { ...wasabi, name: '  My Wasabi ', secretKey: ' canary-secret-9876\n' }, signal);
    expect(here.verified).toEqual([
      {
        cloudType: 2,
        region: 'us-east-1',
        endpoint: '',
        accessKey: 'ACCESS-KEY-0123456789',
        secretKey: 'canary-secret-9876',
        serviceUrl: '',
      },
    ]);
    expect(stored).toMatchObject({ ...wasabi, accessKey: '********6789', secretKey: '********9876' });
    expect(here.cloudAccounts.get(owner!, stored.id.toUpperCase())).toEqual(stored);
    expect(here.cloudAccounts.list(owner!)).toEqual([stored]);
  });

  it('leaves no key in the database in clear', async () => {
    await here.cloudAccounts.insert(owner!, wasabi, signal);
    here.database.pragma('wal_checkpoint(TRUNCATE)');
    const file = readFileSync(join(here.dataDir, 'agent.db'));
    expect(file.includes('My Wasabi')).toBe(true);
    for (const secret of ['canary-secret', 'ACCESS-KEY']) expect(file.includes(secret)).toBe(false);
  });

  it('stores nothing when the provider refuses, and passes its error on', async () => {
    here.close();
    const error = new ProviderError('auth', 'the keys are wrong');
    await start({ cloudAccounts: { verify: () => Promise.reject(error) } });
    await expect(here.cloudAccounts.insert(owner!, wasabi, signal)).rejects.toBe(error);
    expect(here.cloudAccounts.list(owner!)).toEqual([]);
  });

  it('gives up on a provider that does not answer', async () => {
    here.close();
    const never = (_account: unknown, aborted: AbortSignal) =>
      new Promise<void>((_resolve, reject) => aborted.addEventListener('abort', () => reject(aborted.reason as Error)));
    await start({ cloudAccounts: { verify: never, settings: { maxPerAccount: 10, verifyTimeoutMs: 20 } } });
    await expect(here.cloudAccounts.insert(owner!, wasabi, signal)).rejects.toEqual(refused('DEFAULT'));
    const gone = new AbortController();
    const insertion = here.cloudAccounts.insert(owner!, wasabi, gone.signal);
    gone.abort(new Error('the client went away'));
    await expect(insertion).rejects.toThrow('the client went away');
  });

  it('takes a name once per account, also when two arrive at once', async () => {
    const both = await Promise.allSettled([
      here.cloudAccounts.insert(owner!, wasabi, signal),
      here.cloudAccounts.insert(colleague!, wasabi, signal),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(here.cloudAccounts.insert(owner!, wasabi, signal)).rejects.toEqual(refused('DUPLICATE'));
    await expect(here.cloudAccounts.insert(stranger!, wasabi, signal)).resolves.toMatchObject({ name: 'My Wasabi' });
  });

  it('stops at the limit of the account', async () => {
    here.close();
    await start({ cloudAccounts: { settings: { maxPerAccount: 1, verifyTimeoutMs: 1000 } } });
    await here.cloudAccounts.insert(owner!, wasabi, signal);
    await expect(here.cloudAccounts.insert(owner!, local, signal)).rejects.toEqual(refused('DB_INSERT'));
  });

  it.each([
    ['no name', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(101) }],
    ['no cloudType', { cloudType: undefined }],
    ['an unknown cloudType', { cloudType: 3 }],
    ['a LocalHttp account without serviceUrl', { cloudType: 2048 }],
    ['an endpoint that is no URL', { endpoint: 'not a url' }],
    ['an endpoint with another scheme', { endpoint: 'file:///etc/passwd' }],
    ['an endpoint with credentials', { endpoint: 'https://a:b@example.com' }],
    ['a serviceUrl with a query', { serviceUrl: 'https://example.com/?x=1' }],
    ['obfuscated keys', { secretKey: '********9876' }],
  ])('refuses %s without asking the provider', async (_what, given) => {
    await expect(here.cloudAccounts.insert(owner!, { ...wasabi, ...given }, signal)).rejects.toEqual(refused('DEFAULT'));
    expect(here.verified).toEqual([]);
  });
});

describe('the rights on a cloud account', () => {
  it('are: the owner sees it, colleagues once it is shared, another account never', async () => {
    const { id } = await here.cloudAccounts.insert(owner!, wasabi, signal);
    for (const other of [colleague!, stranger!]) {
      expect(here.cloudAccounts.list(other)).toEqual([]);
      expect(() => here.cloudAccounts.get(other, id)).toThrow(refused('NOT_FOUND'));
    }
    here.cloudAccounts.manageShare(owner!, id, true);
    expect(here.cloudAccounts.list(colleague!)).toMatchObject([{ id, shared: true }]);
    expect(here.cloudAccounts.list(stranger!)).toEqual([]);
    expect(() => here.cloudAccounts.resolve(stranger!, { id })).toThrow(refused('NOT_FOUND'));
  });

  it('let only its owner and administrators share and remove it', async () => {
    const { id } = await here.cloudAccounts.insert(owner!, wasabi, signal);
    expect(() => here.cloudAccounts.remove(colleague!, id)).toThrow(refused('NOT_FOUND'));
    here.cloudAccounts.manageShare(admin!, id, true);
    expect(() => here.cloudAccounts.manageShare(colleague!, id, false)).toThrow(refused('ACCESS'));
    expect(() => here.cloudAccounts.remove(colleague!, id)).toThrow(refused('ACCESS'));
    expect(() => here.cloudAccounts.remove(stranger!, id)).toThrow(refused('NOT_FOUND'));
    here.cloudAccounts.remove(owner!, id);
    expect(() => here.cloudAccounts.remove(owner!, id)).toThrow(refused('NOT_FOUND'));
    expect(() => here.cloudAccounts.stored(owner!.accountId, id)).toThrow(refused('NOT_FOUND'));
  });
});

describe('the credentials of a reference', () => {
  const clear = { accessKey: 'ANOTHER-ACCESS-KEY', secretKey: 'another-secret-key' };

  it('are the stored ones for an id alone and for keys as they were answered', async () => {
    const stored = await here.cloudAccounts.insert(owner!, local, signal);
    const expected = {
      id: stored.id,
      account: {
        cloudType: 2048,
        region: '',
        endpoint: '',
        serviceUrl: 'http://localhost:29124',
        accessKey: 'demo',
        secretKey: 'demo-secret',
      },
    };
    for (const reference of [{ id: stored.id }, stored, { id: stored.id, accessKey: '', secretKey: '' }])
      expect(here.cloudAccounts.resolve(owner!, reference)).toEqual(expected);
    expect(here.cloudAccounts.stored(owner!.accountId, stored.id)).toEqual(expected.account);
  });

  it('never go to an address that the request names', async () => {
    const { id } = await here.cloudAccounts.insert(owner!, local, signal);
    for (const keys of [{}, { accessKey: 'X'.repeat(20) }, { secretKey: 'X'.repeat(20) }]) {
      const { account } = here.cloudAccounts.resolve(owner!, {
        id,
        serviceUrl: 'http://evil.example',
        endpoint: 'http://evil.example',
        ...keys,
      });
      expect(account).toMatchObject({ serviceUrl: 'http://localhost:29124', endpoint: '', accessKey: 'demo' });
    }
  });

  it('are those of the request when it brings both keys, with or without an id', async () => {
    const { id } = await here.cloudAccounts.insert(owner!, local, signal);
    expect(here.cloudAccounts.resolve(owner!, { id, ...clear }).account).toMatchObject({ ...clear, serviceUrl: 'http://localhost:29124' });
    const inline = { cloudType: 4096, serviceUrl: 'http://fastr.example', ...clear };
    expect(here.cloudAccounts.resolve(undefined, inline)).toMatchObject({ id: null, account: inline });
  });

  it('are refused for an incomplete reference, an unknown id, and an id without anybody signed in', async () => {
    const { id } = await here.cloudAccounts.insert(owner!, local, signal);
    expect(() => here.cloudAccounts.resolve(owner!, { cloudType: 2 })).toThrow(refused('DEFAULT'));
    expect(() => here.cloudAccounts.resolve(owner!, { cloudType: 2, accessKey: '********1234', secretKey: '********' })).toThrow(
      refused('DEFAULT'),
    );
    expect(() => here.cloudAccounts.resolve(owner!, { id: '00000000-0000-0000-0000-000000000000', ...clear })).toThrow(
      refused('NOT_FOUND'),
    );
    expect(() => here.cloudAccounts.resolve(undefined, { id })).toThrow(expect.objectContaining({ code: 'TOKEN', unauthenticated: true }));
  });
});
