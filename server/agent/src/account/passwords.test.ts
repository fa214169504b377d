import { afterEach, describe, expect, it } from 'vitest';
import { type IdentityInstallation, identityInstallation, type IdentityInstallationOptions } from './testing/identity.ts';
import { asCaller } from './testing/installation.ts';

let here: IdentityInstallation;
const start = (options?: IdentityInstallationOptions): IdentityInstallation => (here = identityInstallation(options));
afterEach(() => here.close());

const refused = (code: string, unauthenticated = false) => expect.objectContaining({ name: 'Failure', code, unauthenticated });

describe('a forgotten password', () => {
  it('is told apart for known and unknown usernames by the mail alone', async () => {
    const { passwords } = start();
    await here.addUser({ username: 'jane@example.com', email: 'jane@example.net' });
    await here.addUser({ username: 'gone@example.com', status: 2 });
    for (const username of ['nobody', 'gone@example.com', 'JANE@example.com']) passwords.forgot(username);
    expect((await here.mailed()).map(({ to }) => to)).toEqual(['jane@example.net']);
  });

  it('leaves the old password alone and brings one that signs in once, ends other sessions, and can be replaced', async () => {
    const { passwords, sessions } = start();
    await here.addUser({ username: 'jane@example.com' });
    const { jwtToken: before } = await sessions.login('jane@example.com', 'right');
    passwords.forgot('jane@example.com');
    const { password } = await here.secretsMailedTo('jane@example.com');
    await sessions.authenticate(before);
    const outcomes = await Promise.allSettled([sessions.login('jane@example.com', password), sessions.login('jane@example.com', password)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(sessions.authenticate(before)).rejects.toEqual(refused('SESSION', true));
    const answer = outcomes.find((outcome) => outcome.status === 'fulfilled')!;
    await passwords.reset(await sessions.authenticate(answer.value.jwtToken), password, 'a-new-password');
    await expect(sessions.login('jane@example.com', 'right')).rejects.toEqual(refused('AUTH', true));
    expect((await sessions.login('jane@example.com', 'a-new-password')).jwtToken).not.toBe('');
  });

  it('brings a one-time password that is late after half an hour, and that a newer one replaces', async () => {
    const { passwords, sessions, clock } = start();
    await here.addUser({ username: 'jane@example.com' });
    passwords.forgot('jane@example.com');
    const first = await here.secretsMailedTo('jane@example.com');
    passwords.forgot('jane@example.com');
    const second = await here.secretsMailedTo('jane@example.com');
    await expect(sessions.login('jane@example.com', first.password)).rejects.toEqual(refused('AUTH', true));
    clock.time += 30 * 60_000;
    await expect(sessions.login('jane@example.com', second.password)).rejects.toEqual(refused('AUTH', true));
  });

  it('does not get around the second factor', async () => {
    const { passwords, sessions } = start();
    await here.addUser({ username: 'jane@example.com', mfaSecret: 'JBSWY3DPEHPK3PXP' });
    passwords.forgot('jane@example.com');
    const { password } = await here.secretsMailedTo('jane@example.com');
    expect(await sessions.login('jane@example.com', password)).toMatchObject({ jwtToken: '', challenge: 1 });
  });

  it('opens the way in for who holds too many sessions', async () => {
    const { passwords, sessions } = start({ sessionSettings: { maxPerUser: 1 } });
    await here.addUser({ username: 'jane@example.com' });
    await sessions.login('jane@example.com', 'right');
    await expect(sessions.login('jane@example.com', 'right')).rejects.toEqual(refused('SESSION_MAXOUT'));
    passwords.forgot('jane@example.com');
    const { password } = await here.secretsMailedTo('jane@example.com');
    expect((await sessions.login('jane@example.com', password)).jwtToken).not.toBe('');
  });

  it('is mailed at most five times an hour', async () => {
    const { passwords } = start();
    await here.addUser({ username: 'jane@example.com' });
    for (let time = 0; time < 8; time += 1) passwords.forgot('jane@example.com');
    expect(await here.mailed()).toHaveLength(5);
  });

  it('of a user whom a provider vouches for brings no password', async () => {
    const { passwords, database } = start();
    const { id } = await here.addUser({ username: 'jane@example.com' });
    database.prepare('UPDATE users SET auth_provider = 1 WHERE id = ?').run(id);
    passwords.forgot('jane@example.com');
    expect((await here.mailed()).map(({ subject }) => subject)).toEqual(['How you sign in']);
    expect(database.prepare('SELECT * FROM one_time_passwords').all()).toEqual([]);
  });

  it('of a pending user brings the activation once more', async () => {
    const { passwords, signUps } = start();
    await signUps.signUp({ name: 'Jane', email: 'jane@example.com', password: 'a-password' });
    await here.mailed();
    passwords.forgot('jane@example.com');
    signUps.confirm('jane@example.com', (await here.secretsMailedTo('jane@example.com')).code);
    expect(here.userStore.findByUsername('jane@example.com')?.status).toBe(1);
  });
});

describe('a new password', () => {
  it('ends every other session of the user, and none of others', async () => {
    const { passwords, sessions } = start();
    await here.addUser({ username: 'jane@example.com' });
    await here.addUser({ username: 'john@example.com' });
    const [own, other, johns] = await Promise.all(
      ['jane@example.com', 'jane@example.com', 'john@example.com'].map((name) => sessions.login(name, 'right')),
    );
    await passwords.reset(await sessions.authenticate(own!.jwtToken), 'right', 'a-new-password');
    await sessions.authenticate(own!.jwtToken);
    await sessions.authenticate(johns!.jwtToken);
    await expect(sessions.authenticate(other!.jwtToken)).rejects.toEqual(refused('SESSION', true));
  });

  it('is refused without the present one, which is no 401, and guesses are counted', async () => {
    const { passwords, sessions } = start({ loginSettings: { maxFailures: 2 } });
    const user = await here.addUser({ username: 'jane@example.com' });
    for (const wrong of ['wrong', ''])
      await expect(passwords.reset(asCaller(user), wrong, 'a-new-password')).rejects.toEqual(refused('AUTH'));
    await expect(passwords.reset(asCaller(user), 'right', 'a-new-password')).rejects.toEqual(refused('AUTH'));
    await expect(sessions.login('jane@example.com', 'right')).rejects.toEqual(refused('AUTH', true));
  });

  it('is refused when it is short, when it is the one-time password, or when the user has no password', async () => {
    const { passwords, database } = start();
    const user = await here.addUser({ username: 'jane@example.com' });
    await expect(passwords.reset(asCaller(user), 'right', '1234567')).rejects.toEqual(refused('SECURITY'));
    passwords.forgot('jane@example.com');
    const { password } = await here.secretsMailedTo('jane@example.com');
    await expect(passwords.reset(asCaller(user), password, password)).rejects.toEqual(refused('SECURITY'));
    database.prepare('UPDATE users SET auth_provider = 8').run();
    await expect(passwords.reset(asCaller(user), 'right', 'a-new-password')).rejects.toEqual(refused('SECURITY'));
  });
});

describe('the profile', () => {
  it('is the documented one, with the token that was supplied', async () => {
    const { profiles } = start();
    const user = await here.addUser({ username: 'jane@example.com', owner: 1 });
    expect(profiles.get(asCaller(user), 'the-token')).toEqual({
      accountName: 'Example Org',
      accountId: user.accountId,
      userId: user.id,
      firstName: 'Jane',
      lastName: 'Doe',
      username: 'jane@example.com',
      userType: 16,
      jwtToken: 'the-token',
      owner: true,
      migration: false,
      subscriptionType: 1,
      mfa: false,
      authProvider: 0,
    });
  });

  it('keeps what an update leaves out, and is changed whole or not at all', async () => {
    const { profiles } = start();
    const user = await here.addUser({ username: 'jane@example.com' });
    const caller = asCaller(user);
    expect(profiles.update(caller, '', { firstName: ' Janet ' })).toMatchObject({
      firstName: 'Janet',
      lastName: 'Doe',
      accountName: 'Example Org',
    });
    expect(profiles.update(caller, '', { lastName: '', accountName: 'Studio' })).toMatchObject({ lastName: '', accountName: 'Studio' });
    expect(() => profiles.update(caller, '', { firstName: 'Other', accountName: ' ' })).toThrow(
      expect.objectContaining({ code: 'DEFAULT' }),
    );
    expect(profiles.get(caller, '')).toMatchObject({ firstName: 'Janet', accountName: 'Studio' });
    profiles.subscribe(caller, 2);
    expect(profiles.get(caller, '').subscriptionType).toBe(2);
  });

  it('lets others than administrators send the name of the account back, and not change it', async () => {
    const { profiles } = start();
    const caller = asCaller(await here.addUser({ username: 'john@example.com', userType: 64 }));
    expect(profiles.update(caller, '', { firstName: 'John', accountName: 'Example Org' }).firstName).toBe('John');
    expect(() => profiles.update(caller, '', { firstName: 'X', accountName: 'Mine' })).toThrow(expect.objectContaining({ code: 'ACCESS' }));
    expect(profiles.get(caller, '').firstName).toBe('John');
  });
});
