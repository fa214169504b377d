import { afterEach, describe, expect, it } from 'vitest';
import { ApiTokenStore } from '../../store/api-token-store.ts';
import type { Caller } from '../caller.ts';
import { asCaller, type Installation, installation } from '../testing/installation.ts';
import { ApiTokens, isApiToken } from './api-tokens.ts';

let here: Installation;
afterEach(() => here.close());

const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const unknown = expect.objectContaining({ name: 'Failure', code: 'TOKEN', unauthenticated: true });
const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

async function bench(maxPerUser = 3): Promise<{ apiTokens: ApiTokens; jane: Caller }> {
  here = installation();
  const { database, secretBox, now } = here;
  const apiTokens = new ApiTokens({ store: new ApiTokenStore(database), secretBox, now, settings: { maxPerUser } });
  return { apiTokens, jane: asCaller(await here.addUser({ username: 'jane@example.com' })) };
}
const at = (ms: number): string => new Date(here.clock.time + ms).toISOString();

describe('an API token', () => {
  it('is answered with its value, listed with it, and stands for its user', async () => {
    const { apiTokens, jane } = await bench();
    const created = apiTokens.insert(jane, { title: 'CI pipeline', expirationDate: at(1000) });
    expect(created).toEqual({
      id: expect.any(String),
      title: 'CI pipeline',
      token: expect.stringMatching(/^clk_[\w-]{43}$/),
      expirationDate: at(1000),
      createDate: at(0),
    });
    expect(apiTokens.list(jane)).toEqual([created]);
    expect(apiTokens.authenticate(created.token)).toEqual({ ...jane, sessionId: `api-token:${created.id}` });
  });

  it('is no token of a session, and the other way round', async () => {
    const { apiTokens, jane } = await bench();
    const { token } = apiTokens.insert(jane, { title: 'x' });
    const { jwtToken } = await here.sessions.login('jane@example.com', 'right');
    expect([isApiToken(token), isApiToken(jwtToken)]).toEqual([true, false]);
    await expect(here.sessions.authenticate(token)).rejects.toEqual(unknown);
    await expect(here.sessions.logout(token)).rejects.toEqual(unknown);
    expect(errorOf(() => apiTokens.authenticate(jwtToken))).toEqual(unknown);
    expect(apiTokens.authenticate(token)).toMatchObject({ userId: jane.userId });
  });

  it('stands in no row in the clear', async () => {
    const { apiTokens, jane } = await bench();
    const { token } = apiTokens.insert(jane, { title: 'x' });
    expect(JSON.stringify(here.database.prepare('SELECT * FROM api_tokens').all())).not.toContain(token.slice(4));
  });

  it('lives until it is deleted when it has no expiry', async () => {
    const { apiTokens, jane } = await bench();
    for (const expirationDate of [undefined, null]) {
      const {
        token,
        expirationDate: answered,
        id,
      } = apiTokens.insert(jane, { title: 'x', ...(expirationDate === null && { expirationDate }) });
      expect(answered).toBeNull();
      here.clock.time += 1e12;
      expect(apiTokens.authenticate(token)).toMatchObject({ userId: jane.userId });
      apiTokens.remove(jane, id.toUpperCase());
      expect(errorOf(() => apiTokens.authenticate(token))).toEqual(unknown);
    }
    expect(apiTokens.list(jane)).toEqual([]);
  });

  it('ends at its expiry, also when it was seen before, and is still listed', async () => {
    const { apiTokens, jane } = await bench();
    const { token } = apiTokens.insert(jane, { title: 'x', expirationDate: at(1000) });
    here.clock.time += 999;
    expect(apiTokens.authenticate(token)).toMatchObject({ userId: jane.userId });
    here.clock.time += 1;
    expect(errorOf(() => apiTokens.authenticate(token))).toEqual(unknown);
    expect(apiTokens.list(jane)).toHaveLength(1);
  });

  it('is dead as long as its user is not active, and follows what its user becomes', async () => {
    const { apiTokens, jane } = await bench();
    const { token } = apiTokens.insert(jane, { title: 'x' });
    const set = (column: string, value: number) =>
      here.database.prepare(`UPDATE users SET ${column} = ? WHERE id = ?`).run(value, jane.userId);
    apiTokens.authenticate(token);
    for (const status of [2, 4]) {
      set('status', status);
      expect(errorOf(() => apiTokens.authenticate(token))).toEqual(unknown);
    }
    set('status', 1);
    set('user_type', 64);
    expect(apiTokens.authenticate(token)).toMatchObject({ userType: 64, isAdmin: false });
    here.database.prepare('DELETE FROM users WHERE id = ?').run(jane.userId);
    expect(errorOf(() => apiTokens.authenticate(token))).toEqual(unknown);
    expect(here.database.prepare('SELECT count(*) FROM api_tokens').pluck().get()).toBe(0);
  });

  it('that is none is refused, whatever it looks like', async () => {
    const { apiTokens, jane } = await bench();
    const { token } = apiTokens.insert(jane, { title: 'x' });
    const altered = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    for (const text of [
      'clk_',
      token.slice(0, -1),
      `${token}A`,
      `${token}\n`,
      altered,
      token.toUpperCase(),
      `clk_${'ü'.repeat(43)}`,
      `clk_${'x'.repeat(1e5)}`,
    ])
      expect(errorOf(() => apiTokens.authenticate(text))).toEqual(unknown);
  });
});

describe('inserting an API token', () => {
  it.each([
    '2026-03-01T11:59:59Z',
    '2026-03-01T12:00:00Z',
    '0001-01-01T00:00:00Z',
    '2026-03-01T14:00:00+02:00',
    '2026-12-31T23:59:60Z',
    '2027-02-30T00:00:00Z',
  ])('with the expiry %s is refused', async (expirationDate) => {
    const { apiTokens, jane } = await bench();
    expect(errorOf(() => apiTokens.insert(jane, { title: 'x', expirationDate }))).toEqual(refused('DEFAULT'));
    expect(apiTokens.list(jane)).toEqual([]);
  });

  it('takes an expiry with an offset', async () => {
    const { apiTokens, jane } = await bench();
    expect(apiTokens.insert(jane, { title: 'x', expirationDate: '2026-03-01T14:00:01+02:00' })).toMatchObject({ expirationDate: at(1000) });
  });

  it('takes any title that is not blank, also one that is taken', async () => {
    const { apiTokens, jane } = await bench();
    for (const title of ['', '  ', '\n']) expect(errorOf(() => apiTokens.insert(jane, { title }))).toEqual(refused('DEFAULT'));
    for (const title of ['Ünïcödé 🎬', 'x\u0000y', 'x\u0000y']) expect(apiTokens.insert(jane, { title }).title).toBe(title);
  });

  it('is refused beyond the limit of the user, until one is deleted', async () => {
    const { apiTokens, jane } = await bench(2);
    const john = asCaller(await here.addUser({ username: 'john@example.com', accountId: jane.accountId }));
    const [first] = [apiTokens.insert(jane, { title: '1' }), apiTokens.insert(jane, { title: '2' })];
    expect(errorOf(() => apiTokens.insert(jane, { title: '3' }))).toEqual(refused('DB_INSERT'));
    apiTokens.insert(john, { title: 'his' });
    apiTokens.remove(jane, first.id);
    apiTokens.insert(jane, { title: '3' });
    expect(apiTokens.list(jane).map(({ title }) => title)).toEqual(['3', '2']);
  });
});

describe('deleting an API token', () => {
  it('of somebody else, even for an administrator, finds nothing', async () => {
    const { apiTokens, jane } = await bench();
    const john = asCaller(await here.addUser({ username: 'john@example.com', accountId: jane.accountId, userType: 64 }));
    const { id, token } = apiTokens.insert(john, { title: 'his' });
    expect(errorOf(() => apiTokens.remove(jane, id))).toEqual(refused('NOT_FOUND'));
    expect(apiTokens.list(jane)).toEqual([]);
    expect(apiTokens.authenticate(token)).toMatchObject({ userId: john.userId });
    apiTokens.remove(john, id);
    expect(errorOf(() => apiTokens.remove(john, id))).toEqual(refused('NOT_FOUND'));
  });
});
