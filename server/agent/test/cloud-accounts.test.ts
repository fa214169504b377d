// Whole-agent tests of cloud accounts: who may have one, who sees it, and that its keys stay secret.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudType, type Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { keys, objectServer, type TestObjectServer } from './object-server.ts';

type Insert = Schema<'InsertCloudAccountRequest'>;

const lifetime = forGroup();
let running: TestAgent;
let server: TestObjectServer;
let admin: SignedIn;
let user: SignedIn;

beforeAll(async () => {
  running = await agent({ seed: 'demo' }, lifetime);
  server = await objectServer(['bucket-a'], lifetime);
  admin = await running.signIn();
  user = await running.signIn('user@example.com');
});

const fields = (name: string, more: Insert = {}): Insert => ({ name, cloudType: 2048, serviceUrl: server.url, ...keys, ...more });
const insert = (click: SignedIn, body: Insert) => click.POST('/cloud/insert_account', { body });
const one = (click: SignedIn, id: string) => click.GET('/cloud/account', { params: { query: { id } } });
const remove = (click: SignedIn, id: string) => click.DELETE('/cloud/delete', { params: { query: { id } } });
const share = (click: SignedIn, id: string, shared: boolean) => click.PUT('/cloud/manage_share', { body: { id, shared } });
const names = async (click: SignedIn) => (await bodyOf(click.GET('/cloud/accounts'))).map(({ name }) => name);

async function expectNotStored(body: Insert): Promise<{ code: string; message: string }> {
  const before = await names(admin);
  const { status, code, message } = await refusalOf(insert(admin, body));
  expect(status).toBe(499);
  expect(await names(admin)).toEqual(before);
  return { code, message };
}

describe('inserting a cloud account', () => {
  it('answers the account with its id and obfuscated keys, and so do the list and the single answer', async () => {
    const inserted = await bodyOf(insert(admin, fields('Inserted', { shared: true })));
    expect(inserted).toEqual({
      ...fields('Inserted'),
      id: expect.any(String),
      region: '',
      endpoint: '',
      shared: true,
      accessKey: '********-key',
      secretKey: '********3141',
    });
    expect(await bodyOf(one(admin, inserted.id))).toEqual(inserted);
    expect((await bodyOf(admin.GET('/cloud/accounts'))).find(({ id }) => id === inserted.id)).toEqual(inserted);
  });

  it('is refused with ACCESS when the server does not accept the credentials', async () => {
    for (const wrong of [{ secretKey: 'not-the-secret' }, { accessKey: 'not-the-key' }, { accessKey: '', secretKey: '' }])
      expect(await expectNotStored(fields('Refused', wrong))).toMatchObject({ code: 'ACCESS' });
  });

  it('is refused with the address in the message when the server is down', async () => {
    const down = await objectServer([]);
    await down.close();
    const { code, message } = await expectNotStored(fields('Down', { serviceUrl: down.url }));
    expect(code).toBe('DEFAULT');
    expect(message).toContain(new URL(down.url).host);
    expect(message).toContain('ECONNREFUSED');
  });

  it.each([
    '',
    'not a url',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'http://user:pass@127.0.0.1/',
    'http://127.0.0.1/?a=b',
    'http://127.0.0.1/#a',
  ])('is refused with the field in the message when serviceUrl is %j', async (serviceUrl) => {
    const { code, message } = await expectNotStored(fields('Bad address', { serviceUrl }));
    expect([code, message]).toEqual(['DEFAULT', expect.stringContaining('serviceUrl')]);
  });

  it('is refused when the name is missing, blank or too long', async () => {
    for (const name of ['', '   ', 'n'.repeat(101)]) expect(await expectNotStored(fields(name))).toMatchObject({ code: 'DEFAULT' });
    const { name: _name, ...nameless } = fields('x');
    expect(await expectNotStored(nameless)).toMatchObject({ code: 'DEFAULT' });
  });

  it('is refused when the cloudType is missing, unknown, a combination or not a number', async () => {
    const { cloudType: _cloudType, ...typeless } = fields('Typeless');
    expect(await expectNotStored(typeless)).toMatchObject({ code: 'DEFAULT' });
    for (const cloudType of [0, 3, 16_384, -1, 1.5, '2048', null])
      expect(await expectNotStored({ ...fields('Odd type'), cloudType } as Insert)).toMatchObject({ code: 'DEFAULT' });
  });

  it.each(['Dropbox', 'Box', 'OneDrive', 'GoogleDrive'] as const)(
    'with keys is refused for %s, whose accounts are linked',
    async (type) => {
      const { code, message } = await expectNotStored(fields('Elsewhere', { cloudType: CloudType[type] }));
      expect([code, message]).toEqual(['DEFAULT', expect.stringContaining('link them by generate_')]);
    },
  );

  it('is refused with DUPLICATE for a name that is taken, whoever asks', async () => {
    await bodyOf(insert(admin, fields('Taken')));
    expect(await expectNotStored(fields('Taken'))).toMatchObject({ code: 'DUPLICATE' });
    expect(await refusalOf(insert(user, fields(' Taken ')))).toMatchObject({ status: 499, code: 'DUPLICATE' });
  });
});

describe('a cloud account of somebody else', () => {
  it('is seen by others of the account only while it is shared', async () => {
    const { id } = await bodyOf(insert(admin, fields('Mine')));
    expect(await names(user)).not.toContain('Mine');
    expect(await refusalOf(one(user, id))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(user.POST('/cloud/list_buckets', { body: { id } }))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect((await share(admin, id, true)).response.status).toBe(200);
    expect(await names(user)).toContain('Mine');
    expect(await bodyOf(one(user, id))).toMatchObject({ id, shared: true, secretKey: '********3141' });
    expect((await bodyOf(user.POST('/cloud/list_buckets', { body: { id } }))).data.map(({ name }) => name)).toEqual(['bucket-a']);
    expect((await share(admin, id, false)).response.status).toBe(200);
    expect(await refusalOf(one(user, id))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is neither changed nor deleted by others, unless they administrate the account', async () => {
    const { id } = await bodyOf(insert(admin, fields('Shared by admin', { shared: true })));
    expect(await refusalOf(share(user, id, false))).toMatchObject({ status: 499, code: 'ACCESS' });
    expect(await refusalOf(remove(user, id))).toMatchObject({ status: 499, code: 'ACCESS' });
    const own = await bodyOf(insert(user, fields('Of the user')));
    expect(await bodyOf(remove(admin, own.id))).toBe(true);
    expect(await refusalOf(one(user, own.id))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('deleting a cloud account', () => {
  it('answers true once and NOT_FOUND from then on', async () => {
    const { id } = await bodyOf(insert(admin, fields('Short-lived')));
    expect(await bodyOf(remove(admin, id))).toBe(true);
    expect(await refusalOf(remove(admin, id))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(one(admin, id))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await refusalOf(share(admin, id, true))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    expect(await names(admin)).not.toContain('Short-lived');
  });

  it('frees its name', async () => {
    const { id } = await bodyOf(insert(admin, fields('Again')));
    await bodyOf(remove(admin, id));
    expect((await bodyOf(insert(admin, fields('Again')))).id).not.toBe(id);
  });
});

describe('manage_share', () => {
  it('needs both the id and the new state', async () => {
    for (const body of [{}, { shared: true }, { id: '00000000-0000-4000-8000-000000000000' }, { id: 'not-a-uuid', shared: true }])
      expect(await refusalOf(admin.PUT('/cloud/manage_share', { body }))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });
});

describe('the keys of a cloud account', () => {
  it('stand in no file of the data directory, no log record and no answer', async () => {
    const canary = await bodyOf(insert(admin, fields('Canary')));
    await bodyOf(admin.POST('/cloud/list_buckets', { body: { id: canary.id } }));
    await refusalOf(insert(admin, fields('Canary refused', { secretKey: `${keys.secretKey}-wrong` })));
    await bodyOf(remove(admin, canary.id));
    const files = (await readdir(running.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['agent.db', 'agent.db-wal', 'master.key']));
    const answers = JSON.stringify(await bodyOf(admin.GET('/cloud/accounts')));
    const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
    // What is not secret is in clear in the same bytes, so a search that finds nothing means something.
    expect(contents.some((bytes) => bytes.includes(canary.id))).toBe(true);
    for (const secret of Object.values(keys)) {
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -2), Buffer.from(secret).toString('hex')]) {
        for (const [index, bytes] of contents.entries()) expect(bytes.includes(form), `${files[index]?.name} holds ${form}`).toBe(false);
        expect(running.logged()).not.toContain(form);
        expect(answers).not.toContain(form);
      }
    }
  });
});
