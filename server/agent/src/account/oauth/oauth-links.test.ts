import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { OAuthClient } from '../../providers/oauth-client.ts';
import { OAuthTokens } from '../../providers/oauth-tokens.ts';
import { box, dropbox, type OAuthApp, oauthVendors, type OAuthVendor } from '../../providers/oauth-vendors.ts';
import { type FakeVendor, fakeVendor, json, type VendorOptions } from '../../providers/testing/oauth-vendor.ts';
import { LinkedAccountStore } from '../../store/linked-account-store.ts';
import { OAuthFlowStore } from '../../store/oauth-flow-store.ts';
import type { Caller } from '../caller.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';
import { OAuthLinks, type OAuthLinkSettings, type Redirected } from './oauth-links.ts';
import { SealedTokens } from './sealed-tokens.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });

let here: Installation;
afterEach(() => here.close());

interface Bench {
  readonly server: FakeVendor;
  readonly links: OAuthLinks;
  readonly tokens: OAuthTokens;
  readonly jane: Caller;
  /** Begins, and comes back as the browser would. */
  readonly authorized: (caller?: Caller, cloudName?: string) => Promise<Redirected>;
  readonly complete: (redirected: Redirected, caller?: Caller) => ReturnType<OAuthLinks['complete']>;
}

interface BenchOptions extends VendorOptions {
  readonly app?: Partial<OAuthApp>;
  readonly settings?: Partial<OAuthLinkSettings>;
}

async function bench(vendor: OAuthVendor = dropbox, { app, settings, ...options }: BenchOptions = {}): Promise<Bench> {
  here = installation();
  const { database, secretBox, now, cloudAccountStore: store, cloudAccounts } = here;
  const server = await fakeVendor(vendor, options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const clients = new Map([[vendor.cloudType, new OAuthClient(vendor, { ...server.app, ...app }, { now })]]);
  const linked = new LinkedAccountStore(database);
  const limits = { redirectOrigins: [], lifetimeMs: 10 * minute, maxPerUser: 20, maxCloudAccounts: 10, ...settings };
  const links = new OAuthLinks({
    clients,
    flows: new OAuthFlowStore(database),
    store,
    linked,
    cloudAccounts,
    secretBox,
    now,
    settings: limits,
  });
  const jane = asCaller(await here.addUser({ username: 'jane@example.com', userType: 64 }));
  const redirectURL = `http://localhost:3000/oauth/${vendor.slug}`;
  return {
    server,
    links,
    tokens: new OAuthTokens(new SealedTokens(linked, secretBox), clients, now),
    jane,
    async authorized(caller = jane, cloudName = 'Mine') {
      const url = links.authorizationUrl(caller, vendor.cloudType, { redirectURL, cloudName, shared: false });
      const { state, code, error } = await server.visit(url);
      return { state, code, error, redirectURL };
    },
    complete: (redirected, caller = jane) => links.complete(caller, vendor.cloudType, redirected, signal),
  };
}

const flows = (): number => here.database.prepare<[], number>('SELECT count(*) FROM oauth_flows').pluck().get() ?? -1;
const names = (caller: Caller): string[] => here.cloudAccounts.list(caller).map(({ name }) => name);

describe.each(oauthVendors.map((vendor) => [vendor.name, vendor] as const))('a link with %s', (_name, vendor) => {
  it('becomes a cloud account of that type, with its tokens sealed in its row', async () => {
    const { authorized, complete, jane, tokens, server } = await bench(vendor);
    const account = await complete(await authorized());
    expect(account).toEqual({
      id: expect.any(String),
      name: 'Mine',
      cloudType: vendor.cloudType,
      shared: false,
      region: '',
      endpoint: '',
      accessKey: '',
      secretKey: '',
      serviceUrl: '',
    });
    expect(here.cloudAccounts.list(jane)).toEqual([account]);
    const accessToken = await tokens.of(account.id, vendor.cloudType)!.get(signal);
    const response = await fetch(server.app.apiUrl + vendor.identity.path, {
      method: vendor.identity.method,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(response.status).toBe(200);
    expect(here.cloudAccountStore.find(account.id, jane.accountId)?.keys).not.toContain(accessToken);
  });

  it('is refused with the words of the provider when the user refuses', async () => {
    const { authorized, complete, jane } = await bench(vendor, { denies: true });
    const redirected = await authorized();
    await expect(complete({ ...redirected, errorDescription: 'The user\r\ndenied it' })).rejects.toMatchObject({
      code: 'ACCESS',
      message: `${vendor.name} did not authorize the access (access_denied: The user denied it).`,
    });
    expect([names(jane), flows()]).toEqual([[], 0]);
  });
});

describe('a state', () => {
  it('is good once, and of two that come at once one gets through', async () => {
    const { authorized, complete, jane } = await bench();
    const redirected = await authorized();
    const outcomes = await Promise.allSettled([complete(redirected), complete(redirected)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(complete(redirected)).rejects.toEqual(refused('TOKEN'));
    expect(names(jane)).toEqual(['Mine']);
  });

  it('is good for ten minutes', async () => {
    const { authorized, complete } = await bench();
    const [early, late] = [await authorized(), await authorized(undefined, 'Other')];
    here.clock.time += 10 * minute - 1;
    await expect(complete(early)).resolves.toMatchObject({ name: 'Mine' });
    here.clock.time += 1;
    await expect(complete(late)).rejects.toEqual(refused('TOKEN'));
  });

  it('belongs to the session, and an attempt from another one takes nothing away', async () => {
    const { authorized, complete, jane } = await bench();
    const john = asCaller(await here.addUser({ username: 'john@example.com', accountId: jane.accountId }));
    const redirected = await authorized();
    for (const stranger of [{ ...jane, sessionId: 'another' }, john, { ...john, sessionId: jane.sessionId }])
      await expect(complete(redirected, stranger)).rejects.toEqual(refused('TOKEN'));
    await expect(complete(redirected)).resolves.toMatchObject({ name: 'Mine' });
  });

  it('belongs to its provider', async () => {
    const { authorized, links, jane, server } = await bench();
    const other = new OAuthClient(box, { ...server.app }, { now: here.now });
    const { database, secretBox, now, cloudAccountStore: store, cloudAccounts } = here;
    const settings = { redirectOrigins: [], lifetimeMs: minute, maxPerUser: 5, maxCloudAccounts: 5 };
    const boxes = new OAuthLinks({
      clients: new Map([[256, other]]),
      flows: new OAuthFlowStore(database),
      linked: new LinkedAccountStore(database),
      store,
      cloudAccounts,
      secretBox,
      now,
      settings,
    });
    const redirected = await authorized();
    await expect(boxes.complete(jane, 256, redirected, signal)).rejects.toEqual(refused('TOKEN'));
    await expect(links.complete(jane, 256, redirected, signal)).rejects.toEqual(refused('DEFAULT'));
    await expect(links.complete(jane, 128, redirected, signal)).resolves.toMatchObject({ cloudType: 128 });
  });

  it('that nobody gave out is refused', async () => {
    const { complete } = await bench();
    for (const state of ['', 'guess', 'x'.repeat(4096), '\u0000', 'ü'])
      await expect(complete({ state, code: 'code' })).rejects.toEqual(refused('TOKEN'));
  });

  it('makes way for newer ones of its user, when there are too many', async () => {
    const { authorized, complete, jane } = await bench(dropbox, { settings: { maxPerUser: 2 } });
    const john = asCaller(await here.addUser({ username: 'john@example.com', accountId: jane.accountId }));
    const [first, ofJohn, second] = [await authorized(), await authorized(john, 'His'), await authorized()];
    await authorized();
    expect(flows()).toBe(3);
    await expect(complete(first)).rejects.toEqual(refused('TOKEN'));
    await expect(complete(second)).resolves.toMatchObject({ name: 'Mine' });
    await expect(complete(ofJohn, john)).resolves.toMatchObject({ name: 'His' });
  });

  it('and its verifier stand in no row in the clear, and do not outlive their time', async () => {
    const { links, jane } = await bench();
    const begin = () =>
      links.authorizationUrl(jane, 128, { redirectURL: 'http://localhost:3000/oauth/dropbox', cloudName: 'M', shared: false });
    const state = new URL(begin()).searchParams.get('state') ?? '';
    expect(state).toHaveLength(43);
    expect(JSON.stringify(here.database.prepare('SELECT * FROM oauth_flows').all())).not.toContain(state);
    here.clock.time += 10 * minute;
    begin();
    expect(flows()).toBe(1);
  });
});

describe('a callback', () => {
  it('has to come with the redirect URL of its beginning, if with any', async () => {
    const { authorized, complete } = await bench();
    const redirected = await authorized();
    await expect(complete({ ...redirected, redirectURL: `${redirected.redirectURL}/` })).rejects.toEqual(refused('SECURITY'));
    const { state, code } = await authorized();
    await expect(complete({ state, code })).resolves.toMatchObject({ name: 'Mine' });
  });

  it('needs a code', async () => {
    const { authorized, complete } = await bench();
    for (const code of ['', undefined]) await expect(complete({ ...(await authorized()), code })).rejects.toEqual(refused('DEFAULT'));
  });

  it('stores nothing when the code is refused, or the tokens are good for nothing', async () => {
    const { authorized, complete, server, jane } = await bench();
    await expect(complete({ ...(await authorized()), code: 'another' })).rejects.toMatchObject({ kind: 'auth' });
    server.next('api', (_request, response) => json(response, 401, {}));
    await expect(complete(await authorized())).rejects.toMatchObject({
      kind: 'auth',
      message: 'Dropbox does not accept the token that it has just given.',
    });
    expect(names(jane)).toEqual([]);
  });

  it('does not spend its code on a name that was taken meanwhile', async () => {
    const { authorized, complete, server, jane } = await bench();
    const [one, two] = [await authorized(), await authorized()];
    await complete(one);
    server.asked.length = 0;
    await expect(complete(two)).rejects.toEqual(refused('DUPLICATE'));
    await expect(authorized()).rejects.toEqual(refused('DUPLICATE'));
    expect([server.asked.length, names(jane)]).toEqual([0, ['Mine']]);
  });

  it('stores one account of two that race for a name', async () => {
    const { authorized, complete, jane } = await bench();
    const outcomes = await Promise.allSettled([complete(await authorized()), complete(await authorized())]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refused('DUPLICATE') });
    expect(names(jane)).toEqual(['Mine']);
  });

  it('does not fill an account beyond its limit', async () => {
    const { authorized, complete } = await bench(dropbox, { settings: { maxCloudAccounts: 1 } });
    await complete(await authorized());
    await expect(complete(await authorized(undefined, 'Second'))).rejects.toEqual(refused('DB_INSERT'));
  });
});

describe('a provider that is not configured', () => {
  it.each([
    [dropbox, { clientId: '' }, 'OAuth.Dropbox.ClientId'],
    [box, { clientId: '' }, 'OAuth.Box.ClientId'],
    [box, { clientSecret: '' }, 'OAuth.Box.ClientSecret'],
  ] as const)('is told with the setting that is missing', async (vendor, app, setting) => {
    const { authorized, complete } = await bench(vendor, { app });
    await expect(authorized()).rejects.toMatchObject({ code: 'DEFAULT', message: expect.stringContaining(setting) });
    await expect(complete({ state: 's', code: 'c' })).rejects.toMatchObject({ message: expect.stringContaining(setting) });
  });

  it('does without a secret where PKCE is enough', async () => {
    const { authorized } = await bench(dropbox, { app: { clientSecret: '' } });
    await expect(authorized()).resolves.toMatchObject({ error: '' });
  });
});

describe('an account whose authorization was taken back', () => {
  async function lost(): Promise<Bench & { id: string }> {
    const started = await bench();
    const { id } = await started.complete(await started.authorized());
    started.server.revoke();
    here.clock.time += 60 * minute;
    await expect(started.tokens.of(id, 128)!.get(signal)).rejects.toMatchObject({ kind: 'auth' });
    return { ...started, id };
  }

  it('is linked again under its name, and stays the same account', async () => {
    const { authorized, complete, tokens, id } = await lost();
    await expect(tokens.of(id, 128)!.get(signal)).rejects.toThrow('generate_dropbox_authorization_url');
    expect((await complete(await authorized())).id).toBe(id);
    await expect(tokens.of(id, 128)!.get(signal)).resolves.toMatch(/\S/);
    await expect(authorized()).rejects.toEqual(refused('DUPLICATE'));
  });

  it('is not handed to somebody else, nor turned to another account of the provider', async () => {
    const { authorized, complete, jane, server, id } = await lost();
    const john = asCaller(await here.addUser({ username: 'john@example.com', accountId: jane.accountId, userType: 64 }));
    await expect(authorized(john)).rejects.toEqual(refused('DUPLICATE'));
    const redirected = await authorized();
    server.next('api', (_request, response) => json(response, 200, { account_id: 'dbid:another' }));
    await expect(complete(redirected)).rejects.toEqual(refused('DUPLICATE'));
    expect(here.database.prepare('SELECT needs_authorization FROM cloud_accounts WHERE id = ?').pluck().get(id)).toBe(1);
  });
});
