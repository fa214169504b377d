// Whole-agent tests of the import of users: the directories of Okta and Entra ID, read page by page and within limits.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';
import { directory, graphServer, oktaApi, type TestGraph } from './sso/directories.ts';
import { oidcServer, type TestOidcServer } from './sso/oidc-server.ts';
import { callbackUrl, oidcBody, redirected } from './sso/sso-agent.ts';

const lifetime = forGroup();
let running: TestAgent;
let idp: TestOidcServer;
let graph: TestGraph;
let admin: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  idp = await oidcServer(lifetime);
  graph = await graphServer(idp, lifetime);
  running = await agent({ ssoGraphUrl: graph.url, ssoTimeoutMs: 1000 }, lifetime);
  admin = await running.signIn();
  stranger = await running.signIn('owner@example.org');
}, 60_000);

beforeEach(async () => {
  idp.lies = { answer: oktaApi(idp) };
  graph.nextLink = undefined;
  for (const click of [admin, stranger]) for (const kind of ['okta', 'entraId', 'saml'] as const) await click.DELETE(`/sso/delete_${kind}`);
});

const setup = (click: SignedIn, kind: 'okta' | 'entraId' = 'okta') => bodyOf(click.POST(`/sso/setup_${kind}`, { body: oidcBody(idp) }));
const begin = (click: SignedIn) =>
  click.POST('/sso/sso_url_import_user', { body: { CallbackUrl: callbackUrl, Username: 'user@example.com' } });
const users = (click: SignedIn, authorizationCode?: string, callback: string | undefined = callbackUrl) =>
  click.GET('/sso/get_user_usergroups', {
    params: { query: authorizationCode === undefined ? {} : { authorizationCode, callbackUrl: callback } },
  });
async function code(click: SignedIn): Promise<string> {
  return (await redirected((await bodyOf(begin(click))).Url)).searchParams.get('code') ?? '';
}

const groupsOf = (id: string) =>
  Object.entries(directory.groups)
    .filter(([, { members }]) => members.includes(id))
    .map(([groupId, { name }]) => ({ id: groupId, name }));
const everybody = (email: boolean) =>
  directory.people.map(({ id, login, firstName, lastName }) => ({
    user: { id, username: login, email: email ? login : '', firstname: firstName, lastname: lastName, firstName, lastName },
    userGroups: groupsOf(id),
  }));

describe('the users of Okta', () => {
  it('are listed with their groups once an administrator has agreed there', async () => {
    await setup(admin);
    const { Url } = await bodyOf(begin(admin));
    expect(new URL(Url).searchParams.get('scope')).toBe('openid profile email okta.users.read okta.groups.read');
    const { searchParams } = await redirected(Url);
    expect(await bodyOf(users(admin, searchParams.get('code') ?? ''))).toEqual(everybody(true));
  });

  it('need a code of the own import, its callback, and are read once for it', async () => {
    await setup(admin);
    expect(await refusalOf(users(admin))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await refusalOf(users(admin, 'code', ''))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await refusalOf(users(admin, 'code'))).toMatchObject({ status: 499, code: 'SESSION' });
    const good = await code(admin);
    expect(await refusalOf(users(admin, good, 'http://localhost:29123/other'))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await refusalOf(users(admin, good))).toMatchObject({ status: 499, code: 'SESSION' });
    await bodyOf(begin(admin));
    expect(await refusalOf(users(admin, good))).toMatchObject({ status: 401, code: 'AUTH' });
  });

  it('of one account are not read by another one', async () => {
    await setup(admin);
    const good = await code(admin);
    expect(await refusalOf(users(stranger, good))).toMatchObject({ status: 499, code: 'SESSION' });
    await setup(stranger);
    await bodyOf(begin(stranger));
    expect(await refusalOf(users(stranger, good))).toMatchObject({ status: 401, code: 'AUTH' });
    expect(await bodyOf(users(admin, await code(admin)))).toHaveLength(directory.people.length);
  });

  it.each<[string, NonNullable<TestOidcServer['lies']['answer']>, string]>([
    ['refused', (_request, response) => Boolean(response.writeHead(403).end('{}')), 'COGNITO'],
    ['no list', (_request, response) => Boolean(response.writeHead(200).end('{}')), 'COGNITO'],
    ['no JSON', (_request, response) => Boolean(response.writeHead(200).end('<html>')), 'COGNITO'],
    ['cut off', (request) => Boolean(request.socket.destroy()), 'COGNITO'],
    ['never answered', () => true, 'COGNITO'],
    [
      'continued elsewhere',
      (_request, response) => Boolean(response.writeHead(200, { link: '<https://evil.example.com/?after=1>; rel="next"' }).end('[]')),
      'COGNITO',
    ],
    [
      'too many',
      (_request, response) =>
        Boolean(
          response
            .writeHead(200)
            .end(JSON.stringify(Array.from({ length: 10_001 }, (_, id) => ({ id: `u${id}`, profile: { login: `u${id}` } })))),
        ),
      'DEFAULT',
    ],
  ])('that are %s are refused', async (_what, answer, expected) => {
    await setup(admin);
    const good = await code(admin);
    idp.lies.answer = (request, response) => request.url?.startsWith('/api/v1/') === true && answer(request, response);
    expect(await refusalOf(users(admin, good))).toMatchObject({ status: 499, code: expected });
  });

  it('that make no sense are left out, and nothing breaks', async () => {
    await setup(admin);
    const good = await code(admin);
    const odd = [
      null,
      7,
      'x',
      [],
      {},
      { id: 7 },
      { id: 'a' },
      { id: 'b', profile: null },
      { id: 'c', profile: { login: 'c@example.com', firstName: 7 } },
    ];
    idp.lies.answer = (request, response) =>
      request.url?.startsWith('/api/v1/') === true &&
      Boolean(response.writeHead(200).end(JSON.stringify(request.url.includes('groups') ? [] : odd)));
    expect((await bodyOf(users(admin, good))).map(({ user }) => user.username)).toEqual(['c@example.com']);
  });
});

describe('the users of Entra ID', () => {
  it('are listed with the credentials of the application', async () => {
    await setup(admin, 'entraId');
    expect(await bodyOf(users(admin))).toEqual(everybody(false));
    expect(graph.requests).toContain('/v1.0/groups/00g-design/members/microsoft.graph.user');
  });

  it('are listed with the code of an administrator as well', async () => {
    await setup(admin, 'entraId');
    const { Url } = await bodyOf(begin(admin));
    expect(new URL(Url).searchParams.get('scope')).toContain(`${graph.url}/User.Read.All`);
    const { searchParams } = await redirected(Url);
    expect(await bodyOf(users(admin, searchParams.get('code') ?? ''))).toHaveLength(directory.people.length);
  });

  it('are not looked for where a next page points to another server', async () => {
    await setup(admin, 'entraId');
    graph.nextLink = 'http://localhost:1/v1.0/users?$skiptoken=2';
    expect(await refusalOf(users(admin))).toMatchObject({ status: 499, code: 'COGNITO' });
  });
});

describe('an account without a directory', () => {
  it('is told so, whether it has nothing, an inactive one, or one of another account', async () => {
    await setup(stranger);
    for (const call of [begin(admin), users(admin)]) expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    const { Id } = await setup(admin);
    await bodyOf(admin.PUT('/sso/update_okta', { body: { Id, Active: false } }));
    for (const call of [begin(admin), users(admin)]) expect(await refusalOf(call)).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });
});

describe('the callback of an import', () => {
  it.each(['https://evil.example.com/', 'http://localhost.evil.example.com/', '', 'x'])('at %j is refused', async (CallbackUrl) => {
    await setup(admin);
    expect(await refusalOf(admin.POST('/sso/sso_url_import_user', { body: { CallbackUrl } }))).toMatchObject({
      status: 499,
      code: 'DEFAULT',
    });
    const good = await code(admin);
    expect(await refusalOf(users(admin, good, CallbackUrl))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });
});

describe('authorization codes', () => {
  it('stand in no log record', async () => {
    await setup(admin);
    await refusalOf(users(admin, 'a-code-that-is-a-canary-2718'));
    expect(running.logged()).not.toContain('2718');
  });
});
