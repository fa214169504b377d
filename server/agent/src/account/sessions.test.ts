import { generateSync, createGuardrails } from 'otplib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Installation, installation, type InstallationOptions } from './testing/installation.ts';

let here: Installation;
const start = (options?: InstallationOptions): Installation => (here = installation(options));
afterEach(() => here.close());

const mfaSecret = 'JBSWY3DPEHPK3PXP';
const codeAt = (time: number): string =>
  generateSync({ secret: mfaSecret, epoch: Math.floor(time / 1000), guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }) });
const wrongAt = (time: number): string => {
  const near = new Set([-30_000, 0, 30_000].map((offset) => codeAt(time + offset)));
  return ['000000', '111111', '222222', '333333'].find((code) => !near.has(code))!;
};
const refused = (code: string, unauthenticated: boolean) => expect.objectContaining({ name: 'Failure', code, unauthenticated });

describe('a login', () => {
  it('with the right password and type yields a token that stands for the user', async () => {
    const { sessions } = start();
    const user = await here.addUser({ username: 'Jane@example.com', userType: 64 });
    const answer = await sessions.login('jane@EXAMPLE.com', 'right', 64);
    expect(answer).toMatchObject({ challenge: 0, session: '' });
    expect(await sessions.authenticate(answer.jwtToken)).toMatchObject({
      userId: user.id,
      accountId: user.accountId,
      userType: 64,
      isAdmin: false,
    });
  });

  it('without a type signs in as what the user is', async () => {
    const { sessions } = start();
    await here.addUser({ username: 'a@example.com', userType: 16 });
    const { jwtToken } = await sessions.login('a@example.com', 'right');
    expect(await sessions.authenticate(jwtToken)).toMatchObject({ userType: 16, isAdmin: true });
  });

  it('with a wrong password, a wrong type or an unknown name gets one and the same 401', async () => {
    const { sessions } = start();
    await here.addUser({ username: 'a@example.com', userType: 16 });
    const errors = await Promise.all(
      [
        sessions.login('a@example.com', 'wrong', 16),
        sessions.login('a@example.com', 'right', 64),
        sessions.login('nobody@example.com', 'right', 16),
      ].map((login) =>
        login.then(
          () => 'signed in',
          (error: unknown) => error,
        ),
      ),
    );
    for (const error of errors) expect(error).toEqual(refused('AUTH', true));
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
  });

  it('of a user who is not active is refused, but only to who knows the password', async () => {
    const { sessions } = start();
    await here.addUser({ username: 'a@example.com', status: 4 });
    await expect(sessions.login('a@example.com', 'right', 16)).rejects.toEqual(refused('INACTIVE_USER', false));
    await expect(sessions.login('a@example.com', 'wrong', 16)).rejects.toEqual(refused('AUTH', true));
  });

  it('fails after too many wrong passwords even with the right one, until the window is over', async () => {
    const { sessions } = start({ loginSettings: { maxFailures: 3, windowMs: 60_000 } });
    await here.addUser({ username: 'a@example.com' });
    await here.addUser({ username: 'b@example.com' });
    for (let guess = 0; guess < 3; guess += 1)
      await expect(sessions.login('a@example.com', 'wrong', 16)).rejects.toEqual(refused('AUTH', true));
    await expect(sessions.login('A@example.com', 'right', 16)).rejects.toEqual(refused('AUTH', true));
    await expect(sessions.login('b@example.com', 'right', 16)).resolves.toMatchObject({ challenge: 0 });
    here.clock.time += 60_001;
    await expect(sessions.login('a@example.com', 'right', 16)).resolves.toMatchObject({ challenge: 0 });
  });

  it('counts guesses that are sent in parallel', async () => {
    const { sessions } = start({ loginSettings: { maxFailures: 3 } });
    await here.addUser({ username: 'a@example.com' });
    const guesses = ['1', '2', '3', 'right'].map((password) => sessions.login('a@example.com', password, 16));
    expect((await Promise.allSettled(guesses)).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'));
  });

  it('is refused once too many are waiting, and works again afterwards', async () => {
    const { sessions } = start({ loginSettings: { maxWaiting: 2 } });
    await here.addUser({ username: 'a@example.com' });
    const logins = [1, 2, 3].map(() => sessions.login('a@example.com', 'right', 16));
    await expect(logins[2]).rejects.toEqual(refused('DEFAULT', false));
    await Promise.all(logins.slice(0, 2));
    await expect(sessions.login('a@example.com', 'right', 16)).resolves.toMatchObject({ challenge: 0 });
  });

  it('is refused when the user has too many sessions', async () => {
    const { sessions } = start({ sessionSettings: { maxPerUser: 2, lifetimeMs: 60_000 } });
    await here.addUser({ username: 'a@example.com' });
    for (let login = 0; login < 2; login += 1) await sessions.login('a@example.com', 'right', 16);
    await expect(sessions.login('a@example.com', 'right', 16)).rejects.toEqual(refused('SESSION_MAXOUT', false));
    here.clock.time += 60_000;
    await expect(sessions.login('a@example.com', 'right', 16)).resolves.toMatchObject({ challenge: 0 });
  });
});

describe('a token', () => {
  it('ends with its session: 401 SESSION from then on, for the logout too', async () => {
    const { sessions } = start();
    await here.addUser({ username: 'a@example.com' });
    const { jwtToken } = await sessions.login('a@example.com', 'right', 16);
    await sessions.authenticate(jwtToken);
    await sessions.logout(jwtToken);
    await expect(sessions.authenticate(jwtToken)).rejects.toEqual(refused('SESSION', true));
    await expect(sessions.logout(jwtToken)).rejects.toEqual(refused('SESSION', true));
  });

  it('expires after its lifetime, also when it was seen before', async () => {
    const { sessions } = start({ sessionSettings: { lifetimeMs: 60_000 } });
    await here.addUser({ username: 'a@example.com' });
    const [seen, unseen] = [await sessions.login('a@example.com', 'right', 16), await sessions.login('a@example.com', 'right', 16)];
    await sessions.authenticate(seen.jwtToken);
    here.clock.time += 60_000;
    for (const { jwtToken } of [seen, unseen]) await expect(sessions.authenticate(jwtToken)).rejects.toEqual(refused('TOKEN', true));
  });

  it('that is garbage, altered or signed with another key is refused', async () => {
    const { sessions, tokens } = start();
    const user = await here.addUser({ username: 'a@example.com' });
    const { jwtToken } = await sessions.login('a@example.com', 'right', 16);
    const [header, payload, signature] = jwtToken.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, userType: 64 })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    const stranger = installation();
    const foreign = await stranger.tokens.sign({
      userId: user.id,
      accountId: user.accountId,
      userType: 16,
      sessionId: 's',
      issuedAt: here.now(),
      expiresAt: here.now() + 1e6,
    });
    stranger.close();
    for (const token of ['', 'garbage', 'a.b.c', `${header}.${forged}.${signature}`, `${unsigned}.${payload}.`, foreign]) {
      await expect(tokens.verify(token)).rejects.toEqual(refused('TOKEN', true));
      await expect(sessions.logout(token)).rejects.toEqual(refused('TOKEN', true));
    }
  });
});

describe('a login with a second factor', () => {
  const challenged = async (options?: InstallationOptions): Promise<string> => {
    start(options);
    await here.addUser({ username: 'm@example.com', mfaSecret });
    const answer = await here.sessions.login('m@example.com', 'right', 16);
    expect(answer).toMatchObject({ jwtToken: '', challenge: 1 });
    expect(answer.session.length).toBeGreaterThan(20);
    return answer.session;
  };

  it('completes with the code of now, and the challenge works once', async () => {
    const session = await challenged();
    const answer = await here.sessions.respondToMfa(codeAt(here.now()), session);
    expect(answer).toMatchObject({ challenge: 0, session: '' });
    await expect(here.sessions.authenticate(answer.jwtToken)).resolves.toMatchObject({ userType: 16 });
    await expect(here.sessions.respondToMfa(codeAt(here.now()), session)).rejects.toEqual(refused('SESSION', false));
  });

  it.each([[-30_000], [30_000]])('takes a code that is %i ms off', async (offset) => {
    const session = await challenged();
    await expect(here.sessions.respondToMfa(codeAt(here.now() + offset), session)).resolves.toMatchObject({ challenge: 0 });
  });

  it.each([[-90_000], [90_000]])('refuses a code that is %i ms off', async (offset) => {
    const session = await challenged();
    await expect(here.sessions.respondToMfa(codeAt(here.now() + offset), session)).rejects.toEqual(refused('TOTP', false));
  });

  it('refuses a code that was used for another login', async () => {
    const session = await challenged();
    await here.sessions.respondToMfa(codeAt(here.now()), session);
    const again = await here.sessions.login('m@example.com', 'right', 16);
    await expect(here.sessions.respondToMfa(codeAt(here.now()), again.session)).rejects.toEqual(refused('TOTP', false));
    here.clock.time += 30_000;
    await expect(here.sessions.respondToMfa(codeAt(here.now()), again.session)).resolves.toMatchObject({ challenge: 0 });
  });

  it('opens one session when the same answer comes twice at once', async () => {
    const session = await challenged();
    const answers = await Promise.allSettled([1, 2].map(() => here.sessions.respondToMfa(codeAt(here.now()), session)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes five attempts per challenge, and not the right code after them', async () => {
    const session = await challenged();
    for (let guess = 0; guess < 5; guess += 1)
      await expect(here.sessions.respondToMfa(wrongAt(here.now()), session)).rejects.toEqual(refused('TOTP', false));
    await expect(here.sessions.respondToMfa(codeAt(here.now()), session)).rejects.toEqual(refused('SESSION', false));
  });

  it('counts wrong codes as failed logins, so that new challenges give no new guesses', async () => {
    const session = await challenged({ loginSettings: { maxFailures: 2 } });
    const other = await here.sessions.login('m@example.com', 'right', 16);
    for (const open of [session, other.session])
      await expect(here.sessions.respondToMfa(wrongAt(here.now()), open)).rejects.toEqual(refused('TOTP', false));
    await expect(here.sessions.respondToMfa(codeAt(here.now()), session)).rejects.toEqual(refused('SESSION', false));
    await expect(here.sessions.login('m@example.com', 'right', 16)).rejects.toEqual(refused('AUTH', true));
  });

  it('expires after five minutes', async () => {
    const session = await challenged();
    here.clock.time += 300_000;
    await expect(here.sessions.respondToMfa(codeAt(here.now()), session)).rejects.toEqual(refused('SESSION', false));
    await expect(here.sessions.respondToMfa('123456', 'unknown')).rejects.toEqual(refused('SESSION', false));
  });

  it('does not sign anybody in before the code', async () => {
    await challenged();
    expect(here.sessions.currentUser()).toBeUndefined();
    expect(here.sessions.agentStatus()).toBe(0);
  });
});

describe('the signed-in user', () => {
  it('is whoever signed in last and is still signed in', async () => {
    const { sessions } = start({ sessionSettings: { lifetimeMs: 60_000 } });
    const [first, second] = [await here.addUser({ username: 'a@example.com' }), await here.addUser({ username: 'b@example.com' })];
    expect(sessions.agentStatus()).toBe(0);
    await sessions.login('a@example.com', 'right', 16);
    const { jwtToken } = await sessions.login('b@example.com', 'right', 16);
    expect(sessions.currentUser()?.userId).toBe(second.id);
    await sessions.logout(jwtToken);
    expect(sessions.currentUser()?.userId).toBe(first.id);
    expect(sessions.agentStatus()).toBe(1);
    here.clock.time += 60_000;
    expect(sessions.agentStatus()).toBe(0);
  });

  it('survives a restart, as does the token', async () => {
    const { sessions, dataDir } = start();
    await here.addUser({ username: 'a@example.com' });
    const { jwtToken } = await sessions.login('a@example.com', 'right', 16);
    const { openTokens } = await import('./tokens.ts');
    await expect(openTokens(dataDir, here.now).verify(jwtToken)).resolves.toMatchObject({ expiresAt: here.now() + 12 * 3_600_000 });
  });
});
