import { afterEach, describe, expect, it } from 'vitest';
import { type IdentityInstallation, identityInstallation, type IdentityInstallationOptions } from '../testing/identity.ts';

let here: IdentityInstallation;
const start = (options?: IdentityInstallationOptions): IdentityInstallation => (here = identityInstallation(options));
afterEach(() => here.close());

const jane = { name: 'Jane van Doe', email: 'Jane@example.com', password: 'a-password' };
const refused = (code: string) => expect.objectContaining({ name: 'Failure', code, unauthenticated: false });
const wrongCodes = (code: string, count: number): string[] =>
  ['2222', '3333', '4444', '5555', '6666', '7777', '8888'].filter((wrong) => wrong !== code).slice(0, count);

describe('a sign-up', () => {
  it('opens an account with its owner, an administrator who is pending, and mails a code', async () => {
    const { signUps, userStore, accountStore, sessions } = start();
    await signUps.signUp(jane);
    const user = userStore.findByUsername('jane@example.com')!;
    expect(user).toMatchObject({
      username: 'Jane@example.com',
      email: 'Jane@example.com',
      firstname: 'Jane',
      lastname: 'van Doe',
      userType: 16,
      status: 4,
      owner: 1,
      authProvider: 0,
    });
    expect(accountStore.find(user.accountId)).toMatchObject({ name: 'Jane van Doe', subscriptionType: 1 });
    await expect(sessions.login('jane@example.com', 'a-password')).rejects.toEqual(refused('INACTIVE_USER'));
    const [letter, ...others] = await here.mailed();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ to: 'Jane@example.com', text: expect.stringMatching(/^Activation code: [2-9A-HJ-NP-Z]{4}$/m) });
    // The address may be a stranger's: nothing that the person who signs up has written reaches it.
    expect(letter?.text).not.toContain('Doe');
  });

  it('keeps neither the code nor the letter in the clear', async () => {
    const { signUps, database } = start();
    await signUps.signUp(jane);
    const stored = JSON.stringify([
      database.prepare('SELECT * FROM activation_codes').all(),
      database.prepare('SELECT * FROM mail_queue').all(),
    ]);
    const { code } = await here.secretsMailedTo(jane.email);
    expect(stored).not.toContain(code);
    expect(stored).not.toContain('jane');
  });

  it('with a username that is taken, in whatever case, is a duplicate and mails nothing', async () => {
    const { signUps } = start();
    await here.addUser({ username: 'jane@example.com' });
    await expect(signUps.signUp(jane)).rejects.toEqual(refused('DUPLICATE'));
    expect(await here.mailed()).toEqual([]);
  });

  it('of two at once for one address opens one account', async () => {
    const { signUps, database } = start();
    const outcomes = await Promise.allSettled([signUps.signUp(jane), signUps.signUp({ ...jane, email: 'JANE@example.com' })]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(database.prepare('SELECT count(*) AS n FROM accounts').get()).toEqual({ n: 1 });
  });

  it('that nobody confirmed gives way once its code has expired, and is forgotten after a week', async () => {
    const { signUps, userStore, clock, database } = start();
    await signUps.signUp(jane);
    const first = userStore.findByUsername(jane.email)!;
    await expect(signUps.signUp(jane)).rejects.toEqual(refused('DUPLICATE'));
    clock.time += 3_600_000;
    await signUps.signUp(jane);
    expect(userStore.findByUsername(jane.email)?.id).not.toBe(first.id);
    clock.time += 8 * 86_400_000;
    await signUps.signUp({ ...jane, email: 'john@example.com' });
    expect(database.prepare('SELECT name FROM accounts').all()).toHaveLength(1);
  });

  it('is refused beyond the number of sign-ups that may wait', async () => {
    const { signUps } = start();
    for (const name of ['a', 'b', 'c']) await signUps.signUp({ ...jane, email: `${name}@example.com` });
    await expect(signUps.signUp({ ...jane, email: 'd@example.com' })).rejects.toEqual(refused('DB_INSERT'));
  });

  it.each([
    ['INVALID_EMAIL', { email: 'no-address' }],
    ['INVALID_EMAIL', { email: 'a@example.com\r\nBcc: b@example.com' }],
    ['INVALID_EMAIL', { email: `${'a'.repeat(50)}@example.com` }],
    ['INVALID_EMAIL', { email: 'jäne@example.com' }],
    ['DEFAULT', { name: '  ' }],
    ['DEFAULT', { name: 'a\0b' }],
    ['SECURITY', { password: 'short' }],
  ])('is refused with %s for %j, and leaves nothing behind', async (code, wrong) => {
    const { signUps, accountStore } = start();
    await expect(signUps.signUp({ ...jane, ...wrong })).rejects.toEqual(refused(code));
    expect(accountStore.isEmpty()).toBe(true);
    expect(await here.mailed()).toEqual([]);
  });
});

describe('a confirmation', () => {
  it('with the code, in whatever case, activates the user, once', async () => {
    const { signUps, sessions } = start();
    await signUps.signUp(jane);
    const { code } = await here.secretsMailedTo(jane.email);
    signUps.confirm('jane@EXAMPLE.com', code.toLowerCase());
    expect((await sessions.login('jane@example.com', 'a-password', 16)).jwtToken).not.toBe('');
    expect(() => signUps.confirm(jane.email, code)).toThrow(expect.objectContaining({ code: 'TOKEN' }));
  });

  it('gets one and the same answer for a wrong code, an unknown address and a code that is late', async () => {
    const { signUps, clock } = start();
    await signUps.signUp(jane);
    const { code } = await here.secretsMailedTo(jane.email);
    const messages = new Set<string>();
    const attempt = (email: string, token: string): void => {
      try {
        signUps.confirm(email, token);
      } catch (error) {
        messages.add((error as Error).message);
      }
    };
    attempt(jane.email, wrongCodes(code, 1)[0]!);
    attempt('nobody@example.com', code);
    clock.time += 3_600_000;
    attempt(jane.email, code);
    expect(messages.size).toBe(1);
    expect(here.userStore.findByUsername(jane.email)?.status).toBe(4);
  });

  it('has five attempts; a new code brings new ones and replaces the one before', async () => {
    const { signUps } = start();
    await signUps.signUp(jane);
    const { code } = await here.secretsMailedTo(jane.email);
    for (const wrong of wrongCodes(code, 5)) expect(() => signUps.confirm(jane.email, wrong)).toThrow('activation code');
    expect(() => signUps.confirm(jane.email, code)).toThrow('activation code');
    signUps.resend(jane.email);
    const { code: second } = await here.secretsMailedTo(jane.email);
    if (second !== code) expect(() => signUps.confirm(jane.email, code)).toThrow('activation code');
    signUps.confirm(jane.email, second);
  });

  it('cannot be guessed on with ever new codes', async () => {
    const { signUps } = start({ settings: { mailsPerHour: 1000 } });
    await signUps.signUp(jane);
    let code = '';
    for (let round = 0; round < 6; round += 1) {
      signUps.resend(jane.email);
      ({ code } = await here.secretsMailedTo(jane.email));
      for (const wrong of wrongCodes(code, 5)) expect(() => signUps.confirm(jane.email, wrong)).toThrow('activation code');
    }
    signUps.resend(jane.email);
    ({ code } = await here.secretsMailedTo(jane.email));
    expect(() => signUps.confirm(jane.email, code)).toThrow('activation code');
  });
});

describe('a resend', () => {
  it('is answered alike for unknown, confirmed and pending addresses, and mails only the last', async () => {
    const { signUps } = start();
    await here.addUser({ username: 'active@example.com' });
    await signUps.signUp(jane);
    await here.mailed();
    for (const address of ['nobody@example.com', 'active@example.com', jane.email]) signUps.resend(address);
    expect((await here.mailed()).map(({ to }) => to)).toEqual([jane.email]);
  });

  it('is limited for known and unknown addresses alike, for an hour', async () => {
    const { signUps, clock } = start({ settings: { mailsPerHour: 2 } });
    await signUps.signUp(jane);
    signUps.resend(jane.email);
    signUps.resend('nobody@example.com');
    signUps.resend('nobody@example.com');
    for (const address of [jane.email, 'NOBODY@example.com'])
      expect(() => signUps.resend(address)).toThrow(expect.objectContaining({ code: 'SECURITY' }));
    clock.time += 3_600_000;
    signUps.resend(jane.email);
    expect(await here.mailed()).toHaveLength(1);
  });

  it('is refused for what is no address', () => {
    expect(() => start().signUps.resend('no-address')).toThrow(expect.objectContaining({ code: 'INVALID_EMAIL' }));
  });
});
