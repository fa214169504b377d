// Whole-agent tests of API tokens: their life from the insertion to the 401, and that they are secrets.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClickClient } from '@click-kit/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { agent, type SignedIn, type TestAgent } from './agent.ts';
import { bodyOf, refusalOf } from './answers.ts';
import { forGroup } from './lifetime.ts';

const lifetime = forGroup();
let running: TestAgent;
let admin: SignedIn;
let user: SignedIn;

beforeAll(async () => {
  running = await agent({ seed: 'demo' }, lifetime);
  admin = await running.signIn();
  user = await running.signIn('user@example.com');
});

type Click = ReturnType<typeof createClickClient>;
const insert = (click: Click, body: { title: string; expirationDate?: string | null }) => click.POST('/apitoken/insert', { body });
const list = (click: Click) => bodyOf(click.GET('/apitoken/get_all'));
const remove = (click: Click, id: string) => click.DELETE('/apitoken/delete', { params: { query: { id } } });
const withToken = (token: string): Click => createClickClient({ baseUrl: running.url, token });

describe('an API token', () => {
  it('works wherever its user may call, and from its deletion on nowhere', async () => {
    const created = await bodyOf(insert(admin, { title: 'CI pipeline', expirationDate: '2999-01-01T00:00:00Z' }));
    const robot = withToken(created.token);
    expect(await list(robot)).toEqual([created]);
    expect((await bodyOf(robot.GET('/user/get_all_users'))).total).toBe((await bodyOf(admin.GET('/user/get_all_users'))).total);
    expect(await bodyOf(robot.GET('/cloud/accounts'))).toEqual(await bodyOf(admin.GET('/cloud/accounts')));
    const { response } = await remove(robot, created.id);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await refusalOf(robot.GET('/cloud/accounts'))).toMatchObject({ status: 401, code: 'TOKEN' });
    expect(await list(admin)).toEqual([]);
  });

  it('is not ended by a logout, and is nobody who has signed in', async () => {
    const { token, id } = await bodyOf(insert(user, { title: 'Robot' }));
    const robot = withToken(token);
    expect(await refusalOf(robot.POST('/authentication/logout', { body: { jwtToken: token } }))).toMatchObject({
      status: 401,
      code: 'TOKEN',
    });
    expect(await list(robot)).toHaveLength(1);
    const session = await running.signIn('user@example.com');
    await session.POST('/authentication/logout', { body: { jwtToken: session.token } });
    expect((await remove(robot, id)).response.status).toBe(200);
  });

  it('is seen and deleted by its user only', async () => {
    const { id } = await bodyOf(insert(user, { title: 'Mine' }));
    const stranger = await running.signIn('owner@example.org');
    for (const other of [admin, stranger]) {
      expect(await list(other)).toEqual([]);
      expect(await refusalOf(remove(other, id))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
    }
    expect((await remove(user, id)).response.status).toBe(200);
    expect(await refusalOf(remove(user, id))).toMatchObject({ status: 499, code: 'NOT_FOUND' });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty object', {}],
    ['an array', []],
    ['a number as title', { title: 7 }],
    ['no title', { title: null }],
    ['an empty title', { title: '' }],
    ['a blank title', { title: ' ' }],
    ['a title that is too long', { title: 'x'.repeat(101) }],
    ['an expiry that is no date', { title: 'x', expirationDate: 'tomorrow' }],
    ['an expiry without time', { title: 'x', expirationDate: '2027-01-01' }],
    ['a day that does not exist', { title: 'x', expirationDate: '2027-02-30T00:00:00Z' }],
    ['an empty expiry', { title: 'x', expirationDate: '' }],
    ['an expiry in the past', { title: 'x', expirationDate: '2020-01-01T00:00:00Z' }],
    ['a number as expiry', { title: 'x', expirationDate: 1_900_000_000 }],
  ])('is not created from %s', async (_what, body) => {
    expect(await refusalOf(admin.POST('/apitoken/insert', { body: body as never }))).toMatchObject({ status: 499, code: 'DEFAULT' });
    expect(await list(admin)).toEqual([]);
  });

  it.each(['', 'x', '00000000'])('is not deleted by the id %j', async (id) => {
    expect(await refusalOf(remove(admin, id))).toMatchObject({ status: 499, code: 'DEFAULT' });
  });

  it('stands in no file of the data directory and no log record', async () => {
    const { token, id } = await bodyOf(insert(admin, { title: 'Canary' }));
    await bodyOf(withToken(token).GET('/cloud/accounts'));
    await running.send(`/nowhere?token=${token}&note=${token}`);
    await running.send(`/cloud/account?id=x&token=${token}x`);
    const files = (await readdir(running.dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
    expect(contents.some((bytes) => bytes.includes(id))).toBe(true);
    for (const form of [token.slice(4), Buffer.from(token).toString('base64').slice(0, -2)]) {
      for (const [index, bytes] of contents.entries()) expect(bytes.includes(form), `${files[index]?.name}`).toBe(false);
      expect(running.logged()).not.toContain(form);
    }
    await remove(admin, id);
  });

  it('survives a restart of the agent', async () => {
    const first = await agent({ seed: 'demo' });
    const { token } = await bodyOf(insert(await first.signIn(), { title: 'x' }));
    await first.close();
    const second = await agent({ dataDir: first.dataDir });
    const again = createClickClient({ baseUrl: second.url, token });
    expect((await bodyOf(again.GET('/apitoken/get_all'))).map((one) => one.token)).toEqual([token]);
  });

  it('is one of at most as many as the setting says', async () => {
    const small = await agent({ seed: 'demo', maxApiTokens: 1 });
    const click = await small.signIn();
    await bodyOf(insert(click, { title: '1' }));
    expect(await refusalOf(insert(click, { title: '2' }))).toMatchObject({ status: 499, code: 'DB_INSERT' });
  });
});
