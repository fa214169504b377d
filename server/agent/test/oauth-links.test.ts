// Whole-agent tests of linking cloud accounts by OAuth: from the URL over the provider and back to an account that is listed.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClickClient, type Schema } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { box, dropbox, oauthVendors, type OAuthVendor } from '../src/providers/oauth-vendors.ts';
import { type FakeVendor, fakeVendor, json } from '../src/providers/testing/oauth-vendor.ts';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';

const lifetime = forGroup();
const vendors = new Map<OAuthVendor, FakeVendor>();
let running: TestAgent;
let admin: SignedIn;
let user: SignedIn;

const settingsOf = ({ slug }: OAuthVendor, { app: { clientId, clientSecret, authorizeUrl, tokenUrl, apiUrl } }: FakeVendor) => ({
  [`${slug}ClientId`]: clientId,
  [`${slug}ClientSecret`]: clientSecret,
  [`${slug}AuthorizeUrl`]: authorizeUrl,
  [`${slug}TokenUrl`]: tokenUrl,
  [`${slug}ApiUrl`]: apiUrl,
});

beforeAll(async () => {
  for (const vendor of oauthVendors) {
    const server = await fakeVendor(vendor);
    lifetime(async () => server[Symbol.asyncDispose]());
    vendors.set(vendor, server);
  }
  const settings = Object.assign({}, ...[...vendors].map(([vendor, server]) => settingsOf(vendor, server))) as object;
  running = await agent({ seed: 'demo', verifyTimeoutMs: 2000, ...settings }, lifetime);
  admin = await running.signIn();
  user = await running.signIn('user@example.com');
});

type Generate = Schema<'GenerateAuthorizationUrlRequest'>;
type Callback = Schema<'AuthorizationCallbackRequest'>;
const operations = {
  dropbox: { url: '/cloud/generate_dropbox_authorization_url', callback: '/cloud/dropbox_authorization_callback' },
  box: { url: '/cloud/generate_box_authorization_url', callback: '/cloud/box_authorization_callback' },
  onedrive: { url: '/cloud/generate_onedrive_authorization_url', callback: '/cloud/onedrive_authorization_callback' },
  googledrive: { url: '/cloud/generate_googledrive_authorization_url', callback: '/cloud/googledrive_authorization_callback' },
} as const;

const redirectOf = ({ slug }: OAuthVendor): string => `http://localhost:3000/oauth/${slug}`;
const generate = (vendor: OAuthVendor, click: SignedIn, body: Partial<Generate>) =>
  click.POST(operations[vendor.slug].url, { body: { redirectURL: redirectOf(vendor), ...body } as Generate });
const callback = (vendor: OAuthVendor, click: SignedIn, body: Partial<Callback> & { error?: string; errorDescription?: string }) =>
  click.POST(operations[vendor.slug].callback, { body: body as Callback });

async function redirected(vendor: OAuthVendor, click: SignedIn, body: Partial<Generate>): Promise<Callback> {
  const { state, code } = await vendors.get(vendor)!.visit(await bodyOf(generate(vendor, click, body)));
  return { state, code, redirectURL: redirectOf(vendor) };
}

/** The bucket that an account of a vendor has, where it is always the same one. */
const bucketOf: Partial<Record<OAuthVendor['slug'], string>> = { dropbox: 'Dropbox', onedrive: 'OneDrive' };

describe.each(oauthVendors.map((vendor) => [vendor.name, vendor] as const))('%s', (name, vendor) => {
  it('is linked, listed, shared or not as was asked, and deleted', async () => {
    const account = await bodyOf(callback(vendor, user, await redirected(vendor, user, { cloudName: `My ${name}`, shared: true })));
    expect(account).toMatchObject({ name: `My ${name}`, cloudType: vendor.cloudType, shared: true, accessKey: '', secretKey: '' });
    expect(await bodyOf(admin.GET('/cloud/accounts'))).toContainEqual(account);
    const { id } = account;
    expect(await bodyOf(user.DELETE('/cloud/delete', { params: { query: { id } } }))).toBe(true);
  });

  it.runIf(bucketOf[vendor.slug] !== undefined)('has its one bucket', async () => {
    const { id } = await bodyOf(callback(vendor, user, await redirected(vendor, user, { cloudName: `Linked ${name}` })));
    const { data } = await bodyOf(user.POST('/cloud/list_buckets', { body: { id } }));
    expect(data).toEqual([expect.objectContaining({ name: bucketOf[vendor.slug] })]);
    await bodyOf(user.DELETE('/cloud/delete', { params: { query: { id } } }));
  });

  it('says no to a callback that comes again, from elsewhere, with an error, or with a wrong code', async () => {
    const other = await running.signIn('user@example.com');
    const first = await redirected(vendor, user, { cloudName: `Refused ${name}` });
    expect(await refusalOf(callback(vendor, admin, first))).toMatchObject({ status: 499, code: 'TOKEN' });
    expect(await refusalOf(callback(vendor, other, first))).toMatchObject({ status: 499, code: 'TOKEN' });
    expect(await refusalOf(callback(vendor, user, { ...first, code: 'wrong-code-0123456789' }))).toMatchObject({
      status: 499,
      code: 'ACCESS',
    });
    expect(await refusalOf(callback(vendor, user, first))).toMatchObject({ status: 499, code: 'TOKEN' });
    const { state } = await redirected(vendor, user, { cloudName: `Refused ${name}` });
    expect(await refusalOf(callback(vendor, user, { state, code: '', error: 'access_denied', errorDescription: 'no' }))).toEqual({
      status: 499,
      code: vendor.slug === 'dropbox' || vendor.slug === 'box' ? expect.any(String) : 'ACCESS',
      message: expect.any(String),
    });
  });
});

describe('an authorization', () => {
  it('is for an API token what it is for a session', async () => {
    const { token, id } = await bodyOf(user.POST('/apitoken/insert', { body: { title: 'Linker' } }));
    const robot = { ...createClickClient({ baseUrl: running.url, token }), token };
    const back = await redirected(dropbox, robot, { cloudName: 'By a robot' });
    expect(await refusalOf(callback(dropbox, user, back))).toMatchObject({ status: 499, code: 'TOKEN' });
    const account = await bodyOf(callback(dropbox, robot, back));
    expect(await bodyOf(user.DELETE('/cloud/delete', { params: { query: { id: account.id } } }))).toBe(true);
    await user.DELETE('/apitoken/delete', { params: { query: { id } } });
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['no state', { code: 'c' }],
    ['an empty state', { code: 'c', state: '' }],
    ['a number for a state', { code: 'c', state: 7 }],
    ['half a character for a state', { code: '\ud800', state: '\ud800\u0000' }],
    ['a state that is too long', { code: 'c', state: 'x'.repeat(5000) }],
    ['an array', []],
  ])('is not completed by %s', async (_what, body) => {
    expect(await refusalOf(callback(dropbox, user, body))).toMatchObject({ status: 499, code: expect.stringMatching(/^(DEFAULT|TOKEN)$/) });
  });

  it('is not completed by half a character for a code', async () => {
    const { state } = await redirected(dropbox, user, { cloudName: 'Never' });
    expect(await refusalOf(callback(dropbox, user, { state, code: '\ud800' }))).toMatchObject({ status: 499, code: 'ACCESS' });
  });
});

describe('an authorization URL', () => {
  it.each<[string, Partial<Generate>, string]>([
    ['without a redirect', { redirectURL: undefined as never, cloudName: 'x' }, 'DEFAULT'],
    ['without a name', {}, 'DEFAULT'],
    ['with a blank name', { cloudName: ' ' }, 'DEFAULT'],
    ['with a name that is too long', { cloudName: 'x'.repeat(101) }, 'DEFAULT'],
    ['with a redirect that is too long', { redirectURL: `http://localhost/${'x'.repeat(2000)}`, cloudName: 'x' }, 'DEFAULT'],
    ['with a script for a redirect', { redirectURL: 'javascript:alert(1)', cloudName: 'x' }, 'DEFAULT'],
    ['with a redirect to a stranger', { redirectURL: 'https://evil.example.com/oauth', cloudName: 'x' }, 'SECURITY'],
  ])('%s is refused', async (_what, body, code) => {
    expect(await refusalOf(generate(dropbox, user, body))).toMatchObject({ status: 499, code });
  });

  it('is refused for a name that is taken', async () => {
    const { id } = await bodyOf(callback(dropbox, user, await redirected(dropbox, user, { cloudName: 'Taken' })));
    expect(await refusalOf(generate(dropbox, admin, { cloudName: 'Taken' }))).toMatchObject({ status: 499, code: 'DUPLICATE' });
    await bodyOf(user.DELETE('/cloud/delete', { params: { query: { id } } }));
  });

  it('is for configured providers, and redirects for configured origins', async () => {
    const other = await agent({ seed: 'demo', dropboxClientId: 'public', oauthRedirectOrigins: ['https://app.example.com'] });
    const click = await other.signIn();
    const expected = { status: 499, code: 'DEFAULT', message: expect.stringContaining('OAuth.Box.ClientId') };
    expect(await refusalOf(generate(box, click, { cloudName: 'x' }))).toEqual(expected);
    expect(await refusalOf(callback(box, click, { code: 'c', state: 's' }))).toEqual(expected);
    const url = await bodyOf(generate(dropbox, click, { redirectURL: 'https://app.example.com/back', cloudName: 'x' }));
    expect(url).toMatch(/^https:\/\/www\.dropbox\.com\/oauth2\/authorize\?response_type=code&client_id=public&/);
  });
});

describe('a provider that misbehaves', () => {
  it.each<[string, 'token' | 'api', Parameters<FakeVendor['next']>[1], string]>([
    ['hangs at the exchange', 'token', () => undefined, 'did not answer within 2000 ms'],
    ['hangs at the API', 'api', () => undefined, 'did not answer within 2000 ms'],
    ['drowns the agent', 'api', (_request, response) => json(response, 200, { account_id: 'x'.repeat(1e6) }), 'exceeds'],
    ['hangs up', 'token', (request) => void request.socket.destroy(), 'failed'],
  ])('and %s leads to a 499, and to no account', async (_what, endpoint, script, message) => {
    const back = await redirected(dropbox, user, { cloudName: 'Never' });
    vendors.get(dropbox)!.next(endpoint, script);
    expect(await refusalOf(callback(dropbox, user, back))).toEqual({
      status: 499,
      code: 'DEFAULT',
      message: expect.stringContaining(message),
    });
    expect((await bodyOf(user.GET('/cloud/accounts'))).map(({ name }) => name)).not.toContain('Never');
  });
});

describe('the tokens of a link', () => {
  it('stand in no file, no log record and no answer, nor do code, state and verifier', async () => {
    const server = vendors.get(dropbox)!;
    server.asked.length = 0;
    const given: string[] = [];
    server.next('token', (_request, response) => {
      given.push('canary-access-0123456789', 'canary-refresh-0123456789');
      json(response, 200, { access_token: given[0], refresh_token: given[1], token_type: 'bearer', expires_in: 3600 });
    });
    server.next('api', (_request, response) => json(response, 200, { account_id: 'dbid:1' }));
    const back = await redirected(dropbox, user, { cloudName: 'Canary' });
    const account = await bodyOf(callback(dropbox, user, back));
    await running.send(`/nowhere?code=${back.code}&state=${back.state}`);
    await refusalOf(user.POST('/cloud/list_buckets', { body: { id: account.id } }));
    const files = (await readdir(running.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
    const secrets = [...given, back.code, back.state, server.asked[0]?.get('code_verifier') ?? '', server.app.clientSecret];
    expect(contents.some((bytes) => bytes.includes(account.id))).toBe(true);
    for (const secret of secrets) {
      expect(secret).not.toBe('');
      for (const [index, bytes] of contents.entries()) expect(bytes.includes(secret), `${files[index]?.name} holds ${secret}`).toBe(false);
      expect(running.logged()).not.toContain(secret);
      expect(JSON.stringify([account, await bodyOf(user.GET('/cloud/accounts'))])).not.toContain(secret);
    }
    await bodyOf(user.DELETE('/cloud/delete', { params: { query: { id: account.id } } }));
  });
});
