// Owns the story of an API token: created with its value, listed, used, deleted, dead (apitoken.md).
import type { Api } from '../../src/kit/api.ts';
import type { Context } from '../../src/kit/check.ts';
import { codeOf } from '../../src/kit/error-model.ts';
import { idsOf } from '../../src/kit/requirement-ids.ts';
import { scenario } from '../../src/kit/scenario.ts';

type Token = Readonly<Record<string, unknown>>;

async function inserted(
  context: Context,
  api: Api,
  title: string,
  expirationDate?: string,
): Promise<Token & { id: string; token: string }> {
  const token = (await api.ok('insertApiToken', { body: { title, ...(expirationDate !== undefined && { expirationDate }) } })) as Token;
  const id = context.expect.present(typeof token.id === 'string' ? token.id : undefined, 'the new token has an id');
  context.cleanUp(`API token ${title}`, async () => {
    const after = api.forCleanUp();
    if ((await listed(after)).some((one) => one.id === id)) await after.call('deleteApiToken', { query: { id } });
  });
  const value = context.expect.present(
    typeof token.token === 'string' && token.token !== '' ? token.token : undefined,
    'the new token has a value',
  );
  return { ...token, id, token: value };
}

const listed = async (api: Api): Promise<readonly Token[]> => (await api.ok('getAllApiTokens')) as readonly Token[];

export const scenarios = [
  scenario(
    'api-token.life-cycle',
    {
      title: 'A token is created with its value, listed with it, deleted and gone',
      controller: 'ApiToken',
      operations: ['insertApiToken', 'getAllApiTokens', 'deleteApiToken'],
      proves: [
        'APITOKEN-LIST-002',
        'APITOKEN-LIST-004',
        'APITOKEN-INSERT-001',
        'APITOKEN-INSERT-002',
        'APITOKEN-INSERT-003',
        'APITOKEN-DELETE-001',
        'APITOKEN-DELETE-002',
        ...idsOf('APITOKEN-FIELD', 1, 5),
      ],
    },
    async (context) => {
      const { given, expect, info, name } = context;
      const api = await given.session();
      const created = await inserted(context, api, name('token'));
      expect.equal(created.title, name('token'), 'the new token has the title that was sent');
      const found = (await listed(api)).find(({ id }) => id === created.id);
      expect.equal(found?.token, created.token, 'Get All API Tokens lists the new token with its value');
      const { status, size } = await api.call('deleteApiToken', { query: { id: created.id } });
      expect.equal(status, 200, 'Delete API Token answers 200');
      info.equal(size, 0, 'Delete API Token answers no body');
      expect.that(!(await listed(api)).some(({ id }) => id === created.id), 'a deleted token is listed no more');
    },
  ),
  scenario(
    'api-token.expiry',
    {
      title: 'A token keeps the expiry that was sent, and has a value of its own',
      controller: 'ApiToken',
      operations: ['insertApiToken'],
      level: 'SHOULD',
      proves: ['APITOKEN-INSERT-004', 'APITOKEN-INSERT-005'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const expiry = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000).toISOString();
      const created = await inserted(context, api, name('expiring'), expiry);
      const answered = typeof created.expirationDate === 'string' ? Date.parse(created.expirationDate) : undefined;
      expect.equal(answered, Date.parse(expiry), 'the expiry is the moment that was sent');
      const other = await inserted(context, api, name('other'), expiry);
      expect.that(other.token !== created.token, 'two tokens have two values');
    },
  ),
  scenario(
    'api-token.of-one-user',
    {
      title: 'Tokens of one user are not listed to another',
      controller: 'ApiToken',
      operations: ['insertApiToken', 'getAllApiTokens'],
      proves: ['APITOKEN-LIST-003'],
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const { id, token } = await inserted(context, member, name('of-a-member'));
      const seen = JSON.stringify(await listed(api));
      expect.that(!seen.includes(id) && !seen.includes(token), 'an administrator is not shown the token of a member');
    },
  ),
  scenario(
    'api-token.not-deleted-by-others',
    {
      title: 'A token of one user does not exist for another',
      controller: 'ApiToken',
      operations: ['insertApiToken', 'deleteApiToken'],
      statuses: [499],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      const [api, member] = [await given.session(), await given.memberSession()];
      const { id } = await inserted(context, member, name('of-a-member'));
      const answer = await api.call('deleteApiToken', { query: { id } });
      expect.equal([answer.status, codeOf(answer.body, answer.headers)], [499, 'NOT_FOUND'], 'the deletion is answered 499 NOT_FOUND');
      expect.that(
        (await listed(member)).some((one) => one.id === id),
        'the token is still there',
      );
    },
  ),
  scenario(
    'api-token.used-as-token',
    {
      title: 'The value of a token works as `?token=` until the token is deleted',
      controller: 'ApiToken',
      operations: ['insertApiToken', 'getAllApiTokens', 'getCloudAccounts', 'deleteApiToken'],
      statuses: [200, 401],
      level: 'INFO',
    },
    async (context) => {
      const { given, expect, name } = context;
      const api = await given.session();
      const { id, token } = await inserted(context, api, name('robot'));
      const robot = api.withToken(token);
      expect.equal((await robot.call('getCloudAccounts')).status, 200, 'the value is taken as a token');
      expect.that(
        (await listed(robot)).some((one) => one.id === id),
        'it stands for the user who created it',
      );
      expect.equal((await robot.call('logout', { body: { jwtToken: token } })).status, 401, 'it is no session that could be ended');
      await api.ok('deleteApiToken', { query: { id } });
      expect.equal((await robot.call('getCloudAccounts')).status, 401, 'once it is deleted its value is answered 401');
    },
  ),
];
